"""How much of a limit is left: a bucket that fills by the second, and a window that counts the last minute."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

# Less than this is nothing: else a wait too short to move the clock would be waited for again and again.
ROUNDING = 1e-6


@dataclass(slots=True)
class Bucket:
    """`level` calls may be made at once; it fills by `rate` a second up to `burst`."""

    rate: float
    burst: float
    level: float
    at: float

    def wait(self, now: float, needed: float = 1.0) -> float:
        """Seconds until it holds `needed`."""
        self.level = min(self.burst, self.level + max(0.0, now - self.at) * self.rate)
        self.at = max(self.at, now)
        return max(0.0, (needed - self.level) / self.rate) if needed - self.level > ROUNDING else 0.0


@dataclass(slots=True)
class Window:
    """At most `most` calls in any `seconds`."""

    most: int
    seconds: float
    calls: deque[float] = field(default_factory=deque)

    def wait(self, now: float, reserve: int = 0) -> float:
        """Seconds until one more fits while `reserve` stay free."""
        while self.calls and self.calls[0] <= now - self.seconds + ROUNDING:
            self.calls.popleft()
        over = len(self.calls) - (self.most - reserve)
        return 0.0 if over < 0 else self.calls[over] + self.seconds - now


@dataclass(slots=True)
class Probes:
    """Calls beyond the overall rate, `most` of them under way at once, until one is refused: then none for `pause` seconds.

    Telegram names its overall limit only roughly, and for bulk messages. Keeping to it before it was ever felt would hold back answers
    that it would have taken; finding out costs a few refused calls.
    """

    most: int
    pause: float
    not_before: float = 0.0
    under_way: set[int] = field(default_factory=set)

    def allowed(self, now: float) -> bool:
        return now >= self.not_before and len(self.under_way) < self.most

    def refused(self, now: float) -> bool:
        """Telegram refused a call: whether that is the answer to going beyond the rate, and no more than was to be expected."""
        if self.under_way:
            self.not_before = now + self.pause
        return bool(self.under_way)
