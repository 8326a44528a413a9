"""The last try of a turn: beside no other turn that an earlier life began and did not end.

One that kills the process would use up the tries of those beside it, and they would be given up with it. What is tried for the first
time has tries left, and waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.events import Place
from bot.messages import Turn

MOST_ATTEMPTS = 3


def _is_last(turn: Turn) -> bool:
    return turn.attempts == MOST_ATTEMPTS - 1


class LastTries:
    """`wake` is called for each session that was kept waiting, once it may ask again. Nobody waits in a lane, which has more to do."""

    def __init__(self) -> None:
        self.wake: Callable[[str, Place], None] = lambda _session_id, _place: None
        self._tried: dict[int, Turn] = {}
        """Turns under way that were begun before and did not end."""
        self._waiting: dict[str, Place] = {}
        self._fewer = asyncio.Event()

    def begins(self, turn: Turn) -> bool:
        """Whether the turn may begin now. It has to be told when it is `over`; a turn that may not is still owed, and untouched."""
        if not 0 < turn.attempts < MOST_ATTEMPTS:
            return True
        if self._tried and (_is_last(turn) or any(_is_last(other) for other in self._tried.values())):
            self._waiting[turn.session_id] = turn.place
            return False
        self._tried[turn.id] = turn
        return True

    def over(self, turn_id: int) -> None:
        """The outcome of the turn is stored, or it is no longer answered here: it has nothing to lose any more. May come twice."""
        if self._tried.pop(turn_id, None) is None or not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        for session_id, place in waiting.items():
            self.wake(session_id, place)
        self._fewer.set()
        self._fewer = asyncio.Event()

    async def keep_waiting(self, place: Place) -> bool:
        """Whether somebody in the place is kept waiting; returns once it was woken."""
        if place not in self._waiting.values():
            return False
        await self._fewer.wait()
        return True
