"""What every store must keep about what is owed and shown: turns, posts and questions, and chats that get a new id."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.changes import AddSession, AddTurn, CloseQuestion, KnowAccount, MovePlace, OpenQuestion, SetCurrent, SetTurn, SharePlace
from bot.errors import Conflict
from bot.events import Place
from bot.messages import PlaceSettings
from bot.post_changes import AddPost, DirtyPosts, DropPosts, MovePosts, SetPost
from bot.posts import Ask, Button, Content, File, OpenAsk, Post, PostState
from bot.store import Store
from tests.contracts.store_builders import BO, HERE, LATER, THERE, begin, owe, post, ref, session, show, turn

CONTENT = Content(
    "Text \x00",
    ((Button("Yes", "confirm #a"), Button("No", "cancel")), (Button("Site", url="https://example.org"),)),
    File("a.md", "text/markdown", b"\x00\xff"),
    "42",
    Ask("edit 1", "New words", "old words"),
)


class TurnContract:
    """Answers that are owed."""

    async def test_a_turn_moves_from_an_expected_state(self, store: Store) -> None:
        _prompt, reply, owed = await owe(store)
        await store.apply([SetTurn(owed.id, ("pending",), "streaming", started=1)])
        await store.apply([SetTurn(owed.id, ("streaming",), "pending", started=1, error="overloaded")])
        assert await store.turn_of(reply.id) == replace(owed, attempts=2, error="overloaded")

    async def test_a_turn_is_never_revived(self, store: Store) -> None:
        _prompt, reply, owed = await owe(store)
        await store.apply([SetTurn(owed.id, ("pending",), "cancelled")])
        with pytest.raises(Conflict):
            await store.apply([SetTurn(owed.id, ("pending", "streaming"), "streaming")])
        assert await store.turn_of(reply.id) == replace(owed, status="cancelled")
        with pytest.raises(Conflict):
            await store.apply([SetTurn(77, ("pending",), "streaming")])

    async def test_all_of_a_turn_comes_back(self, store: Store) -> None:
        prompt, reply, _owed = await owe(store)
        full = replace(turn(20, prompt, reply, place=THERE), attempts=2, error="timeout", reply_to=ref("555"))
        await store.apply([AddTurn(full)])
        assert (await store.open_turns(prompt.session_id))[1] == full

    async def test_s14_streaming_turns_are_pending_after_a_start(self, store: Store) -> None:
        _prompt, reply, owed = await owe(store, status="streaming")
        await store.recover()
        assert await store.turn_of(reply.id) == replace(owed, status="pending")

    async def test_a_start_tells_which_posts_were_being_written_or_taken_away(self, store: Store) -> None:
        posts = [
            post(100 + number, 9, number, state=state) for number, state in enumerate(("planned", "placed", "final", "surplus", "gone"))
        ]
        await store.apply([AddPost(one) for one in posts])
        assert await store.recover() == {101, 103}

    async def test_ended_turns_stay_ended_after_a_start(self, store: Store) -> None:
        _prompt, reply, owed = await owe(store, status="stopped")
        await store.recover()
        assert await store.turn_of(reply.id) == owed
        assert await store.open_turns(owed.session_id) == ()

    async def test_sessions_that_owe_come_with_the_place_of_the_oldest_turn(self, store: Store) -> None:
        prompt, reply, owed = await owe(store)
        await store.apply([AddTurn(turn(20, prompt, reply, place=THERE))])
        assert await store.owing_sessions() == ((prompt.session_id, HERE),)
        await store.apply([SetTurn(owed.id, ("pending",), "complete")])
        assert await store.owing_sessions() == ((prompt.session_id, THERE),)


class PostContract:
    """What the bot shows."""

    async def test_all_of_a_post_comes_back(self, store: Store) -> None:
        full = Post(20, 99, 0, HERE, "planned", "key", ref("700", THERE), CONTENT, ref("555"), LATER)
        await show(store, [full])
        assert await store.posts(99) == (full,)

    async def test_by_ordinal_without_those_that_are_gone(self, store: Store) -> None:
        first, second, gone = post(22, 99, 0), post(21, 99, 1), post(20, 99, 2, state="gone")
        await show(store, [gone, second, first])
        assert await store.posts(99) == (first, second)

    async def test_a_post_keeps_its_ref_where_none_is_given(self, store: Store) -> None:
        await show(store, [post(20, 99, state="planned")])
        await store.apply([SetPost(20, "planned", not_before=LATER), SetPost(20, "placed", ref("700"))])
        await store.apply([SetPost(20, "final")])
        assert await store.posts(99) == (post(20, 99, at="700"),)

    async def test_posts_that_move_are_dirty(self, store: Store) -> None:
        going = post(23, 98, 3, state="surplus", at="4")
        await show(store, [post(20, 98, 0, at="1"), post(21, 98, 1, state="planned"), post(22, 98, 2, state="gone", at="3"), going])
        await store.apply([MovePosts(98, 99)])
        assert await store.posts(98) == ()
        moved = post(20, 99, 0, state="placed", at="1"), post(21, 99, 1, state="planned"), post(23, 99, 3, state="placed", at="4")
        assert await store.posts(99) == moved

    async def test_a_command_reply_gets_new_content(self, store: Store) -> None:
        await show(store, [replace(post(20, 99, 0, at="1"), content=Content("old")), post(21, 99, 1, state="surplus", at="2")])
        await store.apply([DirtyPosts(99, CONTENT)])
        first = replace(post(20, 99, 0, state="placed", at="1"), content=CONTENT)
        assert await store.posts(99) == (first, post(21, 99, 1, state="surplus", at="2"))
        await store.apply([SetPost(20, "final"), DirtyPosts(99)])
        assert (await store.posts(99))[0] == first

    async def test_what_is_or_may_be_there_is_to_be_taken_away(self, store: Store) -> None:
        """What is planned may be there by now."""
        await show(store, [post(20, 99, 0, at="1"), post(21, 99, 1, state="planned"), post(22, 98, 0, state="planned")])
        await store.apply([DropPosts(99), DropPosts(98)])
        assert await store.posts(99) == (post(20, 99, 0, state="surplus", at="1"), post(21, 99, 1, state="surplus"))
        assert await store.posts(98) == (post(22, 98, 0, state="surplus"),)
        await store.apply([SetPost(22, "gone"), MovePosts(99, 98)])
        assert await store.posts(98) == (post(20, 98, 0, state="placed", at="1"), post(21, 98, 1, state="planned"))

    async def test_unfinished_replies_are_those_whose_turn_is_over(self, store: Store) -> None:
        _prompt, reply, owed = await owe(store)
        await show(store, [post(20, reply.id, state="placed"), post(21, 99, state="planned", place=THERE), post(22, 98)])
        assert await store.unfinished_replies() == ((99, THERE),)
        await store.apply([SetTurn(owed.id, ("pending",), "complete")])
        assert await store.unfinished_replies() == ((reply.id, HERE), (99, THERE))
        await store.apply([SetPost(20, "final"), SetPost(21, "gone")])
        assert await store.unfinished_replies() == ()


class QuestionContract:
    """Questions that wait for an answer."""

    async def test_a_newer_question_replaces_the_older(self, store: Store) -> None:
        await begin(store)
        older, newer = OpenAsk(20, HERE, 1, "edit 1", 21, LATER), OpenAsk(22, HERE, 1, "edit 2", 23, LATER)
        await store.apply([OpenQuestion(older), OpenQuestion(newer)])
        assert (await store.find(HERE, "42")).ask == newer
        assert (await store.find(THERE, "42")).ask is None

    async def test_a_closed_question_is_gone_and_its_id_is_not_given_again(self, store: Store) -> None:
        await begin(store)
        await store.apply([OpenQuestion(OpenAsk(20, HERE, 1, "edit 1", 21, LATER)), CloseQuestion(20)])
        assert (await store.find(HERE, "42")).ask is None
        assert await store.last_id() == 21


NEW = Place("telegram", "-100200", "", "group")


class MoveContract:
    """Chats that get a new id."""

    async def test_everything_of_the_chat_moves(self, store: Store) -> None:
        prompt, reply, owed = await owe(store)
        asked = OpenAsk(21, HERE, 1, "edit 1", 22, LATER)
        await store.apply([AddPost(post(20, reply.id, at="700")), OpenQuestion(asked), MovePlace(HERE, NEW)])
        found = await store.find(NEW, "42", subject=ref("555", NEW), post=ref("700", NEW))
        assert found.session == replace(session(place=NEW), leaf=prompt.id)
        assert found.turns == (replace(owed, place=NEW, reply_to=None),)
        assert found.ask == replace(asked, place=NEW)
        old = await store.find(HERE, "42", subject=ref("555"), post=ref("700"))
        assert (old.session, old.subject, old.post, old.ask) == (None, None, None, None)

    async def test_topics_move_along(self, store: Store) -> None:
        topic = replace(HERE, thread_id="9")
        await begin(store, session(place=topic))
        await store.apply([MovePlace(HERE, NEW)])
        moved = replace(NEW, thread_id="9")
        assert (await store.find(moved, "42")).session == session(place=moved)

    async def test_a_new_chat_that_is_known_already_keeps_what_is_current_there(self, store: Store) -> None:
        await begin(store)
        younger = session("bbbb000000000000", place=NEW)
        await store.apply([AddSession(younger), SetCurrent(NEW, 1, younger.id), SharePlace(HERE, 50), SharePlace(HERE, None)])
        await store.apply([MovePlace(HERE, NEW)])
        assert (await store.find(NEW, "42")).session == younger
        assert await store.session("aaaa000000000000") == session(place=NEW)

    async def test_a_shared_chat_stays_shared(self, store: Store) -> None:
        await store.apply([KnowAccount(BO), SharePlace(HERE, 50), SharePlace(NEW, None), MovePlace(HERE, NEW)])
        assert (await store.find(NEW, "")).place == PlaceSettings(NEW, 50)

    async def test_other_chats_stay(self, store: Store) -> None:
        await begin(store, session(place=THERE))
        await store.apply([MovePlace(HERE, NEW), KnowAccount(replace(BO, platform="discord"))])
        assert (await store.find(THERE, "42")).session == session(place=THERE)

    async def test_moving_twice_changes_nothing(self, store: Store) -> None:
        await begin(store)
        await store.apply([MovePlace(HERE, NEW), MovePlace(HERE, NEW), MovePlace(NEW, NEW)])
        assert (await store.find(NEW, "42")).session == session(place=NEW)

    async def test_a_message_that_came_to_the_new_chat_first(self, store: Store) -> None:
        prompt, _reply, _owed = await owe(store)
        await store.apply([SharePlace(NEW, None), MovePlace(HERE, NEW)])
        found = await store.find(NEW, "42")
        assert found.session is not None
        assert found.session.leaf == prompt.id

    @pytest.mark.parametrize("known", [False, True])
    async def test_messages_are_counted_anew_in_the_new_chat(self, store: Store, known: bool) -> None:
        prompt, reply, _owed = await owe(store)
        states: list[tuple[PostState, PostState]] = [("planned", "planned"), ("placed", "planned"), ("final", "final"), ("surplus", "gone")]
        for number, (state, _) in enumerate(states):
            shown = replace(post(20 + number, 60 + number, at=str(700 + number)), state=state, reply_to=ref("555"))
            await store.apply([AddPost(shown)])
        await store.apply([SharePlace(NEW, None)] if known else [])
        await store.apply([MovePlace(HERE, NEW)])
        said = await store.message(prompt.id)
        assert said is not None
        assert said.source is None
        for number, (_, moved) in enumerate(states):
            found = await store.find(NEW, "42", subject=ref("555", NEW), post=ref(str(700 + number), NEW))
            assert (found.subject, found.post) == (None, None)
            assert not await store.is_post(ref(str(700 + number), NEW))
            left = [(kept.place, kept.state, kept.ref, kept.reply_to) for kept in await store.posts(60 + number)]
            assert left == ([] if moved == "gone" else [(NEW, moved, None, None)])
        assert (await store.turn_of(reply.id)) is not None
