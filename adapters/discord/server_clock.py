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
RIGHT_WITHIN: Final = timedelta(seconds=30)
"""A clock that was wrong counts as right again below this one: else one that is off by a minute would be put right again and again."""


class ServerClock:
    """A bot.ports.Clock over another one, whose date is put right where Discord's answers show that it is wrong."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self.there(self._clock.now())

    def there(self, here: datetime) -> datetime:
        """What Discord's clock says when this machine's says `here`, as far as it went then as it goes now."""
        try:
            return here - self._ahead
        except OverflowError:  # at the beginning of time there is no difference
            return here

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
        if abs(ahead) > (RIGHT_WITHIN if self._ahead else WRONG_BY):
            self._is_off(ahead)
        elif self._ahead:
            self._ahead = timedelta()
            _log.warning("discord: this machine's clock is as Discord's")

    def _is_off(self, ahead: timedelta) -> None:
        """Told of when it begins, and when the difference is another one altogether."""
        if not self._ahead or abs(ahead - self._ahead) > WRONG_BY:
            way = "ahead of" if ahead > timedelta() else "behind"
            _log.warning("discord: this machine's clock is %s %s Discord's: set it", abs(ahead), way)
            self._ahead = ahead
