"""Posts that are being taken away, and are wanted again before they are gone (P24)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.errors import SendUnknown
from bot.events import MessageEdited, MessageRef, Place
from bot.post_changes import AddPost, DropPosts, MovePosts
from bot.posts import Content, Post, post_key
from bot.replies.poster import Poster
from bot.replies.target import Claim, Target
from bot.replies.under_way import UnderWay
from storage.sqlite.store import SqliteStore
from tests.core.talk import TestClock, nothing_is_owed, talking
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter


class SlowToDelete(MemoryAdapter):
    """Takes a message away only once it may."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def delete(self, ref: MessageRef) -> None:
        self.asked.set()
        await self.may.wait()
        await super().delete(ref)


async def test_p24_an_answer_on_posts_that_were_being_taken_away_is_shown_though_they_go_later(tmp_path: Path) -> None:
    """/undo, and the message is edited while the deletion is under way: its answer takes the posts over, and would go with them."""
    adapter = SlowToDelete()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        said = await talk.says("one")
        await talk.hears("/undo")
        async with asyncio.timeout(5):
            await adapter.asked.wait()
        await talk.core.accept(MessageEdited(said, talk.person, "two", talk.clock.now(), talk.key()))
        await talk.shows("Echo: two")
        async with asyncio.timeout(5):
            while not await nothing_is_owed(talk):
                await asyncio.sleep(0.001)
        adapter.may.set()
        async with asyncio.timeout(5):
            while "Echo: two" in talk.texts():
                await adapter.changed.wait()
        await talk.shows("Echo: two")
        async with asyncio.timeout(5):
            while not await nothing_is_owed(talk):
                await asyncio.sleep(0.001)


async def test_p24_what_is_shown_while_its_post_is_being_taken_away_is_not_final_before_that_ended(tmp_path: Path) -> None:
    """So that the next life shows it once more, if this one ends now and the deletion arrives late."""
    adapter, clock, place, may_arrive = SlowToDelete(), TestClock(), Place("memory", "7"), UnderWay(TestClock())
    store = await SqliteStore.open(tmp_path / "parley.db", driver="inline")
    ref = await adapter.send(place, adapter.render(Content("old"))[0], key="9.0")
    await store.apply((AddPost(Post(11, 9, 0, place, "surplus", post_key(9, 0), ref)),))
    ids, lock = iter(range(30, 40)), asyncio.Lock()
    old = Poster(adapter, store, clock, ids.__next__, 9, Target(place), await store.posts(9), claim=Claim(lock))
    old.under_way = may_arrive
    taking = asyncio.create_task(old.take_away_all())
    await asyncio.wait_for(adapter.asked.wait(), 5)
    await store.apply((MovePosts(9, 10),))
    old.claim.outdated, old.claim.heir = True, 10
    new = Poster(adapter, store, clock, ids.__next__, 10, Target(place), await store.posts(10), claim=Claim(lock))
    new.under_way = may_arrive
    await new.finish(Content("new"))
    assert [post.state for post in await store.posts(10)] == ["placed"]
    assert new.unsettled > 0.0
    adapter.may.set()
    assert not await taking
    await store.close()


async def test_p24_a_post_that_was_taken_away_is_remembered_no_longer(tmp_path: Path) -> None:
    adapter, place = MemoryAdapter(), Place("memory", "7")
    store = await SqliteStore.open(tmp_path / "parley.db", driver="inline")
    ref = await adapter.send(place, adapter.render(Content("old"))[0], key="9.0")
    post = Post(11, 9, 0, place, "surplus", post_key(9, 0), ref)
    await store.apply((AddPost(post),))
    poster = Poster(adapter, store, TestClock(), iter(range(30, 40)).__next__, 9, Target(place), (post,), claim=Claim(asyncio.Lock()))
    assert await poster.take_away_all()
    assert not poster.under_way.knows(11)
    await store.close()


async def test_p24_an_answer_on_posts_whose_deletion_ended_unknown_is_shown_though_they_go_later(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        said = await talk.says("one")
        post = talk.last
        adapter.fail_next("delete", SendUnknown())
        await talk.hears("/undo")
        async with asyncio.timeout(5):
            while adapter._faults["delete"]:
                await asyncio.sleep(0.001)
        await talk.core.accept(MessageEdited(said, talk.person, "two", talk.clock.now(), talk.key()))
        await talk.shows("Echo: two")
        talk.chat().remove(post)  # the deletion arrives late
        await talk.shows("Echo: two")
        async with asyncio.timeout(5):
            while not await nothing_is_owed(talk):
                await asyncio.sleep(0.001)


async def test_p34_a_post_that_was_on_its_way_when_it_was_to_go_is_not_forgotten(tmp_path: Path) -> None:
    """Whoever takes the answer away finds its post unsent, while somebody else has just sent it and is about to store where it is."""
    adapter, place, lock = MemoryAdapter(capabilities=replace(DEFAULT, idempotent_send=True)), Place("memory", "7"), asyncio.Lock()
    store = await SqliteStore.open(tmp_path / "parley.db", driver="inline")
    post = Post(11, 9, 0, place, "planned", post_key(9, 0))
    await store.apply((AddPost(post),))
    ids = iter(range(30, 40)).__next__
    sending = Poster(adapter, store, TestClock(), ids, 9, Target(place), (post,), claim=Claim(lock))
    taking = Poster(adapter, store, TestClock(), ids, 9, Target(place), (post,), claim=Claim(lock))
    async with lock:
        sent = asyncio.create_task(sending.finish(Content("an answer")))
        async with asyncio.timeout(5):
            while not adapter.chats.get(place):
                await asyncio.sleep(0.001)
        await store.apply((DropPosts(9),))
        sending.claim.outdated = sending.claim.dropped = True
        taken = asyncio.create_task(taking.take_away_all())
        await asyncio.sleep(0.01)
    await asyncio.gather(sent, taken)
    left = await store.posts(9)
    assert [(one.state, one.ref is not None) for one in left] == [("surplus", True)]
    again = Poster(adapter, store, TestClock(), ids, 9, Target(place), left, claim=Claim(lock))
    assert await again.take_away_all()
    assert adapter.chats[place] == []
    await store.close()
