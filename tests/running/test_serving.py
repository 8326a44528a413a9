"""One life of the bot from outside: what ends it, with which status, and what is started again without ending it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot.changes import Change, SetTurn
from bot.clock import SystemClock
from bot.errors import AdapterError, StorageError, TokenRefused
from bot.events import Author, MessageReceived, MessageRef, Place
from bot.policy import Policy
from bot.ports import Core
from bot.process import Stop
from bot.serving import serve
from bot.supervisor import Restarts
from storage.sqlite.store import SqliteStore
from tests.core.talk import TestClock
from tests.fakes.memory_adapter import MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel

ANN, CHAT = Author("7", "Ann"), Place("memory", "7")


class Asked(Stop):
    """To end when the test says so: no signal, and no clock that ends the process itself."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    def listen(self) -> None: ...

    async def wait(self) -> None:
        await self.asked.wait()


class Hearing(MemoryAdapter):
    """Brings one message, and raises what it is given at each start until nothing is left of that."""

    def __init__(self, *ends: Exception, platform: str = "memory") -> None:
        super().__init__(platform)
        self.ends, self.starts = list(ends), 0

    async def run(self, core: Core) -> None:
        self.starts += 1
        await core.caught_up(self.platform)
        if self.ends:
            raise self.ends.pop(0)
        place = Place(self.platform, "7")
        await core.accept(MessageReceived(MessageRef(place, "1"), ANN, "one", SystemClock().now(), f"{self.platform}:1"))
        await asyncio.get_running_loop().create_future()


class Broken(SqliteStore):
    """Fails where a turn is begun, as it is told to."""

    error: Exception

    async def apply(self, changes: Sequence[Change], *, key: str = "", at: datetime | None = None) -> None:
        if any(isinstance(change, SetTurn) for change in changes):
            raise self.error
        await super().apply(changes, key=key, at=at)


async def life(path: Path, adapters: Sequence[MemoryAdapter], stop: Asked, error: Exception | None = None) -> int:
    store = await SqliteStore.open(path)
    if error is not None:
        store = Broken(store._database)
        store.error = error
    try:
        async with asyncio.timeout(10):
            clock = TestClock()
            policy = Policy(titles=False)
            return await serve(store, ScriptedModel(), adapters, policy, clock, Restarts(path.with_name("restarts.json")), stop)
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (StorageError("the disk is full"), "its database does not work: the disk is full"),
        (KeyError("a bug"), "something inside it failed: KeyError"),
    ],
)
async def test_p7_r5_a_failure_of_the_core_or_the_storage_ends_the_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception, says: str
) -> None:
    assert await life(tmp_path / "parley.db", [Hearing()], Asked(), error) == 1
    assert says in caplog.text


async def test_p7_r5_a_platform_that_fails_in_whatever_way_is_started_again_alone(tmp_path: Path) -> None:
    failing = Hearing(RuntimeError("a bug"), AdapterError("gone"), ExceptionGroup("both", [ValueError("x")]), platform="other")
    well, stop = Hearing(), Asked()
    serving = asyncio.create_task(life(tmp_path / "parley.db", [failing, well], stop))
    async with asyncio.timeout(10):
        while not (failing.chats and well.chats and failing.chats[Place("other", "7")][0].text == "Echo: one"):
            await asyncio.sleep(0.005)
    assert (failing.starts, well.starts) == (4, 1)
    stop.asked.set()
    assert await serving == 0


async def test_p7_when_no_platform_is_left_the_process_ends_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert await life(tmp_path / "parley.db", [Hearing(TokenRefused("the token is refused"))], Asked()) == 1
    assert "no platform is left" in caplog.text
