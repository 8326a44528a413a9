"""What outlives the process: answers that are owed, questions, and effects of commands."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import SendUnknown
from bot.events import CommandInvoked, MessageReceived, MessageRef
from bot.replies import texts
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.core.talk import POLICY, TestClock, killed, talking
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel

SLOW = 1.0
"""The speed of a clock where a minute decides, which passes in a moment of the quick one on a busy machine."""


@pytest.mark.parametrize("kill", [False, True])
@pytest.mark.parametrize("shown", [False, True])
async def test_r1_an_answer_goes_on_in_the_same_post(tmp_path: Path, kill: bool, shown: bool) -> None:
    adapter, model = MemoryAdapter(), ScriptedModel()
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
        model.says("half an answer", gate=asyncio.Event(), held=2 if shown else 0)
        await talk.hears("one")
        await talk.shows("half" if shown else "…")
        if kill:
            await killed(talk)
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
        await talk.settle()
        assert talk.texts() == ["Echo: one"]
        assert model.open == 0


async def _next_life(path: Path, adapter: MemoryAdapter) -> tuple[Dispatcher, SqliteStore, TestClock, ScriptedModel]:
    clock, model = TestClock(), ScriptedModel()
    store = await SqliteStore.open(path, driver="inline")
    core = Dispatcher(store, model, {adapter.platform: adapter}, POLICY, clock)
    await core.start()
    return core, store, clock, model


@pytest.mark.parametrize(
    ("name", "args", "asked", "shows"),
    [
        ("edit", "uno", [["uno"]], "Echo: uno"),
        ("stop", "", [], texts.STOPPED_EMPTY),
        ("retry", "", [["one"]], "Echo: one"),
        ("undo", "", [], ""),
    ],
)
async def test_what_came_meanwhile_wins(tmp_path: Path, name: str, args: str, asked: list[list[str]], shows: str) -> None:
    adapter, model = MemoryAdapter(), ScriptedModel()
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
        model.says("never", gate=asyncio.Event())
        await talk.hears("one")
        await talk.shows("…")
        await killed(talk)
        place, person = talk.place, talk.person
    core, store, clock, model = await _next_life(tmp_path / "parley.db", adapter)
    await core.accept(CommandInvoked(MessageRef(place, "50"), person, name, args, clock.now(), "k50"))
    assert model.requests == []
    await core.caught_up("memory")
    async with asyncio.timeout(20):
        await core.idle()
    assert [[message.text for message in request[1:]] for request in model.requests] == asked
    told = [seen.text for seen in adapter.chats[place]]
    assert shows in told if shows else not [text for text in told if "Echo" in text or text.strip() == "…"]
    await core.stop(0.2)
    await store.close()


async def test_p34_a_post_that_another_answer_takes_over_keeps_its_key(tmp_path: Path) -> None:
    """Killed between a send and its storing; what is asked before the next answer joins the one that was owed."""
    adapter, model = MemoryAdapter(capabilities=replace(DEFAULT, idempotent_send=True)), ScriptedModel()
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
        adapter.fail_next("send", SendUnknown("the process died"), after=True, times=10_000)
        model.says("half an answer", gate=asyncio.Event(), held=2)
        await talk.hears("one")
        await talk.shows("half")
        await killed(talk)
    adapter._faults.clear()
    core, store, clock, model = await _next_life(tmp_path / "parley.db", adapter)
    await core.accept(MessageReceived(MessageRef(talk.place, "50"), talk.person, "two", clock.now(), "k50"))
    await core.caught_up("memory")
    async with asyncio.timeout(20):
        await core.idle()
    assert [[message.text for message in request[1:]] for request in model.requests] == [["one\n\ntwo"]]
    assert len(adapter.chats[talk.place]) == 1
    await core.stop(0.2)
    await store.close()


async def test_p34_a_further_post_that_was_sent_is_taken_away_where_the_next_answer_is_shorter(tmp_path: Path) -> None:
    """Killed between the send of a second post and its storing."""
    adapter, model = MemoryAdapter(capabilities=replace(DEFAULT, idempotent_send=True)), ScriptedModel()
    adapter.limit = 20
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
        model.says("a long answer that takes several posts to show", gate=asyncio.Event(), held=8)
        adapter.before_call = lambda call: (
            adapter.fail_next("send", SendUnknown("the process died"), after=True, times=10_000) if len(talk.chat()) == 1 else None
        )
        await talk.hears("one")
        async with asyncio.timeout(20):
            while len(talk.chat()) < 2:
                await asyncio.sleep(0.002)
        await killed(talk)
    adapter.before_call = None
    adapter._faults.clear()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        talk.model.says("short")
        await talk.settle()
        assert talk.texts() == ["short"]


async def test_a_commands_effect_and_its_reply_are_one(tmp_path: Path) -> None:
    """Killed between the decision and the delivery: the next life gives the reply, and the effect is there."""
    adapter = MemoryAdapter()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.says("one")
        await talk.hears("/title New name")
        await killed(talk)
    assert [seen.text for seen in adapter.chats[talk.place]] == ["Echo: one"]
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.settle()
        assert talk.texts() == ["Echo: one", texts.TITLE_SET.format(title="New name")]
        session = (await talk.store.find(talk.place, "7")).session
        assert session is not None
        assert session.title == "New name"


async def test_p8_the_same_event_twice_is_one(tmp_path: Path) -> None:
    adapter, model = MemoryAdapter(), ScriptedModel()
    for _ in range(2):
        async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
            for _ in range(2):
                now = talk.clock.now()
                await talk.core.accept(MessageReceived(MessageRef(talk.place, "1"), talk.person, "one", now, "same"))
                await talk.core.accept(CommandInvoked(MessageRef(talk.place, "2"), talk.person, "help", "", now, "other"))
                await talk.settle()
    assert len(model.requests) == 1
    assert [seen.text == "Echo: one" for seen in adapter.chats[talk.place]].count(True) == 1
    assert len(adapter.chats[talk.place]) == 2


async def test_a_question_survives_a_restart(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.says("one")
        await talk.says("/edit")
        assert talk.last.ask
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.core.accept(MessageReceived(MessageRef(talk.place, "60"), talk.person, "uno", talk.clock.now(), "k60"))
        await talk.settle()
        assert talk.texts()[0] == "Echo: uno"


@pytest.mark.parametrize(("minutes", "answers"), [(9, True), (11, False)])
async def test_a_question_waits_ten_minutes(tmp_path: Path, minutes: int, answers: bool) -> None:
    async with talking(tmp_path / "parley.db", speed=SLOW) as talk:
        await talk.says("one")
        await talk.says("/edit")
        talk.clock.skipped += minutes * 60
        await talk.says("uno")
        assert talk.asked() == (["uno"] if answers else ["one", "Echo: one", "uno"])


@pytest.mark.parametrize(("minutes", "late"), [(29, False), (31, True)])
async def test_an_answer_over_half_an_hour_late_says_so(tmp_path: Path, minutes: int, late: bool) -> None:
    async with talking(tmp_path / "parley.db", speed=SLOW) as talk:
        sent = talk.clock.now() - timedelta(minutes=minutes)
        await talk.core.accept(MessageReceived(MessageRef(talk.place, "1"), talk.person, "one", sent, "k"))
        await talk.settle()
        assert (talk.last.text == f"{texts.LATE}\n\nEcho: one") is late
        await talk.says("two")
        assert talk.asked() == ["one", "Echo: one", "two"]


async def test_the_first_words_are_waited_for(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db") as talk:
        talk.model.says("here are words")
        await talk.says("one")
        first = next(text for call, text in talk.adapter.calls if call == "send")
        assert first.startswith("here")
