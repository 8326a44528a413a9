"""How much one person may ask: messages a minute, and how often a refusal is said aloud."""

from __future__ import annotations

from collections import OrderedDict, deque

from bot.ports import Clock

MINUTE = 60.0
REMEMBERED = 50_000
"""People whose last minute is remembered at the most."""


class RateLimit:
    """A sliding minute for each account, by the times at which people wrote: what waited while the bot was down is no flood.

    It is kept in memory: a restart forgives a minute.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def admit(self, account: str, at: float) -> bool:
        """Counts what the account did at a time, in seconds; what is refused does not count."""
        times = self._times.setdefault(account, deque())
        self._times.move_to_end(account)
        if len(self._times) > REMEMBERED:
            self._times.popitem(last=False)
        while times and times[0] <= at - MINUTE:
            times.popleft()
        if len(times) >= self._per_minute:
            return False
        times.append(at)
        return True


class Once:
    """Says whether a line is due: at most once a minute for each account and kind of line."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: OrderedDict[str, float] = OrderedDict()

    def due(self, key: str) -> bool:
        now = self._clock.monotonic()
        last = self._last.get(key)
        if last is not None and now - last < MINUTE:
            return False
        self._last[key] = now
        self._last.move_to_end(key)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        return True
