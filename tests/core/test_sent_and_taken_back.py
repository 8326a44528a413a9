"""Posts that are on their way when their answer is taken back, given to another one, or both (P24, P34)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import SendUnknown
from bot.events import CommandInvoked, MessageDeleted, MessageEdited, MessageRef, Place
from bot.ports import Capabilities
from bot.posts import Part
from tests.core.talk import Talk, killed, nothing_is_owed, talking
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel

KEYED = replace(DEFAULT, idempotent_send=True)


class Held(MemoryAdapter):
    """Sends wait until they may go out."""

    def __init__(self, capabilities: Capabilities = DEFAULT) -> None:
        super().__init__(capabilities=capabilities)
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def send(self, place: Place, part: Part, **more: object) -> MessageRef:
        self.asked.set()
        await self.may.wait()
        return await super().send(place, part, **more)  # type: ignore[arg-type]


class Lossy(MemoryAdapter):
    """While it is lossy, the send of an answer is done and gets no answer; lines of commands are sent as they should be."""

    def __init__(self, *, lossy: bool = True) -> None:
        super().__init__(capabilities=KEYED)
        self.asked, self.lossy = asyncio.Event(), lossy

    async def send(self, place: Place, part: Part, **more: object) -> MessageRef:
        ref = await super().send(place, part, **more)  # type: ignore[arg-type]
        if self.lossy and "Took" not in part.text:
            self.asked.set()
            raise SendUnknown
        return ref


async def _until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not done():
            await asyncio.sleep(0.001)


async def _at_rest(talk: Talk) -> None:
    async with asyncio.timeout(5):
        while not await nothing_is_owed(talk):
            await asyncio.sleep(0.002)
    await talk.settle()


@pytest.mark.parametrize("capabilities", [DEFAULT, KEYED], ids=["plain", "keyed"])
async def test_p24_taken_back_and_asked_anew_while_the_first_post_is_on_its_way(tmp_path: Path, capabilities: Capabilities) -> None:
    """/undo, and a native edit, whose answer takes the post over and is stopped: what is there of it is not taken away."""
    adapter, model = Held(capabilities), ScriptedModel()
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
        said = await talk.hears("one")
        await asyncio.wait_for(adapter.asked.wait(), 5)
        await talk.hears("/undo")
        model.says("some words of the second", gate=asyncio.Event(), held=2)
        await talk.core.accept(MessageEdited(said, talk.person, "two", talk.clock.now(), talk.key()))
        adapter.may.set()
        await talk.shows("some")
        await talk.hears("/stop")
        await _at_rest(talk)
        assert any("some words" in text for text in talk.texts())


async def test_p24_taken_back_and_asked_anew_and_a_death_before_the_final_text(tmp_path: Path) -> None:
    adapter = Held()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        said = await talk.hears("one")
        await asyncio.wait_for(adapter.asked.wait(), 5)
        await talk.hears("/undo")
        await talk.core.accept(MessageEdited(said, talk.person, "two", talk.clock.now(), talk.key()))
        adapter.fail_next("edit", SendUnknown(), times=10_000)
        adapter.may.set()
        async with asyncio.timeout(5):
            while not await talk.store.unfinished_replies() or await talk.store.owing_sessions():
                await asyncio.sleep(0.002)
        await asyncio.sleep(0.02)
        await killed(talk)
    adapter._faults.clear()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await _at_rest(talk)
        assert "Echo: two" in talk.texts()


@pytest.mark.parametrize("dies", [False, True])
async def test_p34_taken_back_while_the_send_has_no_answer(tmp_path: Path, dies: bool) -> None:
    """The line of /undo is said in another lane, which finds the post unsent."""
    adapter = Lossy()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.hears("one")
        await asyncio.wait_for(adapter.asked.wait(), 5)
        await talk.hears("/undo")
        await talk.shows("Took")
        await asyncio.sleep(0.02)
        if dies:
            await killed(talk)
        adapter.lossy = False
        if not dies:
            await _at_rest(talk)
            assert "Echo: one" not in talk.texts()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await _at_rest(talk)
        assert "Echo: one" not in talk.texts()


async def test_p34_joined_and_taken_back_while_the_send_has_no_answer(tmp_path: Path) -> None:
    """The post was sent for the first of two quick messages; the answer to both has not been begun."""
    adapter, model = Lossy(), ScriptedModel()
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
        model.says("never", gate=asyncio.Event())
        await talk.hears("one")
        await asyncio.wait_for(adapter.asked.wait(), 5)
        await talk.hears("two")
        await talk.hears("/undo")
        await asyncio.sleep(0.05)
        adapter.lossy = False
        await _at_rest(talk)
        assert len(talk.texts()) == 1


async def test_p34_begun_anew_and_taken_back_while_the_send_has_no_answer(tmp_path: Path) -> None:
    adapter, model = Lossy(lossy=False), ScriptedModel()
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
        model.says("never", gate=asyncio.Event())
        model.says("never", gate=asyncio.Event())
        one = await talk.hears("one")
        await talk.hears("two")
        adapter.lossy = True
        await asyncio.wait_for(adapter.asked.wait(), 5)
        await talk.core.accept(MessageDeleted(one, talk.key()))
        await talk.hears("/undo")
        await asyncio.sleep(0.05)
        adapter.lossy = False
        await _at_rest(talk)
        assert len(talk.texts()) == 1


async def test_p34_parked_at_the_end_and_taken_back_in_the_next_life(tmp_path: Path) -> None:
    adapter, model = Lossy(), ScriptedModel()
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
        model.says("never", gate=asyncio.Event())
        await talk.hears("one")
        await asyncio.wait_for(adapter.asked.wait(), 5)
    adapter.lossy = False
    async with talking(tmp_path / "parley.db", adapter=adapter, caught_up=False) as talk:
        await talk.core.accept(CommandInvoked(MessageRef(talk.place, "3"), talk.person, "undo", "", talk.clock.now(), "memory:three"))
        await talk.core.caught_up("memory")
        await _at_rest(talk)
        assert len(talk.texts()) == 1


async def test_p34_what_may_be_there_is_looked_for_however_long_the_platform_is_away(tmp_path: Path) -> None:
    adapter, model = Lossy(), ScriptedModel()
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
        model.says("never", gate=asyncio.Event())
        await talk.hears("one")
        await asyncio.wait_for(adapter.asked.wait(), 5)
        await talk.hears("/undo")
        await asyncio.sleep(0.02)
        adapter.fail_next("send", SendUnknown(), times=1_000_000)
        await asyncio.sleep(1.0)  # a thousand seconds of its clock
        adapter._faults.clear()
        adapter.lossy = False
        await _at_rest(talk)
        assert ["Took" in text for text in talk.texts()] == [True]
