"""What every store must keep about sessions: what changes about them, their ids, and their lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.changes import AddMessage, FillMessage, SetDeleted, SetEnded, SetLeaf, SetMessageStatus, SetTitle
from bot.found import SessionTotals
from bot.messages import Session, Usage
from bot.store import Store
from tests.contracts.store_builders import ANNE, HERE, LATER, NOW, begin, chain, message, session

MANY = ("aaaa000000000000", "aaab000000000000", "aaabcd0000000000", "bbbb000000000000")


async def _begin_many(store: Store) -> list[Session]:
    return [await begin(store, session(each, title=f"Title {each[:6]}")) for each in MANY]


class SessionContract:
    """One session."""

    async def test_all_of_a_session_comes_back(self, store: Store) -> None:
        full = Session("aaaa000000000000", 1, HERE, "T", NOW, "model", "A persona", "a-model", None, LATER, None)
        await begin(store, full)
        assert await store.session(full.id) == full
        assert await store.session("ffff000000000000") is None

    async def test_a_persons_title_stays(self, store: Store) -> None:
        begun = await begin(store)
        await store.apply([SetTitle(begun.id, "By the model", "model")])
        assert await store.session(begun.id) == replace(begun, title="By the model", title_source="model")
        await store.apply(
            [SetTitle(begun.id, "Mine", "person"), SetTitle(begun.id, "By the model", "model"), SetTitle(begun.id, "W", "words")]
        )
        assert await store.session(begun.id) == replace(begun, title="Mine", title_source="person")
        await store.apply([SetTitle(begun.id, "Mine too", "person")])
        assert await store.session(begun.id) == replace(begun, title="Mine too", title_source="person")

    async def test_a_session_ends_and_is_opened_again(self, store: Store) -> None:
        begun = await begin(store)
        await store.apply([SetEnded(begun.id, LATER)])
        assert (await store.find(HERE, "42")).session == replace(begun, ended_at=LATER)
        await store.apply([SetEnded(begun.id, None)])
        assert await store.session(begun.id) == begun

    async def test_a_deleted_session_is_current_nowhere(self, store: Store) -> None:
        begun = await begin(store)
        await store.apply([SetDeleted(begun.id, LATER)])
        assert (await store.find(HERE, "42")).session is None
        assert await store.session(begun.id) == replace(begun, deleted_at=LATER)
        await store.apply([SetDeleted(begun.id, None)])
        assert (await store.find(HERE, "42")).session is None
        assert await store.session(begun.id) == begun

    async def test_totals_are_of_the_branch_and_of_all_answers(self, store: Store) -> None:
        begun = await begin(store)
        assert await store.totals(begun) == SessionTotals(0, 0)
        messages = await chain(store, 3)
        for number in (2000, 2001):
            await store.apply(
                [AddMessage(message(number, messages[2], status="open")), FillMessage(number, "x", "complete", usage=Usage(10, 5))]
            )
        await store.apply([SetLeaf(begun.id, 2001)])
        assert await store.totals(begun) == SessionTotals(4, 30)


class IdContract:
    """Ids that are cut."""

    async def test_at_most_two_that_begin_so(self, store: Store) -> None:
        many = await _begin_many(store)
        assert await store.sessions_like(1, "aaab") == tuple(many[1:3])
        assert await store.sessions_like(1, "AAABC") == (many[2],)
        assert await store.sessions_like(1, "aaa") == tuple(many[:2])
        assert await store.sessions_like(1, "c") == ()
        assert await store.sessions_like(1, MANY[3]) == (many[3],)

    async def test_x3_nobody_elses(self, store: Store) -> None:
        await _begin_many(store)
        await begin(store, session("aaaa111111111111", user_id=2), ANNE)
        assert [each.user_id for each in await store.sessions_like(2, "a")] == [2]

    async def test_deleted_ones_too(self, store: Store) -> None:
        many = await _begin_many(store)
        await store.apply([SetDeleted(MANY[3], NOW)])
        assert await store.sessions_like(1, "bbbb") == (replace(many[3], deleted_at=NOW),)

    async def test_a_short_id_names_one_session(self, store: Store) -> None:
        many = await _begin_many(store)
        assert [await store.short_id(each) for each in many] == ["aaaa", "aaab0", "aaabc", "bbbb"]
        for each in many:
            assert await store.sessions_like(1, await store.short_id(each)) == (each,)


class ListContract:
    """Lists of sessions."""

    async def test_newest_activity_first(self, store: Store) -> None:
        await _begin_many(store)
        for index, each in enumerate((MANY[2], MANY[0])):
            await chain(store, 2, first_id=100 + 10 * index, session_id=each)
        listed = await store.sessions(1, [], 0, 10)
        assert [each.session.id for each in listed] == [MANY[0], MANY[2], MANY[3], MANY[1]]
        assert [(each.message_count, each.last_at) for each in listed[1:3]] == [(2, NOW + timedelta(seconds=101)), (0, NOW)]

    async def test_s11_a_clock_that_went_back_changes_no_order(self, store: Store) -> None:
        await _begin_many(store)
        await store.apply([AddMessage(message(10, session_id=MANY[0]))])
        await store.apply([AddMessage(replace(message(11, session_id=MANY[1]), created_at=NOW - timedelta(days=400)))])
        assert [each.session.id for each in await store.sessions(1, [], 0, 2)] == [MANY[1], MANY[0]]

    async def test_a_fork_is_no_older_than_its_beginning(self, store: Store) -> None:
        fork = replace(session(), started_at=LATER)
        await begin(store, fork)
        await chain(store, 2, first_id=10)
        assert [each.last_at for each in await store.sessions(1, [], 0, 1)] == [LATER]
        await store.apply([AddMessage(replace(message(20), created_at=LATER + timedelta(days=1)))])
        assert [each.last_at for each in await store.sessions(1, [], 0, 1)] == [LATER + timedelta(days=1)]

    async def test_in_pages_without_deleted_ones(self, store: Store) -> None:
        await _begin_many(store)
        await store.apply([SetDeleted(MANY[1], NOW)])
        pages = [await store.sessions(1, [], offset, 2) for offset in (0, 2, 4)]
        assert [[each.session.id for each in page] for page in pages] == [[MANY[3], MANY[2]], [MANY[0]], []]

    async def test_x3_nobody_elses_are_listed(self, store: Store) -> None:
        await _begin_many(store)
        assert await store.sessions(2, [], 0, 10) == ()
        assert await store.sessions(2, ["title"], 0, 10) == ()

    async def test_every_word_whatever_its_case(self, store: Store) -> None:
        await _begin_many(store)
        first = message(10, text="Straße ÄPFEL 100%_\\", session_id=MANY[0])
        second = message(11, first, text="birnen", session_id=MANY[0])
        await store.apply([AddMessage(first), AddMessage(second)])
        for words in (["äpfel"], ["STRASSE", "Birnen"], ["title", "äpfel"], ["100%"], ["%_\\"]):
            assert [each.session.id for each in await store.sessions(1, words, 0, 10)] == [MANY[0]], words
        for words in (["äpfel", "kiwi"], ["_äpfel"], ["100%5"], ["' OR 1=1"]):
            assert await store.sessions(1, words, 0, 10) == (), words
        assert len(await store.sessions(1, ["TITLE"], 0, 10)) == len(MANY)

    async def test_removed_words_are_not_found(self, store: Store) -> None:
        begun = await begin(store)
        await store.apply([AddMessage(message(10, text="secret")), SetMessageStatus(10, "removed")])
        assert await store.sessions(begun.user_id, ["secret"], 0, 10) == ()
