"""The time as Discord has it: whether an interaction still counts, and what is a week old, is Discord's to say and not this machine's."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from bot.ports import Clock

_log = logging.getLogger(__name__)

WRONG_BY: Final = timedelta(seconds=60)
"""A smaller difference may be the answer's time on its way."""


class ServerClock:
    """A bot.ports.Clock over another one, whose date is put right where Discord's answers show that it is wrong."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._clock.now() - self._ahead

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    def heard(self, date: str) -> None:
        """The `Date` of an answer that has just come; one that cannot be read says nothing."""
        try:
            said = parsedate_to_datetime(date)
        except (ValueError, TypeError, IndexError, OverflowError):
            return
        ahead = self._clock.now() - (said if said.tzinfo else said.replace(tzinfo=UTC))
        ahead = ahead if abs(ahead) > WRONG_BY else timedelta()
        if abs(ahead - self._ahead) > WRONG_BY:
            way = "as Discord's" if not ahead else f"{abs(ahead)} {'ahead of' if ahead > timedelta() else 'behind'} Discord's: set it"
            _log.warning("discord: this machine's clock is %s", way)
            self._ahead = ahead
