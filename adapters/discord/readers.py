"""Reads an interaction of the library: who, where, which command, and whether the bot can go on there with ordinary messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import discord

from adapters.discord.authors import author_of
from adapters.discord.channels import place_in
from adapters.discord.components import ASK_PREFIX, command_of
from adapters.discord.invoking import BY_MENU, Invocation, Json, composed, form_text, options_of, text_of, values_of
from adapters.discord.places import InteractionKind, InteractionRef
from bot.commands.catalog import BY_NAME
from bot.events import Author, MessageRef, Place

UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What reading malformed data can raise."""
_MENU: Final = 3


def given(interaction: discord.Interaction) -> Json:
    """The raw data, whatever kind it is of."""
    data: object = interaction.data
    return data if isinstance(data, Mapping) else {}


def invocation_of(interaction: discord.Interaction, data: Json) -> Invocation:
    """The command that was given, chosen, pressed or sent by a form. Raises what is in UNREADABLE where nobody or no place is told."""
    match interaction.type:
        case discord.InteractionType.component:
            return _pressed(interaction, data)
        case discord.InteractionType.modal_submit:
            return _sent(interaction, data)
        case _:
            return _chosen(interaction, data) if data.get("type") == _MENU else _typed(interaction, data)


def _typed(interaction: discord.Interaction, data: Json) -> Invocation:
    name = text_of(data.get("name")).lower()
    command, options = BY_NAME.get(name), options_of(data)
    args, unplaced = composed(command, options) if command is not None else ("", "")
    asks = command is not None and command.modal and not options.get("text")
    return replace(_base(interaction, "command"), name=name, args=args, unplaced=unplaced, asks=asks)


def _chosen(interaction: discord.Interaction, data: Json) -> Invocation:
    """From the menu of a message."""
    base = _base(interaction, "command")
    command = BY_MENU.get(text_of(data.get("name")))
    target = text_of(data.get("target_id"))
    subject = MessageRef(base.place, target) if target else None
    if command is None:
        return replace(base, name=text_of(data.get("name")), subject=subject)
    return replace(base, name=command.name, subject=subject, asks=command.modal)


def _pressed(interaction: discord.Interaction, data: Json) -> Invocation:
    """A button or a select: its id is the command. One that asks for text opens the form of its command."""
    if interaction.message is None:
        raise ValueError("a press on nothing")
    base = _base(interaction, "press", interaction.message.id)
    name, args = command_of(text_of(data.get("custom_id")), values_of(data))
    message = MessageRef(base.place, str(interaction.message.id))
    return replace(base, name=name.removeprefix(ASK_PREFIX), args=args, message=message, asks=name.startswith(ASK_PREFIX))


def _sent(interaction: discord.Interaction, data: Json) -> Invocation:
    """A form: its id is the command, and its text the last argument."""
    name, _, rest = text_of(data.get("custom_id")).partition(" ")
    return replace(_base(interaction, "modal"), name=name, args=f"{rest} {form_text(data)}".strip())


def _base(interaction: discord.Interaction, kind: InteractionKind, message_id: int = 0) -> Invocation:
    token: object = interaction.token
    if not isinstance(token, str) or not token.isascii():
        raise TypeError("no token")
    ref = InteractionRef(interaction.id, token, kind, _is_here(interaction), message_id=message_id)
    return Invocation(ref, _place(interaction), _author(interaction), "")


def _place(interaction: discord.Interaction) -> Place:
    """A direct message is private only where it is one with the bot."""
    place = place_in(interaction.channel)
    return replace(place, kind="private" if interaction.context.dm_channel else "group")


def _author(interaction: discord.Interaction) -> Author:
    return author_of(interaction.user, locale=str(interaction.locale), permissions=interaction.permissions)


def _is_here(interaction: discord.Interaction) -> bool:
    """Whether the bot is a member of the place and may write there."""
    if interaction.context.dm_channel:
        return True
    if not interaction.is_guild_integration():
        return False
    may = interaction.app_permissions
    writes = may.send_messages_in_threads if isinstance(interaction.channel, discord.Thread) else may.send_messages
    return may.view_channel and writes
