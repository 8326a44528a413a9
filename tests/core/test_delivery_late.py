"""One call at a time for a post, and whatever may arrive late is written over (P23, P24)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import RateLimited, SendUnknown
from bot.events import MessageEdited
from bot.ports import Finish, TextDelta
from tests.core.talk import Talk, killed, nothing_is_owed, talking
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter
from tests.fakes.scripted_model import Script, ScriptedModel

SLOWLY = 30.0
"""Times the wall's speed: what is written once more ten seconds later leaves a third of one to a test that lets something come before."""


async def test_p23_one_call_at_a_time_for_a_post(talk: Talk) -> None:
    running, most = 0, 0
    edit = talk.adapter.edit

    async def slow(*args: object, **more: object) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        await edit(*args, **more)  # type: ignore[arg-type]
        running -= 1

    talk.adapter.edit = slow  # type: ignore[method-assign]
    talk.model.says(" ".join(["word"] * 300))
    await talk.says("one")
    assert most == 1
    assert talk.texts() == [" ".join(["word"] * 300)]


class InSteps(ScriptedModel):
    """Says a word more each time that it is let on."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = [asyncio.Event(), asyncio.Event()]

    async def _pieces(self, script: Script) -> AsyncIterator[TextDelta | Finish]:
        yield TextDelta("some ")
        await self.steps[0].wait()
        yield TextDelta("words ")
        await self.steps[1].wait()
        yield TextDelta("more")
        yield Finish("stop", None)


class ThenAnew(InSteps):
    """And something else when it is asked again."""

    async def _pieces(self, script: Script) -> AsyncIterator[TextDelta | Finish]:
        if self.steps[1].is_set():
            yield TextDelta("anew")
            yield Finish("stop", None)
            return
        async for piece in super()._pieces(script):
            yield piece


@pytest.mark.parametrize("limited", [False, True])
async def test_p24_after_an_uncertain_preview_the_final_text_is_written_once_more(tmp_path: Path, limited: bool) -> None:
    model, adapter = InSteps(), MemoryAdapter()
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model, speed=SLOWLY) as talk:
        await talk.hears("one")
        await talk.shows("some")
        adapter.fail_next("preview", SendUnknown())
        model.steps[0].set()
        async with asyncio.timeout(20):
            while adapter._faults["preview"]:
                await asyncio.sleep(0.001)
        if limited:
            adapter.fail_next("edit", RateLimited(5.0))
        model.steps[1].set()
        await talk.settle()
        assert talk.texts() == ["some words more"]
        talk.last.text = "some words …"  # the preview arrives late
        async with asyncio.timeout(20):
            while talk.last.text != "some words more":
                await adapter.changed.wait()
        await talk.settle()
        assert await nothing_is_owed(talk)


async def test_p24_a_first_preview_that_may_arrive_late_is_written_over_too(tmp_path: Path) -> None:
    """Where a key makes a send repeatable, what a lost try was to show may still be put there after the final text."""
    model, adapter = InSteps(), MemoryAdapter(capabilities=replace(DEFAULT, idempotent_send=True))
    adapter.fail_next("send", SendUnknown(), after=True)
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model, speed=SLOWLY) as talk:
        await talk.hears("one")
        await talk.shows("some")
        model.steps[0].set()
        model.steps[1].set()
        await talk.settle()
        assert talk.texts() == ["some words more"]
        talk.last.text = "some …"  # the lost try arrives late
        async with asyncio.timeout(20):
            while talk.last.text != "some words more":
                await adapter.changed.wait()
        await talk.settle()
        assert await nothing_is_owed(talk)


async def test_p24_a_final_edit_that_may_arrive_late_is_written_over_when_something_else_is_shown_there(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    async with talking(tmp_path / "parley.db", adapter=adapter, speed=SLOWLY) as talk:
        adapter.fail_next("edit", SendUnknown())
        said = await talk.says("one")
        await talk.edits(said, "two")
        assert talk.texts() == ["Echo: two"]
        talk.last.text = "Echo: one"  # the lost try arrives late
        async with asyncio.timeout(20):
            while talk.last.text != "Echo: two":
                await adapter.changed.wait()
        await talk.settle()
        assert await nothing_is_owed(talk)


async def test_p24_a_final_edit_that_may_arrive_late_is_not_forgotten_with_the_process(tmp_path: Path) -> None:
    """It was repeated with success just before the death; the next life shows something else there, and the lost try lands on it."""
    adapter = MemoryAdapter()
    async with talking(tmp_path / "parley.db", adapter=adapter, speed=20.0) as talk:
        adapter.fail_next("edit", SendUnknown())
        said = await talk.hears("one")
        await talk.shows("Echo: one")
        await asyncio.sleep(0.2)  # what is shown is stored as well
        await killed(talk)
    async with talking(tmp_path / "parley.db", adapter=adapter, speed=20.0) as talk:
        await talk.core.accept(MessageEdited(said, talk.person, "two", talk.clock.now(), talk.key()))
        await talk.shows("Echo: two")
        await asyncio.sleep(0.05)
        talk.last.text = "Echo: one"
        await talk.shows("Echo: two")
        await talk.settle()
        assert await nothing_is_owed(talk)


async def test_p24_a_preview_that_may_arrive_late_is_written_over_by_the_next_answer_on_its_posts_too(tmp_path: Path) -> None:
    """The question is edited after the answer was finished, and before its final text was written once more."""
    model, adapter = ThenAnew(), MemoryAdapter()
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model, speed=20.0) as talk:
        said = await talk.hears("one")
        await talk.shows("some")
        adapter.fail_next("preview", SendUnknown())
        model.steps[0].set()
        async with asyncio.timeout(20):
            while adapter._faults["preview"]:
                await asyncio.sleep(0.001)
        model.steps[1].set()
        await talk.shows("some words more")
        await asyncio.sleep(0.05)  # a second there: what is shown is stored as well
        await talk.core.accept(MessageEdited(said, talk.person, "two", talk.clock.now(), talk.key()))
        await talk.shows("anew")
        talk.last.text = "some words …"  # the preview arrives late
        async with asyncio.timeout(20):
            while talk.last.text != "anew":
                await adapter.changed.wait()
        await talk.settle()
        assert await nothing_is_owed(talk)


async def test_p24_what_an_earlier_life_was_sending_may_arrive_late_and_is_written_over(tmp_path: Path) -> None:
    """Where a send is found by its key, what it was to show may still be put there after the final text."""
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, idempotent_send=True))
    adapter.fail_next("send", SendUnknown(), times=10_000)
    async with talking(tmp_path / "parley.db", adapter=adapter, model=InSteps()) as talk:
        await talk.hears("one")
        async with asyncio.timeout(20):
            while not adapter.tried_since:
                await asyncio.sleep(0.001)
        await killed(talk)

    adapter._faults.clear()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.settle()
        assert talk.texts() == ["Echo: one"]
        talk.last.text = "some …"
        await talk.shows("Echo: one")
        await talk.settle()
        assert await nothing_is_owed(talk)
