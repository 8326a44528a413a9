"""What every store must keep about forgetting a person: nothing of theirs is left, everything of others is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.changes import (
    AddMessage,
    AddSession,
    AddTurn,
    ForgetUser,
    KnowAccount,
    OpenQuestion,
    SetCurrent,
    SetDeleted,
    SetLeaf,
    SetTitle,
    SharePlace,
)
from bot.found import Belongings, Unshown
from bot.messages import Account, Message
from bot.post_changes import AddPost, DropPosts
from bot.posts import Content, OpenAsk
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
    owe,
    post,
    ref,
    session,
    show,
    turn,
)

GONE = ForgetUser(1, LATER)
SAID = Content("what was said")
OURS = "cccc000000000000"
PLACE_OWNER = 50


def ours(message_id: int, parent: Message | None, user_id: int, text: str = "words") -> Message:
    """A message in the shared session; an answer bears who asked."""
    made = message(message_id, parent, text, session_id=OURS, source=ref(str(message_id)) if parent is None else None)
    return replace(made, user_id=user_id, author="Bo" if user_id == 1 else "Anne")


async def share(store: Store, *messages: Message) -> None:
    """A shared place with a session in which these messages were written."""
    opened = session(OURS, user_id=PLACE_OWNER, title="")
    await store.apply([KnowAccount(BO), KnowAccount(ANNE), SharePlace(HERE, PLACE_OWNER), AddSession(opened)])
    leaf = (SetLeaf(OURS, messages[-1].id),) if messages else ()
    await store.apply([SetCurrent(HERE, PLACE_OWNER, OURS), *(AddMessage(each) for each in messages), *leaf])


class ForgetContract:
    """Sessions of one's own."""

    async def test_nothing_is_left(self, store: Store) -> None:
        _prompt, reply, _owed = await owe(store)
        elsewhere = replace(BO, platform="discord", account_id="d")
        second = session("bbbb000000000000", place=THERE, title="more")
        asked = OpenAsk(40, HERE, 1, "edit 1", 41, LATER)
        await store.apply([KnowAccount(elsewhere), AddSession(second), SetCurrent(THERE, 1, second.id), OpenQuestion(asked)])
        await store.apply([SetDeleted(second.id, NOW)], key="k", at=NOW)
        await show(store, [post(13, reply.id, at="700"), replace(post(14, 99, at="701"), content=SAID, user_id=1)])
        await store.apply([GONE])
        found = await store.find(HERE, "42", key="k", subject=ref("555"), post=ref("700"))
        assert (found.account, found.session, found.turns, found.ask, found.subject, found.post) == (None, None, (), None, None, None)
        assert [await store.session(each) for each in ("aaaa000000000000", second.id)] == [None, None]
        assert [await store.message(10), await store.turn_of(reply.id), await store.account_of(1, "discord")] == [None, None, None]
        assert [await store.posts(each) for each in (reply.id, 99)] == [(), ()]
        assert (await store.owing_sessions(), await store.unfinished_replies()) == ((), ())
        assert await store.belongings(1) == Belongings()
        assert found.seen
        assert await store.last_id() == 99

    async def test_what_is_others_stays(self, store: Store) -> None:
        await begin(store)
        kept = await begin(store, session("bbbb000000000000", user_id=2), ANNE)
        messages = await chain(store, 4, session_id=kept.id)
        said = replace(post(14, 99, at="701"), content=SAID, user_id=2)
        await show(store, [post(13, messages[1].id, at="700"), said])
        await store.apply([GONE])
        found = await store.find(HERE, "43", post=ref("700"))
        assert (found.account, found.session, found.shown) == (ANNE, replace(kept, leaf=messages[-1].id), messages[1])
        assert list(await store.branch(messages[-1].id, 10)) == messages
        assert await store.posts(99) == (said,)

    async def test_what_is_held_is_counted(self, store: Store) -> None:
        prompt, reply, owed = await owe(store)
        await begin(store, session("bbbb000000000000", user_id=2), ANNE)
        await show(store, [post(13, reply.id, state="planned"), replace(post(14, 99, state="placed", at="1"), content=SAID, user_id=1)])
        await show(store, [replace(post(15, 98, at="2"), user_id=1)])
        unshown = (Unshown(reply.id, HERE, prompt.session_id), Unshown(99, HERE))
        assert await store.belongings(1) == Belongings(1, 2, (owed,), (), unshown, ())
        assert await store.belongings(3) == Belongings()

    async def test_what_is_on_its_way_is_to_be_taken_away(self, store: Store) -> None:
        _prompt, reply, _owed = await owe(store)
        await show(store, [post(13, reply.id, state="placed", at="700"), post(14, reply.id, 1, state="planned")])
        await show(store, [replace(post(15, 99, 0, at="701"), content=SAID, user_id=1), post(16, 99, 1, state="planned")])
        await store.apply([GONE, DropPosts(reply.id), DropPosts(99)])
        assert await store.posts(reply.id) == (post(13, reply.id, state="surplus", at="700"),)
        assert await store.posts(99) == (post(15, 99, state="surplus", at="701"),)
        assert await store.unfinished_replies() == ((reply.id, HERE), (99, HERE))
        await store.purge(LATER + timedelta(days=31))
        assert [await store.posts(each) for each in (reply.id, 99)] == [(), ()]

    async def test_a_reply_of_nobody_stays(self, store: Store) -> None:
        """As the one that tells of it."""
        await begin(store)
        told = replace(post(14, 99, state="placed", at="701"), content=SAID)
        await store.apply([GONE, AddPost(told)], at=LATER)
        assert await store.posts(99) == (told,)

    async def test_forgetting_twice_changes_nothing(self, store: Store) -> None:
        await begin(store)
        await store.apply([GONE, GONE, ForgetUser(77, LATER)])
        await begin(store, session("bbbb000000000000", user_id=3), replace(BO, user_id=3))
        assert (await store.find(HERE, "42")).session == session("bbbb000000000000", user_id=3)


