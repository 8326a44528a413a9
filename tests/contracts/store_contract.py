"""What every store must keep about whole transactions and events. A subclass in a test module is run with its `store` fixture."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.changes import AddMessage, ExpectLeaf, KnowAccount, OpenQuestion, SetCursor, SetDeleted, SetLeaf, SharePlace
from bot.errors import AlreadySeen, Conflict, StorageError
from bot.found import Found
from bot.messages import PlaceSettings
from bot.post_changes import AddPost, SetPost
from bot.posts import OpenAsk
from bot.store import Store
from tests.contracts.store_builders import ANNE, BO, HERE, LATER, NOW, THERE, begin, message, opening, owe, post, ref, session, show


class TransactionContract:
    """All or nothing, once."""

    async def test_nothing_is_known_at_first(self, store: Store) -> None:
        assert await store.find(HERE, "42", key="k", subject=ref("1"), post=ref("2")) == Found(PlaceSettings(HERE))
        assert await store.last_id() == 0
        assert await store.cursors("") == {}

    async def test_an_event_is_accepted_once(self, store: Store) -> None:
        await store.apply([SetCursor("bot", "1")], key="telegram:1", at=NOW)
        with pytest.raises(AlreadySeen):
            await store.apply([SetCursor("bot", "2")], key="telegram:1", at=NOW)
        assert await store.cursors("bot") == {"bot": "1"}
        assert (await store.find(HERE, "42", key="telegram:1")).seen
        assert not (await store.find(HERE, "42", key="telegram:2")).seen

    async def test_a_note_is_kept_and_an_empty_one_forgotten(self, store: Store) -> None:
        await store.keep({"bot/1": "1", "bot/2": "2"})
        await store.keep({"bot/1": "", "bot/2": "3"})
        assert await store.cursors("bot") == {"bot/2": "3"}

    async def test_a_conflict_undoes_everything(self, store: Store) -> None:
        begun = await begin(store)
        with pytest.raises(Conflict):
            await store.apply([AddMessage(message(10)), SetLeaf(begun.id, 10), ExpectLeaf(begun.id, 9)], key="k", at=NOW)
        assert await store.message(10) is None
        assert not (await store.find(HERE, "42", key="k")).seen

    async def test_an_expected_leaf_lets_the_rest_through(self, store: Store) -> None:
        begun = await begin(store)
        await store.apply([ExpectLeaf(begun.id, None), AddMessage(message(10)), SetLeaf(begun.id, 10)])
        await store.apply([ExpectLeaf(begun.id, 10), SetLeaf(begun.id, None)])
        with pytest.raises(Conflict):
            await store.apply([ExpectLeaf("ffff000000000000", None)])

    async def test_a_broken_reference_undoes_everything(self, store: Store) -> None:
        with pytest.raises(StorageError):
            await store.apply([KnowAccount(BO), AddMessage(message(10))])
        assert (await store.find(HERE, "42")).account is None

    async def test_s13_a_cancelled_write_is_whole_or_not_there(self, store: Store) -> None:
        begun = await begin(store)
        for number in range(20, 40):
            task = asyncio.create_task(store.apply([AddMessage(message(number)), SetLeaf(begun.id, number)]))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            read = await store.session(begun.id)
            assert read is not None
            assert (read.leaf == number) == (await store.message(number) is not None)

    async def test_s13_two_tasks_do_not_undo_each_other(self, store: Store) -> None:
        begun = await begin(store)
        good = [store.apply([AddMessage(message(number))], key=f"k{number}") for number in range(20, 30)]
        bad = [store.apply([AddMessage(message(number)), ExpectLeaf(begun.id, 1)]) for number in range(30, 40)]
        results = await asyncio.gather(*(each for pair in zip(good, bad, strict=True) for each in pair), return_exceptions=True)
        assert [type(result) for result in results] == [type(None), Conflict] * 10
        assert [await store.message(number) is not None for number in range(20, 40)] == [True] * 10 + [False] * 10

    async def test_ids_are_never_given_twice(self, store: Store) -> None:
        _prompt, _reply, owed = await owe(store)
        assert await store.last_id() == owed.id
        await store.apply([AddPost(replace(post(13, 99), state="planned"))])
        assert await store.last_id() == 99
        await store.apply([SetDeleted("aaaa000000000000", NOW)])
        await store.purge(LATER)
        assert await store.last_id() == 99

    async def test_cursors_are_found_by_how_they_begin(self, store: Store) -> None:
        names = ("discord/1/a", "discord/1/%b", "discord/1_c", "discord/2/a")
        await store.apply([SetCursor(name, "7") for name in names])
        assert set(await store.cursors("discord/1/")) == {"discord/1/a", "discord/1/%b"}

    async def test_an_empty_cursor_is_forgotten(self, store: Store) -> None:
        await store.apply([SetCursor("a", "1"), SetCursor("b", "2")])
        await store.apply([SetCursor("a", ""), SetCursor("c", "")])
        assert await store.cursors("") == {"b": "2"}

    async def test_a_post_is_known_by_where_it_is(self, store: Store) -> None:
        await begin(store)
        await store.apply([AddPost(post(90, 60)), SetPost(90, "placed", ref("77"))])
        assert await store.is_post(ref("77"))
        assert not await store.is_post(ref("78"))
        assert not await store.is_post(replace(ref("77"), place=THERE))

    async def test_a_cursor_is_overwritten(self, store: Store) -> None:
        await store.apply([SetCursor("a", "1"), SetCursor("b", "2"), SetCursor("a", "3")])
        assert await store.cursors("") == {"a": "3", "b": "2"}


class FindContract:
    """What is found for an event."""

    async def test_everything_about_an_event_at_once(self, store: Store) -> None:
        prompt, reply, owed = await owe(store)
        shown = post(13, reply.id, at="700")
        asked = OpenAsk(14, HERE, 1, "edit 1", 15, LATER)
        await store.apply([AddPost(shown), OpenQuestion(asked)])
        found = await store.find(HERE, "42", subject=ref("555"), post=ref("700"))
        expected = replace(session(), leaf=prompt.id)
        assert found == Found(PlaceSettings(HERE), BO, expected, prompt, (owed,), asked, prompt, shown, reply, expected)

    async def test_a_stranger_has_no_session(self, store: Store) -> None:
        await begin(store)
        found = await store.find(HERE, "nobody")
        assert (found.account, found.session) == (None, None)

    async def test_each_person_has_a_session_of_their_own(self, store: Store) -> None:
        await begin(store)
        await begin(store, session("bbbb000000000000", user_id=2), ANNE)
        assert [(await store.find(HERE, person)).session for person in ("42", "43")] == [
            session(),
            session("bbbb000000000000", user_id=2),
        ]

    async def test_another_thread_is_another_place(self, store: Store) -> None:
        await begin(store)
        assert (await store.find(replace(HERE, thread_id="9"), "42")).session is None

    async def test_a_shared_place_has_the_session_of_its_owner(self, store: Store) -> None:
        await begin(store)
        await store.apply([SharePlace(HERE, 50), *opening(session("cccc000000000000", user_id=50), ANNE)])
        found = await store.find(HERE, "42")
        assert (found.place.owner_id, found.session) == (50, session("cccc000000000000", user_id=50))
        before = await store.find(HERE, "42", shared=False)
        await store.apply([SharePlace(HERE, None)])
        assert (await store.find(HERE, "42")).session == session()
        assert await store.find(HERE, "42") == before

    async def test_a_command_reply_shows_no_message(self, store: Store) -> None:
        await show(store, [post(13, 99, at="700")])
        found = await store.find(HERE, "42", post=ref("700"))
        assert (found.post, found.shown, found.shown_session) == (post(13, 99, at="700"), None, None)

    async def test_the_subject_is_the_newest_version(self, store: Store) -> None:
        await begin(store)
        first = message(10, source=ref("555"))
        second = replace(message(20, revises=first), text="other words")
        await store.apply([AddMessage(first), AddMessage(second)])
        assert (await store.find(HERE, "42", subject=ref("555"))).subject == second

    async def test_a_message_id_counts_in_its_place_alone(self, store: Store) -> None:
        await begin(store)
        await store.apply([AddMessage(message(10, source=ref("555")))])
        assert (await store.find(HERE, "42", subject=ref("555", THERE))).subject is None
