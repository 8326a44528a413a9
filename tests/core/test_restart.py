"""What the next life of the program does first, when the last one left something half done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import SendUnknown
from bot.events import Author, CommandInvoked, MessageReceived, MessageRef, Place
from bot.found import Showing
from bot.post_changes import AddPost
from bot.posts import Content, Post, post_key
from bot.replies import texts
from bot.replies.poster import Poster
from bot.replies.target import LONG_AGO, Claim, Target
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.core.talk import POLICY, Talk, TestClock, talking
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel


async def _answered_but_not_shown(talk: Talk) -> None:
    """An answer is stored, and no post shows it, as sends get no answer."""
    talk.adapter.fail_next("send", SendUnknown("no answer"), times=10_000)
    await talk.hears("one")
    async with asyncio.timeout(5):
        while not await talk.store.unfinished_replies():
            await asyncio.sleep(0.002)


async def test_what_is_stored_is_shown_before_what_is_still_owed(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db") as talk:
        await _answered_but_not_shown(talk)
        await talk.hears("two")
    async with talking(tmp_path / "parley.db") as talk:
        await talk.settle()
        assert talk.texts() == ["Echo: one", "Echo: two"]


class Slow(SqliteStore):
    """What an answer shows is read only once it may be."""

    def __init__(self, inside: SqliteStore) -> None:
        super().__init__(inside._database)
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def showing(self, reply_id: int) -> Showing:
        self.asked.set()
        await self.may.wait()
        return await super().showing(reply_id)


async def test_r2_what_is_about_to_begin_at_the_end_counts_as_no_attempt(tmp_path: Path) -> None:
    adapter, model = MemoryAdapter(capabilities=replace(DEFAULT, commands_seen=False)), ScriptedModel()
    model.says("no end", gate=asyncio.Event())
    async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
        store = talk.core._desk.store = Slow(talk.store)
        await talk.hears("one")
        await asyncio.wait_for(store.asked.wait(), 5)
        ending = asyncio.create_task(talk.core.stop(0.4))
        await asyncio.sleep(0.02)  # what runs is parked; the turn comes only now
        store.may.set()
        await ending
        ((session_id, _),) = await talk.store.owing_sessions()
        (turn,) = await talk.store.open_turns(session_id)
        assert (turn.status, turn.attempts) == ("pending", 0)
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.settle()
        assert talk.texts()[-1].endswith("Echo: one")


async def test_what_is_stored_is_shown_before_what_came_meanwhile(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db") as talk:
        await _answered_but_not_shown(talk)
    async with talking(tmp_path / "parley.db", caught_up=False) as talk:
        await talk.core.accept(MessageReceived(MessageRef(talk.place, "2"), talk.person, "two", talk.clock.now(), "memory:two"))
        await talk.core.caught_up("memory")
        await talk.settle()
        assert talk.texts() == ["Echo: one", "Echo: two"]


async def test_what_is_stored_is_shown_before_what_was_stopped_meanwhile(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db") as talk:
        await _answered_but_not_shown(talk)
    async with talking(tmp_path / "parley.db", caught_up=False) as talk:
        await talk.core.accept(MessageReceived(MessageRef(talk.place, "2"), talk.person, "two", talk.clock.now(), "memory:two"))
        await talk.core.accept(CommandInvoked(MessageRef(talk.place, "3"), talk.person, "stop", "", talk.clock.now(), "memory:three"))
        await asyncio.sleep(0.02)
        await talk.core.caught_up("memory")
        await talk.settle()
        assert [seen.text for seen in talk.chat() if seen.buttons] == ["Echo: one", texts.STOPPED_EMPTY]


async def test_an_orderly_end_is_no_failed_attempt(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    for _ in range(5):
        model = ScriptedModel()
        model.says("a long answer that goes on", gate=asyncio.Event(), held=3)
        async with talking(tmp_path / "parley.db", adapter=adapter, model=model) as talk:
            if not await talk.store.owing_sessions():
                await talk.hears("one")
            async with asyncio.timeout(5):
                while not model.open:
                    await asyncio.sleep(0.002)
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.settle()
        assert talk.texts() == ["Echo: one"]


async def test_a_preview_that_is_repeated_leaves_a_stub_and_no_second_answer(tmp_path: Path) -> None:
    """Of an answer that has outgrown its first post before anything is shown, no part may be sent whole."""
    adapter = MemoryAdapter()
    adapter.limit = 70
    adapter.fail_next("send", SendUnknown("no answer"), after=True, times=2)
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        gate = asyncio.Event()
        talk.model.says(f"{'word,' * 30} end", gate=gate, held=1)
        await talk.hears("one")
        async with asyncio.timeout(5):
            while len(talk.chat()) < 5:
                await asyncio.sleep(0.002)
        gate.set()
        await talk.settle()
        shown = [seen.text for seen in talk.chat()]
        strays = shown[:2]
        assert "".join(shown[2:]) == f"{'word,' * 30} end"
        assert all(text.endswith("…") and len(text) <= 70 for text in strays)


async def test_what_an_earlier_life_may_have_said_is_not_looked_for_before_it_was_written(tmp_path: Path) -> None:
    """In a direct message nothing else tells an old message of the bot, which is forgotten here, from the one that is looked for."""
    async with talking(tmp_path / "parley.db", speed=20.0) as talk:
        talk.adapter.fail_next("send", SendUnknown("no answer"), times=10_000)
        written = talk.clock.now()
        await talk.hears("/help")
        async with asyncio.timeout(5):
            while not talk.adapter.tried_since:
                await asyncio.sleep(0.002)
    async with talking(tmp_path / "parley.db") as talk:
        await talk.settle()
        (since,) = talk.adapter.tried_since
        assert since is not None
        assert abs((since - written).total_seconds()) < 60


async def test_p34_a_post_that_another_answer_had_before_is_looked_for_further_back(tmp_path: Path) -> None:
    """What that answer may have sent was sent before the message was written that this one is to."""
    adapter, place = MemoryAdapter(capabilities=replace(DEFAULT, idempotent_send=True)), Place("memory", "7")
    store = await SqliteStore.open(tmp_path / "parley.db", driver="inline")
    own, taken = Post(11, 9, 0, place, "planned", post_key(9, 0)), Post(6, 9, 1, place, "planned", post_key(5, 1))
    await store.apply((AddPost(own), AddPost(taken)))
    asked = datetime(2026, 11, 21, 12, tzinfo=UTC)
    target = Target(place, since=asked, inherited=20)
    poster = Poster(adapter, store, TestClock(), lambda: 30, 9, target, (own, taken), claim=Claim(asyncio.Lock()))
    adapter.limit = 10
    await poster.finish(Content("one part and another"))
    assert adapter.tried_since == [asked, LONG_AGO]
    await store.close()


@pytest.mark.parametrize("replies", [False, True])
async def test_p34_where_nothing_is_replied_to_that_other_answer_says_since_when(tmp_path: Path, replies: bool) -> None:
    """In a private chat a lost line of an older command would be taken for it otherwise."""
    async with talking(tmp_path / "parley.db") as talk:
        await talk.hears("one")
        await talk.settle()
    adapter, place = MemoryAdapter(capabilities=replace(DEFAULT, idempotent_send=True)), Place("memory", "7")
    store = await SqliteStore.open(tmp_path / "parley.db", driver="inline")
    (first,) = [turn for number in range(20) if (turn := await store.turn_of(number)) is not None]
    taken = Post(106, 109, 0, place, "planned", post_key(first.reply_id, 0))
    await store.apply((AddPost(taken),))
    asked = first.received_at + timedelta(minutes=5)
    target = Target(place, MessageRef(place, "1") if replies else None, since=asked, inherited=200)
    poster = Poster(adapter, store, TestClock(), lambda: 130, 109, target, (taken,), claim=Claim(asyncio.Lock()))
    await poster.finish(Content("an answer"))
    assert adapter.tried_since == [LONG_AGO if replies else first.received_at]
    await store.close()


@pytest.mark.parametrize("unknown", [None, 0, 1])
async def test_p34_a_post_that_may_have_been_sent_is_looked_for_and_taken_away(tmp_path: Path, unknown: int | None) -> None:
    """By its key, which makes no second one; where nothing was on its way to it, nothing is sent only to be taken away."""
    adapter, place = MemoryAdapter(capabilities=replace(DEFAULT, idempotent_send=True)), Place("memory", "7")
    store = await SqliteStore.open(tmp_path / "parley.db", driver="inline")
    first, further = Post(11, 9, 0, place, "surplus", post_key(9, 0)), Post(12, 9, 1, place, "surplus", post_key(9, 1))
    posts = (first, further)
    if unknown is not None:
        (part,) = adapter.render(Content("the beginning of a part …"))
        await adapter.send(place, part, reply_to=None, via=None, audience="", key=posts[unknown].key, tried_since=None, preview=False)
    await store.apply((AddPost(first), AddPost(further)))
    poster = Poster(adapter, store, TestClock(), lambda: 30, 9, Target(place), posts, claim=Claim(asyncio.Lock()))
    if unknown is not None:
        poster.under_way.add((posts[unknown].id,))
    tried = len(adapter.tried_since)
    await poster.take_away_all()
    assert adapter.chats.get(place, []) == []
    assert len(adapter.tried_since) - tried == (unknown is not None)
    assert await store.posts(9) == ()
    await store.close()


async def test_what_is_stored_is_done_though_the_platform_that_told_it_is_stopped_meanwhile(tmp_path: Path) -> None:
    """Cut off after so many steps, each event is answered, or it was not accepted and is when it comes again."""
    adapter, clock = MemoryAdapter(), TestClock()
    store = await SqliteStore.open(tmp_path / "parley.db")
    core = Dispatcher(store, ScriptedModel(), {adapter.platform: adapter}, POLICY, clock)
    await core.start()
    await core.caught_up(adapter.platform)
    for steps in range(40):
        place, person = Place("memory", str(steps)), Author(str(steps), "Ann")
        event = MessageReceived(MessageRef(place, "1"), person, "one", clock.now(), f"memory:{steps}")
        accepting = asyncio.create_task(core.accept(event))
        for _ in range(steps):
            await asyncio.sleep(0.0001)
        accepting.cancel()
        await asyncio.gather(accepting, return_exceptions=True)
        await core.accept(event)
    async with asyncio.timeout(10):
        await core.idle()
    assert not await store.owing_sessions()
    assert [[seen.text for seen in chat] for chat in adapter.chats.values()] == [["Echo: one"]] * 40
    await core.stop(0.2)
    await store.close()
