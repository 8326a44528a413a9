"""What every store must keep about whole transactions, events and people. A subclass in a test module is run with its `store` fixture."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.changes import (
    AddMessage,
    AddPost,
    AddTurn,
    DirtyPosts,
    ExpectLeaf,
    KnowAccount,
    OpenQuestion,
    SetCurrent,
    SetCursor,
    SetDeleted,
    SetLeaf,
    SetPost,
    SetReachable,
    SharePlace,
)
from bot.errors import AlreadySeen, Conflict, StorageError
from bot.found import Found
from bot.messages import PlaceSettings
from bot.posts import Content, File, OpenAsk
from bot.store import Store
from tests.contracts.store_builders import (
    ANNE,
    BO,
    HERE,
    LATER,
    NOW,
    THERE,
    begin,
    chain,
    message,
    opening,
    owe,
    post,
    ref,
    session,
    show,
    turn,
)

SAID = Content("What was said", file=File("a.md", "text/markdown", b"What was said"))


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


class PeopleContract:
    """Accounts, users and places."""

    async def test_an_account_is_brought_up_to_date(self, store: Store) -> None:
        await store.apply([KnowAccount(BO), KnowAccount(replace(BO, name="Bob", locale="en"))])
        assert (await store.find(HERE, "42")).account == replace(BO, name="Bob", locale="en")

    async def test_an_account_never_changes_its_user_unseen(self, store: Store) -> None:
        await store.apply([KnowAccount(BO)])
        with pytest.raises(Conflict):
            await store.apply([KnowAccount(replace(BO, user_id=9))])

    async def test_accounts_of_a_user(self, store: Store) -> None:
        elsewhere = replace(BO, platform="discord", account_id="d")
        await store.apply([KnowAccount(BO), KnowAccount(elsewhere)])
        assert await store.account_of(1, "discord") == elsewhere
        assert await store.account_of(2, "discord") is None

    async def test_whether_the_bot_can_write(self, store: Store) -> None:
        await store.apply([SetReachable(HERE, False)])
        assert await store.place_owner(HERE) == PlaceSettings(HERE, reachable=False)
        await store.apply([SetReachable(HERE, True)])
        assert await store.place_owner(HERE) == PlaceSettings(HERE)

    async def test_what_is_current_can_be_set_and_taken_away(self, store: Store) -> None:
        begun = await begin(store)
        await store.apply([SetCurrent(THERE, 1, begun.id), SetCurrent(HERE, 1, None)])
        assert (await store.find(HERE, "42")).session is None
        await store.apply([KnowAccount(replace(BO, platform="discord"))])
        assert (await store.find(THERE, "42")).session == begun


class PurgeContract:
    """What is erased, and what is left alone."""

    async def test_a_deleted_session_is_erased_with_all_that_hangs_on_it(self, store: Store) -> None:
        _prompt, reply, owed = await owe(store)
        await show(store, [post(13, reply.id, at="700"), post(14, 99, at="701")])
        await store.apply([SetDeleted("aaaa000000000000", NOW)])
        assert await store.purge(NOW) == 0
        assert await store.purge(LATER) == 1
        assert await store.session("aaaa000000000000") is None
        assert [await store.message(10), await store.turn_of(owed.reply_id), await store.posts(reply.id)] == [None, None, ()]
        assert len(await store.posts(99)) == 1

    async def test_other_sessions_stay(self, store: Store) -> None:
        await begin(store)
        kept = await begin(store, session("bbbb000000000000", user_id=2), ANNE)
        await chain(store, 4, session_id=kept.id)
        await store.apply([SetDeleted("aaaa000000000000", NOW)])
        assert await store.purge(LATER) == 1
        assert len(await store.branch(1003, 10)) == 4

    async def test_the_content_of_a_shown_reply_goes_after_the_time_of_grace(self, store: Store) -> None:
        old, new = (replace(post(number, number + 80, at=str(number)), content=SAID) for number in (13, 14))
        gone = replace(post(15, 95, state="gone"), content=SAID)
        await store.apply([AddPost(old), AddPost(gone)], at=NOW)
        await store.apply([AddPost(new)], at=LATER)
        assert await store.purge(NOW) == 0
        assert await store.posts(93) == (old,)
        await store.purge(LATER)
        assert [await store.posts(93), await store.posts(94)] == [(replace(old, content=None),), (new,)]

    async def test_a_reply_that_got_new_words_is_as_young_as_they(self, store: Store) -> None:
        await store.apply([AddPost(replace(post(13, 99, at="700"), content=SAID))], at=NOW)
        await store.apply([DirtyPosts(99, Content("page 2")), SetPost(13, "final")], at=LATER)
        await store.purge(LATER)
        assert (await store.posts(99))[0].content == Content("page 2")
        await store.purge(LATER + timedelta(seconds=1))
        assert (await store.posts(99))[0].content is None
        await store.apply([DirtyPosts(99, Content("page 3"))], at=LATER)
        assert await store.posts(99) == (replace(post(13, 99, state="placed", at="700"), content=Content("page 3")),)

    async def test_a_reply_that_is_not_shown_yet_keeps_its_content(self, store: Store) -> None:
        parts = (replace(post(13, 99, at="700"), content=SAID), post(14, 99, 1, state="planned"))
        await store.apply([AddPost(each) for each in parts], at=NOW)
        await store.purge(LATER)
        assert await store.posts(99) == parts

    async def test_what_could_not_be_shown_goes_with_the_session(self, store: Store) -> None:
        begun = await begin(store)
        for number, at in ((13, NOW), (14, NOW + timedelta(milliseconds=5)), (15, LATER)):
            await store.apply([AddPost(replace(post(number, number + 80, state="planned"), content=SAID))], at=at)
        await store.apply([SetDeleted(begun.id, NOW)])
        await store.purge(LATER + timedelta(hours=1))
        assert [len(await store.posts(reply_id)) for reply_id in (93, 94, 95)] == [0, 0, 1]

    async def test_replies_are_forgotten_thirty_days_later(self, store: Store) -> None:
        _prompt, reply, _owed = await owe(store)
        said = replace(post(13, 99, at="700"), content=SAID)
        await store.apply([AddPost(said), AddPost(post(14, 99, 1, at="701")), AddPost(post(15, reply.id, at="702"))], at=NOW)
        await store.apply([AddPost(replace(post(16, 98, state="planned"), content=SAID))], at=NOW)
        await store.purge(NOW + timedelta(days=30))
        assert [len(await store.posts(reply_id)) for reply_id in (99, 98, reply.id)] == [2, 1, 1]
        await store.purge(LATER + timedelta(days=30))
        assert [len(await store.posts(reply_id)) for reply_id in (99, 98, reply.id)] == [0, 0, 1]
        assert await store.last_id() == 99

    async def test_keys_are_kept_for_thirty_days(self, store: Store) -> None:
        await store.apply([], key="old", at=NOW)
        await store.apply([], key="new", at=NOW + timedelta(days=2))
        await store.purge(NOW + timedelta(days=31))
        assert [(await store.find(HERE, "42", key=key)).seen for key in ("old", "new")] == [False, True]

    async def test_a_long_session_goes_as_a_whole(self, store: Store) -> None:
        begun = await begin(store)
        messages = await chain(store, 200)
        answer = message(5000, messages[10])
        await store.apply([AddMessage(answer), AddTurn(turn(5001, messages[10], answer, status="complete")), SetDeleted(begun.id, NOW)])
        assert await store.purge(LATER) == 1
        assert await store.branch(1199, 10) == ()
