"""What befalls the program: the moment at which it dies, and the calls that fail. All of it by the plan."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence
from typing import Literal

Fault = Literal["limited", "before", "after", "late"]
"""A call is refused for some seconds; or it ends without an answer: and was not done, was done, or is done a little later."""

LIMITED = "limited"
WEIGHTS: dict[Fault, int] = {"limited": 3, "before": 2, "after": 3, "late": 2}


class Fate:
    """Counts the moments of a run: each effect on the world has one before it and one after it. At the moments in `deaths` the program
    is gone; besides, each moment is the last one with the chance `death`, and each call fails with the chance `fault`."""

    def __init__(self, chance: random.Random, deaths: Sequence[int] = (), *, death: float = 0.0, fault: float = 0.0) -> None:
        self._chance = chance
        self._deaths = deque(deaths)
        self._death = death
        self._fault = fault
        self.moments = 0

    def strikes(self) -> bool:
        """One moment more; True where it is the last one of this life."""
        self.moments += 1
        if self._deaths and self.moments >= self._deaths[0]:
            self._deaths.popleft()
            return True
        return self._death > 0 and self._chance.random() < self._death

    def fault(self) -> Fault | None:
        """What happens to the next call."""
        if self._fault <= 0 or self._chance.random() >= self._fault:
            return None
        return self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]

    def relent(self) -> None:
        """From here on nothing befalls it any more."""
        self._deaths.clear()
        self._death = self._fault = 0.0
