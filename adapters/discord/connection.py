"""Whether the gateway is connected, and whether the bot has gone deaf: cut off for too long, or told of nothing."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from adapters.discord.crew import Crew
from bot.ports import Clock

_log = logging.getLogger(__name__)

AWAY_AT_MOST: Final = 45.0


class Connection:
    """The library takes it up again by itself, with pauses that grow to a quarter of an hour; where it is away for longer than
    AWAY_AT_MOST seconds, a new session is to be begun."""

    def __init__(self, clock: Clock, crew: Crew) -> None:
        self.up = False
        self._clock = clock
        self._crew = crew
        self._away = self._breaks = 0
        self._deaf = asyncio.Event()

    def is_back(self) -> None:
        if self._away:
            _log.info("discord: connected again")
        self.up, self._away = True, 0

    def went_away(self) -> None:
        self.up = False
        if not self._away:
            self._breaks += 1
            self._away = self._breaks
            _log.warning("discord: the connection to the gateway was lost; it is taken up again")
            self._crew.start(self._away_too_long(self._away))

    def turned_deaf(self) -> None:
        """Called where it answers, and brings no events."""
        self._deaf.set()

    async def went_deaf(self) -> None:
        """Returns when the gateway brings no events although it answers, or has been away for too long."""
        await self._deaf.wait()

    async def _away_too_long(self, number: int) -> None:
        await self._clock.sleep(AWAY_AT_MOST)
        if self._away == number:
            self._deaf.set()
