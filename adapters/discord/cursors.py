"""How far each channel was read, and until when this bot was there at all; kept lazily, since keys of events make a late mark harmless."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.discord.places import place_of
from bot.errors import DatabaseBroken, StorageError
from bot.events import Place
from bot.ports import Core

KEEP_EVERY: Final = 5.0
SKEW: Final = timedelta(seconds=60)
"""By how much the clocks here and there may differ, and how long an event may be on its way."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel in which the bot was spoken to. `last` is the id of the last message that is done with; ids are 0 where there is none;
    `owner_id` is who opened the thread."""

    id: int
    last: int
    parent_id: int = 0
    private: bool = False
    guild_id: int = 0
    owner_id: int = 0

    @property
    def place(self) -> Place:
        return place_of(self.id, self.parent_id or None, kind="private" if self.private else "group")

    def to_text(self) -> str:
        return f"{self.last} {self.parent_id} {int(self.private)} {self.guild_id} {self.owner_id}"


def channel_from(number: str, text: str) -> Channel | None:
    """None for what an earlier or later version wrote otherwise."""
    try:
        last, parent, private, guild, owner = map(int, text.split())
        return Channel(int(number), last, parent, bool(private), guild, owner)
    except ValueError:
        return None


class Cursors:
    """`channels` by their id. `alive` is until when an earlier life was connected and up to date, None before the first one."""

    def __init__(self, core: Core, bot_id: int) -> None:
        self._core = core
        self._prefix = f"discord/{bot_id}/"
        self._changed: dict[str, str] = {}
        self._keeping = asyncio.Lock()
        self._unkept: set[int] = set()
        """Channels that are new, and for which there was no room yet."""
        self.channels: dict[int, Channel] = {}
        self.alive: datetime | None = None

    async def load(self) -> None:
        """Raises StorageError."""
        kept = await self._core.cursors(self._prefix)
        for name, value in kept.items():
            head, _, number = name.removeprefix(self._prefix).partition("/")
            if head == "channel" and (channel := channel_from(number, value)) is not None:
                self.channels.setdefault(channel.id, channel)
            elif head == "alive":
                self.alive = _time_in(value)

    def done(self, seen: Channel, *, addressed: bool) -> None:
        """The message `seen.last` needs nothing more. A channel is remembered from when the bot was first spoken to there."""
        known = self.channels.get(seen.id)
        if known is None and not addressed:
            return
        if known is None or seen.last > known.last:
            self._set(seen if known is None else replace(known, last=seen.last))

    async def met(self, seen: Channel) -> bool:
        """The bot is spoken to in the channel by message `seen.last`, which is still to be accepted. A channel that is new is kept at once:
        nobody lists direct messages to who was killed before it had kept them. False where the storage did not take it now. Raises
        DatabaseBroken."""
        if seen.id not in self.channels:
            self._set(replace(seen, last=seen.last - 1))
            self._unkept.add(seen.id)
        if seen.id in self._unkept and await self.keep():
            self._unkept.discard(seen.id)
        return seen.id not in self._unkept

    def forget(self, channel_ids: Iterable[int]) -> None:
        for number in channel_ids:
            if self.channels.pop(number, None) is not None:
                self._changed[f"{self._prefix}channel/{number}"] = ""

    def mark_alive(self, now: datetime) -> None:
        """Everything before now has been accepted. What came before the very first mark is nobody's business."""
        self.alive = now if self.alive is None else max(self.alive, now - SKEW)
        self._changed[f"{self._prefix}alive"] = str(int(self.alive.timestamp()))

    async def keep(self) -> bool:
        """Keeps what has changed; False where the storage did not take it now. Raises DatabaseBroken."""
        async with self._keeping:  # what somebody else is about to keep may yet be refused
            changed, self._changed = self._changed, {}
            if not changed:
                return True
            try:
                await self._core.keep(changed)
            except DatabaseBroken:
                raise
            except StorageError:
                self._changed = changed | self._changed
                return False
            return True

    def _set(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        self._changed[f"{self._prefix}channel/{channel.id}"] = channel.to_text()


def _time_in(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
