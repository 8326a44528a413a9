"""Notices a gateway that acknowledges heartbeats but brings no events (P27): what channels hold is compared with what was shown."""

from __future__ import annotations

import logging
from typing import Final

from adapters.discord.api import Api
from adapters.discord.cursors import Cursors
from bot.errors import AdapterError, PlaceUnavailable, TokenRefused

_log = logging.getLogger(__name__)

MOST: Final = 5
OTHERS: Final = 1000
"""Channels in which nobody spoke to the bot, of which something was shown: they may be spoken of next."""


class Watch:
    """`shown` is the newest message that the gateway showed in each channel, the bot's own too; what was fetched counts by its cursor."""

    def __init__(self, rest: Api, cursors: Cursors) -> None:
        self._rest = rest
        self._cursors = cursors
        self._missing: dict[int, int] = {}
        self._shut: set[int] = set()
        self.shown: dict[int, int] = {}

    def saw(self, channel_id: int, message_id: int) -> None:
        self._shut.discard(channel_id)
        self.shown[channel_id] = max(message_id, self.shown.get(channel_id, 0))
        if len(self.shown) > len(self._cursors.channels) + OTHERS:
            self.shown = {number: newest for number, newest in self.shown.items() if number in self._cursors.channels}

    async def is_deaf(self) -> bool:
        """One look at the most recently active channels. True where a message has not been shown at two looks running."""
        open_ones = [one for one in self._cursors.channels.values() if one.id not in self._shut]
        recent = sorted(open_ones, key=lambda one: max(one.last, self.shown.get(one.id, 0)), reverse=True)
        deaf = False
        for channel in recent[:MOST]:
            newest = await self._newest(channel.id)
            if newest is None:
                continue
            seen = max(self.shown.get(channel.id, 0), channel.last)
            before = self._missing.pop(channel.id, 0)
            if newest <= seen:
                continue
            if before > seen and await self._is_there(channel.id, seen):
                _log.warning("discord: channel %d has messages that the gateway does not bring; a new session is begun", channel.id)
                self.shown[channel.id] = newest
                deaf = True
            else:
                self._missing[channel.id] = newest
        return deaf

    async def _is_there(self, channel_id: int, seen: int) -> bool:
        """A channel names its newest message even when that has been deleted."""
        try:
            return bool(await self._rest.messages(channel_id, after=seen, limit=1))
        except TokenRefused:
            raise
        except AdapterError:
            return False

    async def _newest(self, channel_id: int) -> int | None:
        try:
            found = (await self._rest.channel(channel_id)).get("last_message_id")
        except TokenRefused:
            raise
        except PlaceUnavailable:
            self._shut.add(channel_id)  # each refusal counts (P31), so it is left alone until something is heard from there
            return None
        except AdapterError:
            return None
        return int(found) if isinstance(found, str) and found.isdigit() else None
