"""The way between the program and a platform: it takes time, calls on it fail, and what has departed no longer depends on who sent it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from bot.errors import MessageGone, PlaceUnavailable, RateLimited, SendUnknown
from bot.events import MessageRef, Place
from bot.posts import Part
from tests.simulation.chats import Chats, Shown
from tests.simulation.fate import LIMITED
from tests.simulation.world import LATE, World

T = TypeVar("T")

UNSTORED = 0.25
"""Seconds after which a send has come back, and what it made is stored."""
UNSTORED_ON_A_FULL_DISK = 2.0


class Server(Protocol):
    """A platform. `blocked` holds places that cannot be written to."""

    name: str
    chats: Chats
    blocked: set[Place]


class Wire:
    """To one platform, in one life; with what every platform does alike."""

    def __init__(self, world: World, server: Server) -> None:
        self._world = world
        self._server = server

    async def call(self, what: str, effect: Callable[[], T], *, quick: bool = False, sends: bool = False) -> T:
        """Raises RateLimited or SendUnknown, and what the effect raises. Each effect has a moment before it and one after it.

        A `quick` call may be refused for seconds, others for a minute and more, too. One that `sends` may leave something behind of
        which nobody knows."""
        world, life = self._world, self._world.life
        assert life is not None
        await life.moment()
        fault = world.fate.fault()
        if fault == LIMITED:
            seconds = world.chance.uniform(0.5, 5.0 if quick or world.chance.random() < 0.8 else 90.0)
            world.story.tell(self._server.name, f"{what}: refused for {seconds:.1f} s")
            raise RateLimited(seconds)
        flight = life.departs(effect)
        if sends:
            world.sending.add(flight)
            life.loop.call_later(UNSTORED, self._is_stored, flight)
        try:
            await asyncio.sleep(world.chance.uniform(0.005, 0.08))
        except asyncio.CancelledError:
            world.may_stray += sends
            world.later(world.chance.uniform(*LATE), lambda: world.arrive(effect))
            raise
        finally:
            life.arrives(flight)
        if fault is not None:
            world.may_stray += sends
            raise self._lost(what, fault, effect)
        result = effect()
        await life.moment()
        try:
            await asyncio.sleep(world.chance.uniform(0.002, 0.05))
        except asyncio.CancelledError:
            world.may_stray += sends
            raise
        return result

    async def edit(self, ref: MessageRef, part: Part, *, preview: bool) -> None:
        def change() -> Shown:
            self.may(ref.place)
            return self.told("edits", self._server.chats.change(int(ref.message_id), part, self._world.now))

        await self.call(f"edit {ref.message_id}", change, quick=preview)

    async def delete(self, ref: MessageRef) -> None:
        def take_away() -> Shown:
            self.may(ref.place)
            return self.told("deletes", self._server.chats.take_away(int(ref.message_id)))

        try:
            await self.call(f"delete {ref.message_id}", take_away)
        except MessageGone:
            return

    def may(self, place: Place) -> None:
        """Raises PlaceUnavailable."""
        if place in self._server.blocked:
            raise PlaceUnavailable

    def told(self, does: str, shown: Shown) -> Shown:
        self._world.story.tell("bot", f"{does} {shown.id} in {shown.place.chat_id}: {shown.text}")
        return shown

    def _is_stored(self, flight: int) -> None:
        if self._world.full and self._world.life is not None:
            self._world.life.loop.call_later(UNSTORED_ON_A_FULL_DISK, self._is_stored, flight)
        else:
            self._world.sending.discard(flight)

    def _lost(self, what: str, fault: str, effect: Callable[[], object]) -> SendUnknown:
        world = self._world
        world.story.tell(self._server.name, f"{what}: the connection is lost ({fault})")
        if fault == "after":
            world.arrive(effect)
        elif fault == "late":
            world.later(world.chance.uniform(*LATE), lambda: world.arrive(effect))
        return SendUnknown()
