"""Reads one Discord message: its words with names in place of ids, what hangs on it, what it quotes, and whether it is for the bot."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import discord

from adapters.discord.authors import author_of, name_of
from bot.commands.catalog import BY_NAME
from bot.events import Attachment, CommandInvoked, MessageDeleted, MessageEdited, MessageReceived, MessageRef, Place, Quotation

# Joins, pins, boosts, thread starters and answers to commands are notes of Discord's own.
SPOKEN: Final = frozenset({discord.MessageType.default, discord.MessageType.reply})

_NAMED: Final = re.compile(r"<(?:@!?(?P<user>\d+)|@&(?P<role>\d+)|#(?P<channel>\d+)|(?P<command>/[^:<>]+):\d+|a?(?P<emoji>:\w+:)\d+)>")
_AFTER_NAME: Final = " \t\n,:"
_KINDS: Final = {"image": "photo", "audio": "audio", "video": "video"}


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a message; `followed`: a thread that the bot opened, in which everything is said to it."""

    place: Place
    followed: bool = False


def received(message: discord.Message, me: discord.abc.User, where: Where) -> MessageReceived | CommandInvoked | None:
    """The event, or None where there is nothing in it for the core."""
    if message.type not in SPOKEN or message.author.id == me.id:
        return None
    place, mentioned = where.place, mentions(message, me)
    words, attachments, forwarded = _contents(message, me)
    if not words.strip() and not attachments and not mentioned:
        return None  # an embed alone, or the intent for message content is missing
    ref = MessageRef(place, str(message.id))
    author = author_of(message.author)
    if message.webhook_id is not None:
        author = replace(author, is_bot=True)
    key, reply = f"discord:m:{message.id}", replied_to(message, place)
    command = _command(words) if place.kind == "private" and not forwarded else None
    if command is not None:
        name, args = command
        return CommandInvoked(ref, author, name, args, message.created_at, key, attachments, reply)
    addressed = place.kind == "private" or mentioned or where.followed or is_reply_to(message, me)
    return MessageReceived(ref, author, words, message.created_at, key, attachments, reply, quotation_of(message, me), addressed, forwarded)


def edited(message: discord.Message, me: discord.abc.User, place: Place) -> MessageEdited | None:
    """None for link previews, for what is not a person's, and for edited commands: an edit runs none, and none is a text either (U20)."""
    if message.edited_at is None or message.type not in SPOKEN:
        return None
    if message.author.id == me.id or message.author.bot or message.webhook_id is not None:
        return None
    words, _, forwarded = _contents(message, me)
    if not words.strip() or forwarded or (place.kind == "private" and _command(words) is not None):
        return None
    key = f"discord:e:{message.id}:{message.edited_at.timestamp():.6f}{_in_thread(message.id, place)}"
    return MessageEdited(MessageRef(place, str(message.id)), author_of(message.author), words, message.edited_at, key)


def deleted(message_id: int, place: Place) -> MessageDeleted:
    return MessageDeleted(MessageRef(place, str(message_id)), f"discord:d:{message_id}{_in_thread(message_id, place)}")


def _in_thread(message_id: int, place: Place) -> str:
    """What tells the event for the thread that began with the message from the one for its channel."""
    return ":t" if place.thread_id == str(message_id) else ""


def mentions(message: discord.Message, me: discord.abc.User) -> bool:
    """Whether the bot itself is named, or the role that Discord made for it; @everyone is nobody in particular."""
    role = _own_role(message.guild)
    return any(user.id == me.id for user in message.mentions) or (role is not None and role in message.raw_role_mentions)


def is_reply_to(message: discord.Message, me: discord.abc.User) -> bool:
    resolved = message.reference.resolved if message.reference is not None else None
    return isinstance(resolved, discord.Message) and not _is_forward(message) and resolved.author.id == me.id


def replied_to(message: discord.Message, place: Place) -> MessageRef | None:
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None or not reference.message_id or _is_forward(message):
        return None
    return MessageRef(place, str(reference.message_id))


def quotation_of(message: discord.Message, me: discord.abc.User) -> Quotation | None:
    """The words of somebody else's message to which this one replies; the bot's own the core knows."""
    resolved = message.reference.resolved if message.reference is not None else None
    if not isinstance(resolved, discord.Message) or _is_forward(message) or resolved.author.id == me.id:
        return None
    text = _contents(resolved, me)[0]
    return Quotation(text, name_of(resolved.author)) if text.strip() else None


def words_in(text: str, message: discord.Message, me: discord.abc.User) -> str:
    """The text with names where Discord writes ids; what only addresses the bot, at its start, is left out."""
    role = _own_role(message.guild)
    while (found := _NAMED.match(text.lstrip())) is not None and (
        found["user"] == str(me.id) or (role is not None and found["role"] == str(role))
    ):
        text = text.lstrip()[found.end() :].lstrip(_AFTER_NAME)
    names = {str(user.id): name_of(user) for user in message.mentions} | {str(me.id): me.display_name}
    return _NAMED.sub(lambda match: _name(match, names, message.guild), text)


def _name(found: re.Match[str], names: dict[str, str], guild: discord.Guild | None) -> str:
    """What stands there as Discord shows it; an id that is not known stays."""
    if found["user"]:
        name = names.get(found["user"])
        return f"@{name}" if name else found[0]
    if found["role"]:
        role = guild.get_role(int(found["role"])) if guild is not None else None
        return f"@{role.name}" if role is not None else found[0]
    if found["channel"]:
        channel = guild.get_channel_or_thread(int(found["channel"])) if guild is not None else None
        return f"#{channel.name}" if channel is not None else found[0]
    return found["command"] or found["emoji"]


def _contents(message: discord.Message, me: discord.abc.User) -> tuple[str, tuple[Attachment, ...], bool]:
    """Words, attachments, and whether it was forwarded: then both are those of the message sent on."""
    if message.message_snapshots:
        snapshot = message.message_snapshots[0]
        files = _attachments(snapshot.attachments, snapshot.stickers)
        return words_in(snapshot.content, message, me), files, True
    files = _attachments(message.attachments, message.stickers)
    if message.poll is not None:
        files = (*files, Attachment("poll", "", 0, "poll", ""))
    return words_in(message.content, message, me), files, False


def _attachments(files: list[discord.Attachment], stickers: list[discord.StickerItem]) -> tuple[Attachment, ...]:
    found = [Attachment(_kind(file), (file.content_type or "").partition(";")[0], file.size, file.filename, file.url) for file in files]
    return (*found, *(Attachment("sticker", "", 0, sticker.name, "") for sticker in stickers))


def _kind(file: discord.Attachment) -> str:
    if file.is_voice_message():
        return "voice"
    return _KINDS.get((file.content_type or "").partition("/")[0], "document")


def _command(words: str) -> tuple[str, str] | None:
    """In a direct message a command may be typed as on other platforms."""
    head, rest = (*words.split(None, 1), "", "")[:2]
    name = head[1:].lower() if head.startswith("/") else ""
    return (name, rest.strip()) if name in BY_NAME else None


def _own_role(guild: discord.Guild | None) -> int | None:
    role = guild.self_role if guild is not None else None
    return role.id if role is not None else None


def _is_forward(message: discord.Message) -> bool:
    return message.reference is not None and message.reference.type is discord.MessageReferenceType.forward
