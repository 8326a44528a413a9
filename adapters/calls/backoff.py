"""How long to wait before trying again."""

from __future__ import annotations

import random


class Backoff:
    """Doubles from `first` to `most` seconds, with jitter so that many who failed together do not come back together."""

    def __init__(self, first: float = 0.5, most: float = 30.0) -> None:
        self._first = first
        self._most = most
        self._failures = 0

    def next(self) -> float:
        """The seconds to wait now."""
        self._failures += 1
        whole = min(self._most, self._first * 2.0 ** min(self._failures - 1, 16))
        return whole * random.uniform(0.5, 1.0)  # noqa: S311 - no secret depends on it

    def reset(self) -> None:
        self._failures = 0
