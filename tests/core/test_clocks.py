"""Clocks that jump: the wall's is for dates, and nothing waits by it for longer than it must (R10)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import RateLimited
from bot.events import Author, MessageReceived, MessageRef, Place
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.core.talk import POLICY
from tests.core.virtual import VirtualClock, VirtualLoop
from tests.fakes.memory_adapter import MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel

ANN, CHAT = Author("7", "Ann"), Place("memory", "7")


class Wall(VirtualClock):
    """The date can jump; seconds go on as they do."""

    def __init__(self) -> None:
        self.jumped = timedelta()

    def now(self) -> datetime:
        return super().now() + self.jumped


class World:
    """One chat over several lives."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock, self.adapter, self.model = path, Wall(), MemoryAdapter(), ScriptedModel()
        self._number = 0

    async def start(self) -> None:
        self.store = await SqliteStore.open(self.path, driver="inline")
        self.core = Dispatcher(self.store, self.model, {"memory": self.adapter}, POLICY, self.clock)
        await self.core.start()
        await self.core.caught_up("memory")

    async def stop(self) -> None:
        await self.core.stop()
        await self.store.close()

    async def hears(self, text: str) -> None:
        self._number += 1
        ref = MessageRef(CHAT, f"m{self._number}")
        await self.core.accept(MessageReceived(ref, ANN, text, self.clock.now(), ref.message_id))

    def texts(self) -> list[str]:
        return [seen.text for seen in self.adapter.chats.get(CHAT, [])]


def runs(story: Callable[[World], Awaitable[None]], path: Path) -> None:
    loop = VirtualLoop()

    async def all_of_it() -> None:
        await story(World(path))

    try:
        loop.run_until_complete(all_of_it())
    finally:
        loop.close()


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_r10_p2_a_clock_that_is_set_otherwise_keeps_no_answer_back(tmp_path: Path, days: int) -> None:
    """As on a machine that has no clock of its own, and learns the time after its start."""

    async def story(world: World) -> None:
        await world.start()
        world.adapter.fail_next("send", RateLimited(200.0), times=10)
        await world.hears("one")
        await asyncio.sleep(5.0)
        assert world.texts() == []
        await world.stop()
        world.adapter._faults.clear()
        world.clock.jumped = timedelta(days=days)
        began = asyncio.get_running_loop().time()
        await world.start()
        await world.core.idle()
        assert world.texts() == ["Echo: one"]
        assert asyncio.get_running_loop().time() - began <= 60.0
        await world.stop()

    runs(story, tmp_path / "parley.db")


@pytest.mark.parametrize("hours", [-8, 8])
def test_r10_a_date_that_jumps_in_the_middle_of_an_answer_ends_nothing(tmp_path: Path, hours: int) -> None:
    async def story(world: World) -> None:
        await world.start()
        gate = asyncio.Event()
        world.model.says("some words of an answer", gate=gate, held=2)
        await world.hears("one")
        await asyncio.sleep(10.0)
        world.clock.jumped = timedelta(hours=hours)
        await asyncio.sleep(10.0)
        gate.set()
        await world.core.idle()
        assert world.texts()[-1].endswith("some words of an answer")
        await world.hears("two")
        await world.core.idle()
        assert world.texts()[-1].endswith("Echo: two")
        assert len(world.model.requests) == 2
        await world.stop()

    runs(story, tmp_path / "parley.db")