class ForgetSharedContract:
    """The session of a shared place."""

    async def test_their_messages_and_the_answers_to_them_keep_their_number_alone(self, store: Store) -> None:
        one = ours(10, None, 1)
        two = ours(11, one, 1, "You said: words")
        three = ours(12, two, 2)
        four = ours(13, three, 2)
        await share(store, one, two, three, four)
        await show(store, [post(20, two.id, at="700"), post(21, four.id, at="701")])
        assert await store.belongings(1) == Belongings(messages=2)
        await store.apply([GONE])
        branch = await store.branch(four.id, 10)
        assert [(each.number, each.status, each.text, each.author, each.user_id) for each in branch] == [
            (1, "removed", "", "", None),
            (2, "removed", "", "", None),
            (3, "complete", "words", "Anne", 2),
            (4, "complete", "words", "Anne", 2),
        ]
        assert (await store.find(HERE, "43", subject=ref("10"))).subject is None
        assert [len(await store.posts(each.id)) for each in (two, four)] == [0, 1]
        assert (await store.find(HERE, "43")).session == replace(session(OURS, user_id=PLACE_OWNER, title=""), leaf=four.id)

    async def test_an_answer_to_several_people_goes_too(self, store: Store) -> None:
        one = ours(10, None, 1)
        two = replace(ours(11, one, 2), role="user", source=None)
        answer = ours(12, two, 2, "to both of you")
        await share(store, one, two, answer)
        await store.apply([GONE])
        assert [each.status for each in await store.branch(answer.id, 10)] == ["removed", "complete", "removed"]

    async def test_an_open_turn_that_answers_others_too_becomes_theirs(self, store: Store) -> None:
        one = ours(10, None, 2)
        two = replace(ours(11, one, 1), role="user")
        reply = replace(ours(12, two, 1, ""), status="open")
        await share(store, one, two, reply)
        owed = turn(13, two, reply)
        await store.apply([AddTurn(owed), AddPost(post(14, reply.id, state="planned"))])
        assert await store.belongings(1) == Belongings(messages=1, again=(owed,))
        await store.apply([GONE])
        assert await store.open_turns(OURS) == (replace(owed, user_id=2),)
        assert await store.message(reply.id) == replace(reply, user_id=2)
        assert [each.status for each in await store.branch(two.id, 10)] == ["complete", "removed"]
        assert await store.posts(reply.id) == (post(14, reply.id, state="planned"),)

    async def test_an_open_turn_of_theirs_ends(self, store: Store) -> None:
        one = ours(10, None, 2)
        answer = ours(11, one, 2)
        mine = ours(12, answer, 1)
        reply = replace(ours(13, mine, 1, ""), status="open")
        await share(store, one, answer, mine, reply)
        owed = turn(14, mine, reply)
        await store.apply([AddTurn(owed), AddPost(post(15, reply.id, state="placed", at="700"))])
        assert (await store.belongings(1)).ending == (owed,)
        await store.apply([GONE])
        assert (await store.open_turns(OURS), await store.turn_of(reply.id)) == ((), None)
        assert await store.unfinished_replies() == ((reply.id, HERE),)
        assert [each.status for each in await store.branch(reply.id, 10)] == ["complete", "complete", "removed", "removed"]

    async def test_a_session_that_nobody_else_spoke_in_goes_as_a_whole(self, store: Store) -> None:
        one = ours(10, None, 1)
        await share(store, one, ours(11, one, 1))
        assert await store.belongings(1) == Belongings(1, 2)
        await store.apply([GONE])
        assert (await store.session(OURS), await store.message(10), (await store.find(HERE, "43")).session) == (None, None, None)

    async def test_a_title_goes_with_who_gave_it(self, store: Store) -> None:
        for giver, left in ((2, "Ours"), (1, "")):
            await share(store, ours(10, None, 2)) if giver == 2 else None
            await store.apply([KnowAccount(BO), SetTitle(OURS, "Ours", "person", giver), GONE])
            found = await store.session(OURS)
            assert found is not None
            assert (found.title, found.titled_by) == (left, 2 if left else None)

    async def test_what_commands_said_there_is_emptied(self, store: Store) -> None:
        one = ours(10, None, 1)
        await share(store, one, ours(11, None, 2))
        shown = replace(post(20, 98, at="700"), content=SAID, user_id=2)
        owed = replace(post(21, 99, state="planned"), content=SAID, user_id=2)
        apart = replace(post(22, 97, at="701", place=THERE), content=SAID, user_id=2)
        await store.apply([AddPost(shown), AddPost(owed), AddPost(apart)], at=NOW)
        assert (await store.belongings(1)).quoting == (Unshown(99, HERE),)
        await store.apply([GONE])
        assert [await store.posts(each) for each in (98, 99, 97)] == [
            (replace(shown, content=None),),
            (replace(owed, content=None),),
            (apart,),
        ]

    async def test_who_is_the_place_is_nobody(self, store: Store) -> None:
        """An account elsewhere, of whom the shared session knows nothing."""
        one = ours(10, None, 2)
        await share(store, one)
        await store.apply([KnowAccount(Account("discord", "9", 9, "Cy")), ForgetUser(9, LATER)])
        assert list(await store.branch(10, 10)) == [one]
