"""How long to wait before trying again."""

from __future__ import annotations


class Backoff:
    """1, 2, 4 ... up to `most` seconds."""

    def __init__(self, most: float = 30.0) -> None:
        self._most = most
        self._next = 1.0

    def next(self) -> float:
        """The seconds to wait now."""
        wait, self._next = self._next, min(self._most, self._next * 2)
        return wait

    def reset(self) -> None:
        self._next = 1.0
