"""The way between the program and a platform: it takes time, calls on it fail, and what has departed no longer depends on who sent it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.errors import RateLimited, SendUnknown
from tests.simulation.fate import LIMITED
from tests.simulation.world import LATE, World

T = TypeVar("T")

UNSTORED = 0.25
"""Seconds after which a send has come back, and what it made is stored."""


class Wire:
    """Of one platform, in one life."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._name = name

    async def call(self, what: str, effect: Callable[[], T], *, quick: bool = False) -> T:
        """Raises RateLimited or SendUnknown, and what the effect raises. Each effect has a moment before it and one after it.

        A `quick` call may be refused for seconds; others for a minute and more, too."""
        world, life = self._world, self._world.life
        assert life is not None
        await life.moment()
        fault = world.fate.fault()
        if fault == LIMITED:
            seconds = world.chance.uniform(0.5, 5.0 if quick or world.chance.random() < 0.8 else 90.0)
            world.story.tell(self._name, f"{what}: refused for {seconds:.1f} s")
            raise RateLimited(seconds)
        flight = life.departs(effect)
        if what.startswith("send"):
            world.sending.add(flight)
            life.loop.call_later(UNSTORED, self._is_stored, flight)
        try:
            await asyncio.sleep(world.chance.uniform(0.005, 0.08))
        except asyncio.CancelledError:
            world.may_stray += what.startswith("send")
            world.later(world.chance.uniform(*LATE), lambda: world.arrive(effect))
            raise
        finally:
            life.arrives(flight)
        if fault is not None:
            raise self._lost(what, fault, effect)
        result = effect()
        await life.moment()
        try:
            await asyncio.sleep(world.chance.uniform(0.002, 0.05))
        except asyncio.CancelledError:
            world.may_stray += what.startswith("send")
            raise
        return result

    def _is_stored(self, flight: int) -> None:
        if self._world.full and self._world.life is not None:
            self._world.life.loop.call_later(UNSTORED, self._is_stored, flight)
        else:
            self._world.sending.discard(flight)

    def _lost(self, what: str, fault: str, effect: Callable[[], object]) -> SendUnknown:
        world = self._world
        world.story.tell(self._name, f"{what}: the connection is lost ({fault})")
        if what.startswith("send"):
            world.may_stray += 1
        if fault == "after":
            world.arrive(effect)
        elif fault == "late":
            world.later(world.chance.uniform(*LATE), lambda: world.arrive(effect))
        return SendUnknown()
