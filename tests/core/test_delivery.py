"""The answer is shown whole and once, whatever the platform does meanwhile (P1 to P5, P12, P14, P16, P19, P23, P24)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bot.errors import (
    AdapterError,
    ContentRefused,
    DeleteRefused,
    MessageGone,
    PlaceMoved,
    PlaceUnavailable,
    RateLimited,
    SendUnknown,
)
from bot.events import MessageEdited, Place, PlaceChanged
from bot.ports import Finish, TextDelta
from bot.replies import texts
from tests.core.talk import Talk, talking
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter
from tests.fakes.scripted_model import Script, ScriptedModel

GROUP = Place("memory", "-5", kind="group")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path / "parley.db") as talk:
        yield talk


async def nothing_is_owed(talk: Talk) -> bool:
    return not await talk.store.unfinished_replies() and not await talk.store.owing_sessions()


@pytest.mark.parametrize("call", ["send", "preview", "edit"])
@pytest.mark.parametrize("seconds", [2.0, 149.0])
async def test_p1_p2_a_limit_only_takes_longer(talk: Talk, call: str, seconds: float) -> None:
    talk.adapter.fail_next(call, RateLimited(seconds), times=3)
    await talk.says("one")
    assert talk.texts() == ["Echo: one"]
    assert await nothing_is_owed(talk)


async def test_p2_a_limit_is_kept_to_after_a_restart(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        adapter.fail_next("send", RateLimited(200.0), times=10)
        await talk.hears("one")
        await asyncio.sleep(0.05)
        assert talk.texts() == []
    adapter._faults.clear()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        (reply_id, _), *_ = await talk.store.unfinished_replies() or [(0, talk.place)]
        posts = await talk.store.posts(reply_id)
        until = posts[0].not_before
        await talk.settle()
        assert until is not None
        assert talk.clock.now() >= until
        assert talk.texts() == ["Echo: one"]
        assert len(talk.model.requests) == 0


async def test_p3_what_is_shown_already_is_not_sent_again(talk: Talk) -> None:
    gate = asyncio.Event()
    talk.model.says("some words", gate=gate, held=2)
    await talk.hears("one")
    await talk.shows("some words")
    await asyncio.sleep(0.05)
    before = len([call for call in talk.adapter.calls if call[0] == "preview"])
    gate.set()
    await talk.settle()
    written = [text for call, text in talk.adapter.calls if call in ("preview", "edit", "send")]
    assert before <= 2
    assert all(one != other for one, other in pairwise(written))


async def test_previews_are_paced(tmp_path: Path) -> None:
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, update_interval=20.0, first_words=0.0))
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        times: list[float] = []
        adapter.before_call = lambda call: times.append(talk.clock.monotonic()) if call == "preview" else None
        gate = asyncio.Event()
        talk.model.says(" ".join(str(number) for number in range(400)), gate=gate, held=399)
        await talk.hears("one")
        await talk.shows("398")
        gate.set()
        await talk.settle()
        assert all(later - sooner >= 20.0 for sooner, later in pairwise(times))
        assert talk.last.text.endswith("399")


async def test_a_preview_that_found_no_room_comes_later_though_the_text_stands_still(talk: Talk) -> None:
    gate = asyncio.Event()
    talk.adapter.fail_next("send", RateLimited(5.0))
    talk.model.says("some words", gate=gate, held=1)
    await talk.hears("one")
    await talk.shows("some")
    gate.set()
    await talk.settle()
    assert talk.texts() == ["some words"]


async def test_first_words_that_found_no_room_come_as_soon_as_there_is_some(tmp_path: Path) -> None:
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, update_interval=60_000.0, first_words=0.0))
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        gate = asyncio.Event()
        adapter.fail_next("send", RateLimited(1.0))
        talk.model.says("some words", gate=gate, held=1)
        await talk.hears("one")
        await talk.shows("some")
        gate.set()
        await talk.settle()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("call", ["send", "edit"])
async def test_p4_p5_an_unknown_outcome_never_makes_a_second_answer(talk: Talk, call: str, times: int, after: bool) -> None:
    talk.adapter.fail_next(call, SendUnknown(), after=after, times=times)
    await talk.says("one")
    assert [text for text in talk.texts() if text.startswith("Echo: one") and "…" not in text] == ["Echo: one"]
    assert talk.texts()[-1] == "Echo: one"
    assert await nothing_is_owed(talk)


async def test_p4_where_sends_are_idempotent_there_is_one_post(tmp_path: Path) -> None:
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, idempotent_send=True))
    adapter.fail_next("send", SendUnknown(), after=True, times=3)
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.says("one")
        assert talk.texts() == ["Echo: one"]


async def test_p12_a_post_that_is_gone_is_sent_once_as_a_new_one(talk: Talk) -> None:
    gate = asyncio.Event()
    talk.model.says("some words more", gate=gate, held=2)
    await talk.hears("one")
    await talk.shows("some")
    talk.chat().clear()
    gate.set()
    await talk.settle()
    assert talk.texts() == ["some words more"]
    assert await nothing_is_owed(talk)


async def test_p14_what_the_platform_refuses_becomes_a_line(talk: Talk) -> None:
    talk.adapter.fail_next("edit", ContentRefused())
    await talk.says("one")
    assert talk.texts() == [texts.CANNOT_SHOW]
    assert await nothing_is_owed(talk)
    await talk.says("two")
    assert talk.last.text == "Echo: two"


@pytest.mark.parametrize("idempotent", [False, True])
@pytest.mark.parametrize("times", [1, 2, 10_000])
async def test_content_that_is_refused_when_it_is_sent_holds_nobody_up(tmp_path: Path, idempotent: bool, times: int) -> None:
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, idempotent_send=idempotent, streaming=False))
    adapter.fail_next("send", ContentRefused(), times=times)
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.says("one")
        assert await nothing_is_owed(talk)
        adapter._faults.clear()
        await talk.says("two")
        assert talk.last.text == "Echo: two"


async def test_p16_a_place_that_cannot_be_written_to_is_left_and_opened_again(talk: Talk) -> None:
    talk.adapter.fail_next("send", PlaceUnavailable())
    talk.adapter.fail_next("edit", PlaceUnavailable())
    await talk.hears("one")
    await talk.settle()
    assert await nothing_is_owed(talk)
    talk.adapter._faults.clear()
    assert not (await talk.store.place_owner(talk.place)).reachable
    await talk.says("two")
    assert talk.last.text == "Echo: two"
    assert (await talk.store.place_owner(talk.place)).reachable
    assert talk.asked() == ["one", "Echo: one", "two"]


async def test_p36_blocked_and_unblocked_is_remembered(talk: Talk) -> None:
    await talk.says("one")
    await talk.core.accept(PlaceChanged(talk.place, "blocked", "k1"))
    assert not (await talk.store.place_owner(talk.place)).reachable
    await talk.core.accept(PlaceChanged(talk.place, "unblocked", "k2"))
    assert (await talk.store.place_owner(talk.place)).reachable


async def test_p19_an_answer_follows_a_chat_that_moves(talk: Talk) -> None:
    new = Place("memory", "-100", kind="group")
    await talk.says("one", place=GROUP)
    talk.adapter.fail_next("send", PlaceMoved(new))
    talk.adapter.fail_next("edit", PlaceMoved(new))
    await talk.hears("two", place=GROUP)
    await talk.settle()
    async with asyncio.timeout(20):
        while "Echo: two" not in talk.texts(new):
            await talk.adapter.changed.wait()
    await talk.settle()
    await talk.says("three", place=new)
    assert talk.asked() == ["one", "Echo: one", "two", "Echo: two", "three"]


async def test_p19_a_move_that_is_told_takes_the_session_along(talk: Talk) -> None:
    new = Place("memory", "-100", kind="group")
    await talk.says("one", place=GROUP)
    await talk.core.accept(PlaceChanged(GROUP, "moved", "k", new))
    await talk.says("two", place=new)
    assert talk.asked() == ["one", "Echo: one", "two"]


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
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
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
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
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
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
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


async def test_p24_a_preview_that_may_arrive_late_is_written_over_by_the_next_answer_on_its_posts_too(tmp_path: Path) -> None:
    """The question is edited after the answer was finished, and before its final text was written once more."""
    model, adapter = ThenAnew(), MemoryAdapter()
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model, speed=20.0) as talk:
        said = await talk.hears("one")
        await talk.shows("some")
        adapter.fail_next("preview", SendUnknown())
        model.steps[0].set()
        async with asyncio.timeout(5):
            while adapter._faults["preview"]:
                await asyncio.sleep(0.001)
        model.steps[1].set()
        await talk.shows("some words more")
        await asyncio.sleep(0.05)  # a second there: what is shown is stored as well
        await talk.core.accept(MessageEdited(said, talk.person, "two", talk.clock.now(), talk.key()))
        await talk.shows("anew")
        talk.last.text = "some words …"  # the preview arrives late
        async with asyncio.timeout(5):
            while talk.last.text != "anew":
                await adapter.changed.wait()
        await talk.settle()
        assert await nothing_is_owed(talk)


@pytest.mark.parametrize("restarted", [False, True])
async def test_posts_that_were_to_go_are_wanted_again(tmp_path: Path, restarted: bool) -> None:
    """/undo, a deletion that fails, and meanwhile the message is edited: its answer takes the posts over."""
    adapter = MemoryAdapter()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        said = await talk.says("one")
        adapter.fail_next("delete", SendUnknown("no answer"), times=1)
        await talk.hears("/undo")
        async with asyncio.timeout(20):
            while adapter._faults["delete"]:
                await asyncio.sleep(0.001)
        if restarted:
            await talk.core.stop(0.01)
        else:
            await talk.edits(said, "two")
            await talk.settle()
    if restarted:
        async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
            await talk.edits(said, "two")
            await talk.settle()
    assert "Echo: two" in [seen.text for chat in adapter.chats.values() for seen in chat]


async def test_p16_an_answer_that_nobody_can_read_was_stopped_and_has_not_failed(talk: Talk) -> None:
    talk.adapter.fail_next("send", PlaceUnavailable(), times=1000)
    talk.model.says("some words and no end", gate=asyncio.Event(), held=2)
    await talk.says("one")
    leaf = (await talk.store.find(talk.place, "7")).leaf
    assert leaf is not None
    assert (leaf.role, leaf.status) == ("assistant", "stopped")


async def test_what_cannot_be_deleted_becomes_a_stub(talk: Talk) -> None:
    await talk.says("one")
    talk.adapter.fail_next("delete", DeleteRefused())
    await talk.says("/undo")
    assert talk.texts()[0] == texts.STUB
    assert await nothing_is_owed(talk)


async def test_a_stub_that_is_gone_meanwhile_is_gone(talk: Talk) -> None:
    await talk.says("one")
    talk.adapter.fail_next("delete", DeleteRefused(), times=10_000)
    talk.adapter.fail_next("edit", MessageGone(), times=10_000)
    await talk.says("/undo")
    assert await nothing_is_owed(talk)


async def test_surplus_posts_of_a_shorter_version_go(talk: Talk) -> None:
    talk.adapter.limit = 20
    talk.model.says("a long answer that takes several posts to show")
    await talk.says("one")
    assert "".join(talk.texts()) == "a long answer that takes several posts to show"
    talk.model.says("short")
    await talk.says("/retry")
    assert talk.texts() == ["short"]
    await talk.presses("‹")
    assert "".join(talk.texts()) == "a long answer that takes several posts to show"


@pytest.mark.parametrize("error", [AdapterError("odd"), SendUnknown()])
async def test_a_platform_in_trouble_for_long_gets_its_answer_late(talk: Talk, error: AdapterError) -> None:
    talk.adapter.fail_next("send", error, times=12)
    talk.adapter.fail_next("edit", error, times=20)
    await talk.says("one")
    assert talk.texts() == ["Echo: one"]


async def test_places_do_not_hold_up_each_other(talk: Talk) -> None:
    talk.adapter.fail_next("send", RateLimited(2000.0))
    await talk.hears("one")
    async with asyncio.timeout(2):
        while talk.adapter._faults["send"]:
            await asyncio.sleep(0.001)
    await talk.hears("two", place=GROUP)
    async with asyncio.timeout(2):
        while talk.texts(GROUP) != ["Echo: two"]:
            await talk.adapter.changed.wait()
    assert talk.texts() == []
    await talk.settle()
    assert talk.texts() == ["Echo: one"]
