"""The answer is shown whole and once, whatever the platform does meanwhile (P1 to P5, P12, P14)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bot.errors import AdapterError, ContentRefused, DeleteRefused, MessageGone, RateLimited, SendUnknown
from bot.replies import texts
from tests.core.talk import Talk, nothing_is_owed, talking
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter


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
    async with asyncio.timeout(20):  # an edit that may arrive late is written over once more
        while not await nothing_is_owed(talk):
            await asyncio.sleep(0.001)
    assert [text for text in talk.texts() if text.startswith("Echo: one") and "…" not in text] == ["Echo: one"]
    assert talk.texts()[-1] == "Echo: one"


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


@pytest.mark.parametrize("error", [AdapterError("odd"), SendUnknown("no answer")])
async def test_a_platform_in_trouble_for_long_gets_its_answer_late(
    talk: Talk, error: AdapterError, caplog: pytest.LogCaptureFixture
) -> None:
    talk.adapter.fail_next("send", error, times=12)
    talk.adapter.fail_next("edit", error, times=20)
    await talk.says("one")
    assert talk.texts() == ["Echo: one"]
    assert f"is tried again: {error!r}" in caplog.text, "the log says why"
