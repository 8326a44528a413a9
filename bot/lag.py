"""How late the event loop is: everything in the process waits for it, and a platform gives up on who is not heard of."""

from __future__ import annotations

import asyncio
import logging
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

log = logging.getLogger(__name__)

EVERY: Final = 0.25
"""Seconds between two looks: whatever holds the loop up for L seconds is seen as at least L - EVERY."""
LATE: Final = 0.25
"""Seconds from which on somebody should know of it."""
WARN_EVERY: Final = 60.0
ASLEEP: Final = 1.0
"""Seconds that the machine must have slept to be worth a line."""
BOUNDS: Final = (0.001, 0.002, 0.004, 0.008, 0.016, 0.031, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds; lateness is counted between two of them, so that a year of it takes no more room than a minute."""


def _with_sleep() -> float:
    """Seconds that go on while the machine sleeps, as those of `time.monotonic` do not; where there is no such clock, that on the wall."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.time()


@dataclass(frozen=True, slots=True)
class Clocks:
    """What time is told by, in seconds: `awake` stands still while the machine sleeps, `asleep_too` does not, `busy` is the CPU here."""

    awake: Callable[[], float] = time.monotonic
    asleep_too: Callable[[], float] = _with_sleep
    busy: Callable[[], float] = time.thread_time


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds, since the start. `late` counts the looks that were later than LATE; `slept` is what the machine slept."""

    watched: float
    looks: int
    longest: float
    late: int
    slept: float
    counts: tuple[int, ...]

    def below(self, share: float) -> float:
        """The time under which this share of the looks was, rounded up to a bound of BOUNDS or the longest."""
        passed = 0
        for bound, count in zip(BOUNDS, self.counts, strict=False):
            passed += count
            if passed >= share * self.looks:
                return min(bound, self.longest)
        return self.longest

    def __str__(self) -> str:
        return (
            f"the event loop was at most {self.longest * 1000:,.0f} ms late"
            f" (99 % under {max(self.below(0.99), 0.001) * 1000:,.0f} ms) in {self.watched:,.0f} s"
        )


class Lag:
    """`watch` looks until it is cancelled; `figures` are there at any time."""

    def __init__(self, clocks: Clocks = Clocks()) -> None:
        self._clocks = clocks
        self._start = clocks.awake()
        self._counts = [0] * (len(BOUNDS) + 1)
        self._looks = self._late = self._unsaid = 0
        self._longest = self._slept = 0.0
        self._said_at = float("-inf")

    def figures(self) -> Figures:
        return Figures(self._clocks.awake() - self._start, self._looks, self._longest, self._late, self._slept, tuple(self._counts))

    async def watch(self) -> None:
        """Looks four times a second, which costs some microseconds each, and warns at most once a minute."""
        clocks = self._clocks
        while True:
            asked, asked_with_sleep, busy = clocks.awake(), clocks.asleep_too(), clocks.busy()
            await asyncio.sleep(EVERY)
            passed = clocks.awake() - asked
            self._sleep(clocks.asleep_too() - asked_with_sleep - passed)
            self._look(max(0.0, passed - EVERY), clocks.busy() - busy)

    def _look(self, lateness: float, busy: float) -> None:
        self._looks += 1
        self._longest = max(self._longest, lateness)
        self._counts[bisect_left(BOUNDS, lateness)] += 1
        if lateness <= LATE:
            return
        self._late += 1
        self._unsaid += 1
        now = self._clocks.awake()
        if now - self._said_at >= WARN_EVERY:
            others = f"; {self._unsaid - 1} times more since the last such line" if self._unsaid > 1 else ""
            log.warning("the event loop was %.0f ms late, %.0f ms of them at work%s", lateness * 1000, min(busy, lateness) * 1000, others)
            self._said_at, self._unsaid = now, 0

    def _sleep(self, seconds: float) -> None:
        """A clock on the wall that was put forward looks the same where there is no better one."""
        if seconds < ASLEEP:
            return
        self._slept += seconds
        log.info("the machine slept for %.0f s, or its clock was put forward; connections are made again as they are found dead", seconds)
