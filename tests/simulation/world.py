"""What is there beside the program and goes on without it: time, the platforms, the model, the disk, and what people will do."""

from __future__ import annotations

import heapq
import itertools
import random
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.errors import AdapterError
from tests.core.virtual import START
from tests.simulation.disk import empty_disk
from tests.simulation.fate import Fate
from tests.simulation.life import Life
from tests.simulation.story import Story

LATE = (0.3, 6.0)
"""Seconds after which a call arrives that was given up by who made it. Kept below what the core waits before it makes sure."""


@dataclass(order=True, slots=True)
class Due:
    """Something that happens at a time, whether the program lives or not."""

    at: float
    order: int
    what: Callable[[], None] = field(compare=False)


class World:
    """`now` is seconds since the beginning. `skew` is by how much the wall's clock is wrong. `may_stray` is how many sends ended without
    anybody knowing what came of them; `sending` are those of which that is so now."""

    def __init__(self, seed: int, fate: Fate, chance: random.Random) -> None:
        self.seed = seed
        self.fate = fate
        self.chance = chance
        self.disk: sqlite3.Connection = empty_disk()
        self.story = Story(self)
        self.life: Life | None = None
        self.skew = timedelta()
        self.full = False
        self.deaths = 0
        self.may_stray = 0
        self.sending: set[int] = set()
        self.problems: list[str] = []
        self._now = 0.0
        self._due: list[Due] = []
        self._order = itertools.count()

    @property
    def now(self) -> float:
        return self.life.loop.time() if self.life is not None else self._now

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.now) + self.skew

    def platform_time(self) -> datetime:
        """Platforms have clocks of their own."""
        return START + timedelta(seconds=self.now)

    def blame(self, what: str) -> None:
        """Something is wrong that must never be."""
        self.problems.append(what)
        self.story.tell("!!", what)

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        self.at(self.now + seconds, what)

    def at(self, when: float, what: Callable[[], None]) -> None:
        due = Due(when, next(self._order), what)
        heapq.heappush(self._due, due)
        if self.life is not None:
            self.life.loop.call_at(due.at, self._catch_up)

    @property
    def last_due(self) -> float:
        return max((due.at for due in self._due), default=self.now)

    def begin(self, life: Life) -> None:
        self.life = life
        for due in self._due:
            life.loop.call_at(due.at, self._catch_up)

    def end(self) -> None:
        """The program is gone; what it had sent on its way may still arrive."""
        life = self.life
        assert life is not None
        self._now, self.life = life.loop.time(), None
        if life.dead:
            self.deaths += 1
            self.may_stray += len(self.sending)
            self.story.tell("--", "the program dies")
        self.sending.clear()
        for effect in life.left_under_way():
            if self.chance.random() < 0.5:
                self.arrive(effect)

    def pass_time(self, seconds: float) -> None:
        """While the program is down."""
        end = self._now + seconds
        while self._due and self._due[0].at <= end:
            due = heapq.heappop(self._due)
            self._now = max(self._now, due.at)
            due.what()
        self._now = end

    def arrive(self, effect: Callable[[], object]) -> None:
        """A request whose answer nobody hears takes effect, or is refused."""
        with suppress(AdapterError):
            effect()

    def _catch_up(self) -> None:
        if self.life is None or self.life.dead:
            return
        while self._due and self._due[0].at <= self.now + 1e-9:
            heapq.heappop(self._due).what()
