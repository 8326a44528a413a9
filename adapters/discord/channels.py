"""Discord's channels as places: a thread in its channel, a direct message as private, everything else as a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import discord

from adapters.discord.places import place_of
from bot.events import Place

THREAD_TYPES: Final = frozenset({10, 11, 12})
DIRECT: Final = 1


def place_in(channel: object) -> Place:
    """The place of a channel, thread or direct message: an object of the library, or its payload.

    Messages come to the bot from direct messages with it alone, so these are private; an interaction may come from somebody else's,
    and whoever reads it says so. Raises ValueError for what is no channel.
    """
    match channel:
        case discord.Thread():
            return place_of(channel.id, channel.parent_id)
        case discord.DMChannel():
            return place_of(channel.id, kind="private")
        case Mapping():
            return _read(channel)
        case _:
            number = getattr(channel, "id", None)
            if not isinstance(number, int):
                raise ValueError("no channel")  # noqa: TRY004 - the payload is data, and has a wrong value
            return place_of(number)


def _read(channel: Mapping[str, object]) -> Place:
    number = channel.get("id")
    if not isinstance(number, str | int):
        raise ValueError("no channel")  # noqa: TRY004 - the payload is data, and has a wrong value
    parent = channel.get("parent_id")
    if channel.get("type") in THREAD_TYPES and isinstance(parent, str | int):
        return place_of(number, parent)
    return place_of(number, kind="private" if channel.get("type") == DIRECT else "group")
