"""What every store must give at once: all that an answer begins with, and all that it takes to show one."""

from __future__ import annotations

from dataclasses import replace

from bot.changes import AddMessage, AddTurn, SetLeaf, SetMessageStatus, SetTurn, SharePlace
from bot.found import Owed, Showing, Version
from bot.messages import Message
from bot.post_changes import AddPost
from bot.posts import Content
from bot.store import Store
from tests.contracts.store_builders import HERE, LATER, begin, message, owe, post, session, show, turn


class OwedContract:
    """What an answer begins with."""

    async def test_nothing_is_owed(self, store: Store) -> None:
        assert await store.owed("aaaa000000000000") is None
        _prompt, _reply, owed = await owe(store)
        await store.apply([SetTurn(owed.id, ("pending",), "complete")])
        assert await store.owed("aaaa000000000000") is None

    async def test_the_oldest_open_turn_with_all_it_needs(self, store: Store) -> None:
        prompt, reply, owed = await owe(store)
        shown = [post(13, reply.id, at="700", state="placed"), post(14, reply.id, 1, state="planned")]
        await show(store, [*reversed(shown), post(15, reply.id, 2, state="gone", at="702"), post(16, 99)])
        expected = Owed(owed, replace(session(), leaf=prompt.id), more=False, posts=tuple(shown), shared=False)
        assert await store.owed("aaaa000000000000") == expected

    async def test_whether_more_is_owed_and_the_place_is_shared(self, store: Store) -> None:
        prompt, _reply, owed = await owe(store, status="streaming")
        later = message(20, prompt, "", status="open")
        await store.apply([AddMessage(later), AddTurn(turn(21, prompt, later)), SharePlace(HERE, 50)])
        first = await store.owed("aaaa000000000000")
        assert first is not None
        assert (first.turn, first.more, first.shared) == (owed, True, True)
        await store.apply([SetTurn(owed.id, ("streaming",), "failed")])
        second = await store.owed("aaaa000000000000")
        assert second is not None
        assert (second.turn.id, second.more) == (21, False)


class ShowingContract:
    """What it takes to show a reply."""

    async def test_of_what_is_not_there(self, store: Store) -> None:
        assert await store.showing(99) == Showing()

    async def test_a_commands_reply_has_posts_alone(self, store: Store) -> None:
        written = replace(post(20, 99, state="planned"), content=Content("A list"))
        further = post(21, 99, 1, at="2")
        await store.apply([AddPost(one) for one in (further, written, post(22, 99, 2, state="gone", at="3"))], at=LATER)
        assert await store.showing(99) == Showing(posts=(written, further), written_at=LATER)

    async def test_an_answer_with_its_turn_and_prompt(self, store: Store) -> None:
        prompt, reply, owed = await owe(store)
        shown = post(13, reply.id, at="700", state="placed")
        await show(store, [shown])
        versions = {prompt.id: (Version(prompt.id, "complete"),), reply.id: (Version(reply.id, "open"),)}
        assert await store.showing(reply.id) == Showing(reply, owed, (shown,), (prompt,), versions)

    async def test_all_prompts_directly_above(self, store: Store) -> None:
        await begin(store)
        first, answer = message(10), message(11, message(10))
        prompts: list[Message] = []
        for number in range(12, 15):
            prompts.append(replace(message(number, prompts[-1] if prompts else answer), role="user"))
        reply = message(20, prompts[-1])
        await store.apply([AddMessage(each) for each in (first, answer, *prompts, reply)])
        assert (await store.showing(reply.id)).prompts == tuple(prompts)
        assert (await store.showing(answer.id)).prompts == (first,)
        assert (await store.showing(first.id)).prompts == ()

    async def test_at_most_fifty_prompts(self, store: Store) -> None:
        await begin(store)
        prompts = [message(10)]
        for number in range(11, 70):
            prompts.append(replace(message(number, prompts[-1]), role="user"))
        reply = message(100, prompts[-1])
        await store.apply([AddMessage(each) for each in (*prompts, reply)])
        assert (await store.showing(reply.id)).prompts == tuple(prompts[-50:])

    async def test_versions_of_the_answer_and_of_its_prompt(self, store: Store) -> None:
        begun = await begin(store)
        old, new, newest = message(10), message(11, revises=message(10)), message(12, revises=message(10))
        reply = message(20, new)
        again, removed, failed = (replace(message(number, new, revises=reply), status="complete") for number in (21, 22, 23))
        await store.apply([AddMessage(each) for each in (old, new, newest, reply, again, removed, failed)])
        await store.apply([SetMessageStatus(22, "removed"), SetMessageStatus(23, "failed"), SetLeaf(begun.id, 21)])
        shown = await store.showing(again.id)
        assert (shown.message, shown.turn, shown.prompts) == (again, None, (new,))
        assert shown.versions == {
            10: (Version(10, "complete"), Version(11, "complete"), Version(12, "complete")),
            20: (Version(20, "complete"), Version(21, "complete"), Version(23, "failed")),
        }
