"""One life of the program: an event loop in virtual time, which can be left at any moment as a killed process leaves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from tests.core.virtual import VirtualLoop
from tests.simulation.fate import Fate

T = TypeVar("T")


class Life:
    """From its death on nothing of it has any effect: whoever asks waits for ever, and is put away with the rest."""

    MOST_STEPS = 10_000

    def __init__(self, fate: Fate, now: float) -> None:
        self.steps = 0
        self.loop = VirtualLoop(now)
        self.dead = False
        self._fate = fate
        self._under_way: dict[int, Callable[[], object]] = {}
        self._calls = 0

    def ends(self) -> bool:
        """Passes a moment; True if the program is dead, now or since earlier."""
        if not self.dead and self._fate.strikes():
            self.dead = True
            self.loop.stop()
        return self.dead

    def steps_on(self) -> bool:
        """Called for each transaction; False where there were so many that the program must be going round in circles. It is ended then."""
        self.steps += 1
        if self.steps == self.MOST_STEPS:
            self.dead = True
            self.loop.stop()
        return self.steps < self.MOST_STEPS

    async def moment(self) -> None:
        if self.ends():
            await self.loop.create_future()

    def departs(self, effect: Callable[[], object]) -> int:
        """A request is on its way; from here on it no longer depends on who sent it."""
        self._calls += 1
        self._under_way[self._calls] = effect
        return self._calls

    def arrives(self, call: int) -> None:
        """It got there, or its connection broke; but nothing is told to the dead."""
        if not self.dead:
            del self._under_way[call]

    def left_under_way(self) -> list[Callable[[], object]]:
        """What was on its way when the program died."""
        return list(self._under_way.values())

    def run(self, doing: Coroutine[Any, Any, T]) -> T | None:
        """To its end; None where the program died before."""
        task = self.loop.create_task(doing)
        try:
            return self.loop.run_until_complete(task)
        except RuntimeError:
            if not self.dead:
                raise
            return None
        finally:
            self._put_away()

    def _put_away(self) -> None:
        """Whatever still waits is closed where it stands; its last wishes have no effect any more."""
        alive, self.dead = not self.dead, True
        for task in asyncio.all_tasks(self.loop):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            coroutine = task.get_coro()
            if coroutine is not None:
                with suppress(RuntimeError):
                    coroutine.close()
        self.dead = not alive
        self.loop.close()
