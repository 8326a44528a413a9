"""Posts that are being taken away, and are wanted again before they are gone (P24)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.errors import RateLimited, SendUnknown
from bot.events import CommandInvoked, MessageEdited, MessageRef, Place
from bot.post_changes import AddPost, DropPosts, MovePosts
from bot.posts import Content, Part, Post, post_key
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


class Gates(MemoryAdapter):
    """Each part of an answer goes out once it may; lines of commands at once."""

    def __init__(self) -> None:
        super().__init__(capabilities=replace(DEFAULT, idempotent_send=True))
        self.limit, self.asked, self.may = 80, 0, [asyncio.Event(), asyncio.Event(), asyncio.Event()]

    async def send(self, place: Place, part: Part, **more: object) -> MessageRef:
        if not part.text.startswith("Took"):
            self.asked += 1
            await self.may[self.asked - 1].wait()
        return await super().send(place, part, **more)  # type: ignore[arg-type]


async def test_p34_a_further_post_that_is_planned_after_its_answer_was_taken_back_is_to_go_too(tmp_path: Path) -> None:
    """/undo waits for the lock that the poster wants next: it is decided first, and its lane finds one post to go and one planned."""
    adapter = Gates()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        talk.model.says("a" * 79 + " " + "b" * 40)
        await talk.hears("one")
        await _until(lambda: adapter.asked == 1)
        async with talk.core._desk.lock:  # somebody else's decision
            adapter.may[0].set()
            await asyncio.sleep(0.01)
            undo = CommandInvoked(MessageRef(talk.place, "3"), talk.person, "undo", "", talk.clock.now(), "memory:undo")
            undoing = asyncio.create_task(talk.core.accept(undo))
            await asyncio.sleep(0.01)
        await undoing
        await _until(lambda: adapter.asked == 2 and any("Took" in text for text in talk.texts()))
        await asyncio.sleep(0.02)
        for may in adapter.may:
            may.set()
        for _ in range(3):
            await talk.settle()
            await asyncio.sleep(0.03)
        assert await nothing_is_owed(talk)
        assert ["Took" in text for text in talk.texts()] == [True]


async def _until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not done():
            await asyncio.sleep(0.001)


async def test_p2_what_was_taken_away_before_a_limit_is_not_taken_away_again(tmp_path: Path) -> None:
    """With room for two deletions a minute those that were made would use it up for ever."""
    adapter, room, asked = MemoryAdapter(), {"minute": -1, "left": 0}, 0
    adapter.limit = 40
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        delete = adapter.delete

        async def limited(ref: MessageRef) -> None:
            nonlocal asked
            asked += 1
            minute = int(talk.clock.monotonic() // 60)
            if room["minute"] != minute:
                room.update(minute=minute, left=2)
            if not room["left"]:
                raise RateLimited(60.0)
            room["left"] -= 1
            await delete(ref)

        adapter.delete = limited  # type: ignore[method-assign]
        talk.model.says("word " * 36)
        await talk.says("one")
        posts = len(talk.texts())
        assert posts > 3
        await talk.hears("/undo")
        async with asyncio.timeout(5):
            while any("word" in text for text in talk.texts()):
                await asyncio.sleep(0.002)
        assert asked <= 2 * posts


async def test_p2_what_is_too_many_and_was_taken_away_before_a_limit_is_not_taken_away_again(tmp_path: Path) -> None:
    """A long answer that is asked anew and is short now: with room for two deletions a minute it would never be whole."""
    adapter, left, asked = MemoryAdapter(), 2, 0
    adapter.limit = 40
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        delete = adapter.delete

        async def limited(ref: MessageRef) -> None:
            nonlocal left, asked
            asked += 1
            if not left:
                left = 2
                raise RateLimited(60.0)
            left -= 1
            await delete(ref)

        talk.model.says("word " * 60)
        await talk.says("one")
        posts = len(talk.texts())
        assert posts > 6
        adapter.delete = limited  # type: ignore[method-assign]
        talk.model.says("short")
        await talk.hears("/retry")
        async with asyncio.timeout(20):
            while not await nothing_is_owed(talk):
                assert asked <= 2 * posts
                await asyncio.sleep(0.002)
        assert talk.texts() == ["short"]


async def test_p34_two_who_take_a_reply_away_do_not_look_for_what_the_other_has_taken(tmp_path: Path) -> None:
    """The lane of the chat and that of the session: a post that may be there is looked for once, and not sent anew by the second look."""
    adapter, place, lock = SlowToDelete(), Place("memory", "7"), asyncio.Lock()
    adapter.settings = replace(DEFAULT, idempotent_send=True)
    store = await SqliteStore.open(tmp_path / "parley.db", driver="inline")
    posts = (Post(11, 9, 0, place, "surplus", post_key(9, 0)),)
    await store.apply((AddPost(posts[0]),))
    may_arrive = UnderWay(TestClock())
    may_arrive.add((11,))
    both = [Poster(adapter, store, TestClock(), iter(range(30, 40)).__next__, 9, Target(place), posts, claim=Claim(lock)) for _ in range(2)]
    for poster in both:
        poster.under_way = may_arrive
    taking = [asyncio.create_task(poster.take_away_all()) for poster in both]
    await asyncio.wait_for(adapter.asked.wait(), 5)
    await asyncio.sleep(0.01)
    assert len(adapter.tried_since) == 1
    adapter.may.set()
    assert await asyncio.gather(*taking) == [True, True]
    assert len(adapter.tried_since) == 1
    assert adapter.chats[place] == []
    await store.close()
