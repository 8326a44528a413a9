"""Keeps from asking what was just refused: Discord shuts out who collects 10,000 refusals within ten minutes (P31)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from bot.errors import PlaceUnavailable, RateLimited
from bot.ports import Clock

FIRST: Final = 60.0
MOST: Final = 600.0
WINDOW: Final = 600.0
ALLOWED: Final = 100
"""Refusals within the window, of all channels together."""
INVALID: Final = frozenset({401, 403, 429})


@dataclass(slots=True)
class _Open:
    until: float
    pause: float
    why: str


class Breaker:
    """One for each connection. Times are in seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._channels: dict[int, _Open] = {}
        self._refusals: deque[float] = deque()

    def admit(self, channel: int = 0) -> None:
        """Raises PlaceUnavailable for a channel that has just refused, and RateLimited when there were too many refusals."""
        now = self._clock.monotonic()
        found = self._channels.get(channel)
        if found is not None and now < found.until:
            raise PlaceUnavailable(found.why)
        while self._refusals and self._refusals[0] <= now - WINDOW:
            self._refusals.popleft()
        if len(self._refusals) >= ALLOWED:
            raise RateLimited(max(1.0, self._refusals[0] + WINDOW - now))

    def refused(self, status: int, channel: int = 0, why: str = "") -> None:
        """Takes note of a status; only refusals of the kind that Discord counts do count. `why` is said to who asks again."""
        now = self._clock.monotonic()
        if status in INVALID:
            self._refusals.append(now)
        if status == 403 and channel:  # noqa: PLR2004 - Forbidden
            earlier = self._channels.get(channel)
            pause = FIRST if earlier is None else min(earlier.pause * 2, MOST)
            self._channels[channel] = _Open(now + pause, pause, why or "the channel has just refused")

    def heard(self, channel: int) -> None:
        """Something came from there, or went there: it may be written to again."""
        self._channels.pop(channel, None)
