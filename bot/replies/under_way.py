"""What may still arrive: calls that ended unknown, in this life or with an earlier one, and are done later than what was written since."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from bot.ports import Clock
from bot.turnstile import Turnstile

SETTLE = 10.0
"""Seconds after which a final text is written once more where something may have arrived over it (P24)."""
LATEST = 600.0
"""Seconds after which nothing arrives any more: no connection holds a call back for so long."""
MOST = 10_000
"""Posts that are remembered, the newest."""


class UnderWay:
    """Posts to which a call may still be on its way. Shared by all who show something on them, one after the other."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[int, float] = {}
        self.taking = Turnstile()
        """By reply: whoever takes one away sees what the one before has done."""
        self.sending: set[int] = set()
        """Posts that are being sent just now: whoever sends them takes them away, where they are to go meanwhile."""

    def add(self, post_ids: Iterable[int]) -> None:
        """A call to each of them ended unknown just now, or was under way when an earlier life ended; or it is under way from here on, and
        somebody else may want the post meanwhile."""
        now = self._clock.monotonic()
        for post_id in [post_id for post_id, until in self._until.items() if until <= now]:
            del self._until[post_id]
        for post_id in post_ids:
            self._until.pop(post_id, None)
            self._until[post_id] = now + LATEST
        while len(self._until) > MOST:
            del self._until[next(iter(self._until))]

    def landed(self, post_id: int) -> None:
        """The call has been answered, and nothing was written meanwhile."""
        self._until.pop(post_id, None)

    def knows(self, post_id: int) -> bool:
        """Whether a call to it ended unknown, and nothing was written over what it may have done."""
        return self._until.get(post_id, -inf) > self._clock.monotonic()

    def settle(self, post_ids: Iterable[int]) -> float:
        """What is to stay is being written on them. Returns the seconds after which it is to be written once more; 0.0 if it need not be,
        since nothing was under way, or so long ago that this writes over it."""
        now, wait = self._clock.monotonic(), 0.0
        for post_id in post_ids:
            until = min(self._until.get(post_id, now), now + SETTLE)
            if until > now:
                self._until[post_id] = until
                wait = max(wait, until - now)
            else:
                self._until.pop(post_id, None)
        return wait
