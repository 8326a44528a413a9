"""What every store must keep about the trees of messages: walks, versions, and the little about a message that changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.changes import AddMessage, AdvanceLeaf, FillMessage, SetLastLeaf, SetLeaf, SetMessageStatus, SetShows
from bot.messages import Message, Usage
from bot.store import Store
from tests.contracts.store_builders import begin, chain, message, owe, ref


class MessageContract:
    """One message."""

    async def test_all_of_a_message_comes_back(self, store: Store) -> None:
        await begin(store)
        root = message(9)
        full = Message(
            id=10,
            session_id="aaaa000000000000",
            parent_id=9,
            number=2,
            role="assistant",
            text="text",
            status="stopped",
            created_at=datetime(2031, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            first_version=9,
            revises=9,
            host=9,
            shows=9,
            last_leaf=9,
            author="An author",
            quoted="A quotation",
            source=ref("555"),
            user_id=1,
            model="a-model",
            finish="length",
            usage=Usage(3, 4, estimated=True),
        )
        await store.apply([AddMessage(root), AddMessage(full)])
        assert await store.message(10) == full

    @pytest.mark.parametrize("text", ["", "a\x00b", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 שלום\u200d", "'; DROP TABLE messages; --", "x" * 1_000_000])
    async def test_m24_any_text_comes_back_whole(self, store: Store, text: str) -> None:
        await begin(store)
        await store.apply([AddMessage(message(10, text=text))])
        found = await store.message(10)
        assert found is not None
        assert found.text == text

    async def test_an_open_answer_is_filled_in_once(self, store: Store) -> None:
        _prompt, reply, _turn = await owe(store)
        await store.apply([FillMessage(reply.id, "An answer", "complete", "stop", "a-model", Usage(1, 2))])
        filled = replace(reply, text="An answer", status="complete", finish="stop", model="a-model", usage=Usage(1, 2))
        assert await store.message(reply.id) == filled
        await store.apply([FillMessage(reply.id, "Another", "failed")])
        assert await store.message(reply.id) == filled

    async def test_a_message_is_removed_and_keeps_its_text(self, store: Store) -> None:
        prompt, _reply, _turn = await owe(store)
        await store.apply([SetMessageStatus(prompt.id, "removed")])
        assert await store.message(prompt.id) == replace(prompt, status="removed")

    async def test_the_leaf_advances_only_from_where_it_is(self, store: Store) -> None:
        begun = await begin(store)
        first, second, third = await chain(store, 3)
        await store.apply([AdvanceLeaf(begun.id, first.id, second.id)])
        assert await store.session(begun.id) == replace(begun, leaf=third.id)
        await store.apply([AdvanceLeaf(begun.id, third.id, second.id)])
        assert await store.session(begun.id) == replace(begun, leaf=second.id)


class BranchContract:
    """Walks from a leaf towards the root."""

    async def test_the_newest_messages_oldest_first(self, store: Store) -> None:
        await begin(store)
        messages = await chain(store, 10)
        assert await store.branch(messages[-1].id, 4) == tuple(messages[6:])
        assert await store.branch(messages[-1].id, 40) == tuple(messages)
        assert await store.branch(messages[4].id, 40) == tuple(messages[:5])

    async def test_not_below_a_number(self, store: Store) -> None:
        await begin(store)
        messages = await chain(store, 10)
        assert await store.branch(messages[-1].id, 40, down_to=8) == tuple(messages[7:])
        assert await store.branch(messages[-1].id, 2, down_to=8) == tuple(messages[8:])
        assert await store.branch(messages[-1].id, 40, down_to=11) == ()

    async def test_nothing_from_nowhere(self, store: Store) -> None:
        await begin(store)
        await chain(store, 2)
        assert await store.branch(None, 40) == ()
        assert await store.branch(77, 40) == ()
        assert await store.branch(1001, 0) == ()
        assert await store.branch(1001, -1) == ()

    async def test_siblings_are_not_on_it(self, store: Store) -> None:
        await begin(store)
        messages = await chain(store, 3)
        sibling = message(2000, messages[1])
        await store.apply([AddMessage(sibling)])
        assert await store.branch(2000, 40) == (*messages[:2], sibling)
        assert await store.branch(1002, 40) == tuple(messages)

    async def test_a_version_stands_in_its_hosts_place(self, store: Store) -> None:
        await begin(store)
        messages = await chain(store, 4)
        version = replace(message(2000, messages[0], "reworded", revises=messages[1]), host=messages[1].id)
        await store.apply([AddMessage(version), SetShows(messages[1].id, version.id)])
        assert await store.branch(1003, 40) == (messages[0], version, *messages[2:])
        assert await store.nth(1003, 2) == version
        await store.apply([SetShows(messages[1].id, None)])
        assert await store.branch(1003, 40) == tuple(messages)

    async def test_a_message_by_its_number(self, store: Store) -> None:
        await begin(store)
        messages = await chain(store, 5)
        assert [await store.nth(1004, number) for number in (1, 3, 5, 6, 0, -1)] == [
            messages[0],
            messages[2],
            messages[4],
            None,
            None,
            None,
        ]
        assert await store.nth(None, 1) is None

    async def test_what_is_on_a_branch(self, store: Store) -> None:
        await begin(store)
        messages = await chain(store, 4)
        sibling = message(2000, messages[1])
        hosted = replace(message(2001, messages[0], revises=messages[1]), host=messages[1].id)
        await store.apply([AddMessage(sibling), AddMessage(hosted)])
        assert [await store.on_branch(2000, each) for each in (1000, 1001, 2000, 2001)] == [True] * 4
        assert [await store.on_branch(2000, each) for each in (1002, 1003, 77)] == [False] * 3
        assert not await store.on_branch(None, 1000)
        assert not await store.on_branch(1000, 1003)

    @pytest.mark.parametrize("number", [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**100])
    async def test_u9_any_number_is_taken(self, store: Store, number: int) -> None:
        await begin(store)
        await chain(store, 3)
        assert [await store.message(number), await store.nth(1002, number), await store.turn_of(number)] == [None] * 3
        assert [await store.versions(number), await store.posts(number), await store.branch(number, 5)] == [()] * 3
        assert not await store.on_branch(1002, number)
        assert await store.newest_leaf(number) == number
        assert await store.account_of(number, "telegram") is None
        assert await store.sessions_like(number, "aaaa") == ()
        assert len(await store.sessions(1, [], 0, abs(number))) == 1
        assert len(await store.branch(1002, abs(number), down_to=-abs(number))) == 3


class VersionContract:
    """Versions of a message, and the leaves below them."""

    async def test_versions_are_listed_oldest_first_without_removed_ones(self, store: Store) -> None:
        await begin(store)
        first = message(10)
        second = message(20, revises=first)
        third = message(30, revises=second)
        await store.apply([AddMessage(each) for each in (first, second, third, message(40))])
        assert await store.versions(10) == (first, second, third)
        await store.apply([SetMessageStatus(20, "removed")])
        assert await store.versions(10) == (first, third)

    async def test_a_remembered_leaf_comes_first(self, store: Store) -> None:
        await begin(store)
        messages = await chain(store, 4)
        await store.apply([SetLastLeaf(messages[0].id, messages[1].id)])
        assert await store.newest_leaf(messages[0].id) == messages[1].id

    async def test_else_the_newest_descendant(self, store: Store) -> None:
        await begin(store)
        messages = await chain(store, 4)
        sibling = message(2000, messages[1])
        await store.apply([AddMessage(sibling)])
        assert await store.newest_leaf(messages[0].id) == sibling.id
        assert await store.newest_leaf(messages[2].id) == messages[3].id

    async def test_else_itself(self, store: Store) -> None:
        await begin(store)
        messages = await chain(store, 2)
        assert await store.newest_leaf(messages[1].id) == messages[1].id

    async def test_an_answer_that_is_not_there_is_no_leaf(self, store: Store) -> None:
        prompt, reply, _turn = await owe(store)
        assert await store.newest_leaf(prompt.id) == prompt.id
        await store.apply([SetMessageStatus(reply.id, "removed")])
        assert await store.newest_leaf(prompt.id) == prompt.id

    async def test_a_version_without_a_branch_is_no_leaf(self, store: Store) -> None:
        await begin(store)
        messages = await chain(store, 2)
        hosted = replace(message(2000, messages[0], revises=messages[1]), host=messages[1].id)
        await store.apply([AddMessage(hosted), SetShows(messages[1].id, hosted.id), SetLeaf("aaaa000000000000", messages[1].id)])
        assert await store.newest_leaf(messages[0].id) == messages[1].id
        assert await store.newest_leaf(hosted.id) == messages[1].id
