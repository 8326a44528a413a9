"""What every store must keep about people, and what the purge takes. A subclass in a test module is run with its `store` fixture."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.changes import AddMessage, AddTurn, KnowAccount, SetCurrent, SetDeleted, SetReachable
from bot.errors import Conflict
from bot.messages import PlaceSettings
from bot.post_changes import AddPost, DirtyPosts, SetPost
from bot.posts import Content, File
from bot.store import Store
from tests.contracts.store_builders import ANNE, BO, HERE, LATER, NOW, THERE, begin, chain, message, owe, post, session, show, turn

SAID = Content("What was said", file=File("a.md", "text/markdown", b"What was said"))


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
        assert (await store.find(HERE, "")).place == PlaceSettings(HERE, reachable=False)
        await store.apply([SetReachable(HERE, True)])
        assert (await store.find(HERE, "")).place == PlaceSettings(HERE)

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
