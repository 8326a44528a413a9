"""Replies, edits and deletions as a person makes them, alone and in a group, and what the chat shows afterwards."""

from __future__ import annotations

import asyncio

from bot.events import Place, Quotation
from tests.core.talk import BOB, GROUP, Talk


async def test_a_reply_to_an_older_answer_branches(talk: Talk) -> None:
    await talk.says("one")
    first = talk.last
    await talk.says("two")
    await talk.replies(first, "three")
    assert talk.asked() == ["one", "Echo: one", "three"]
    assert [label for label, _ in talk.last.buttons] == ["Retry"]


async def test_editing_one_of_several_quick_messages(talk: Talk) -> None:
    first = await talk.hears("one")
    await talk.says("two")
    assert talk.texts() == ["Echo: one\n\ntwo"]
    await talk.edits(first, "uno")
    assert talk.texts() == ["Echo: uno\n\ntwo"]
    assert talk.asked() == ["uno\n\ntwo"]


async def test_an_edit_while_it_is_being_answered(talk: Talk) -> None:
    talk.model.says("some words of the old answer", gate=asyncio.Event(), held=2)
    ref = await talk.hears("one")
    await talk.shows("some")
    await talk.hears("two")
    await talk.edits(ref, "uno")
    assert talk.asked() == ["uno\n\ntwo"]
    assert talk.texts() == ["Echo: uno\n\ntwo"]


async def test_u20_an_edit_without_a_change_or_of_a_command_does_nothing(talk: Talk) -> None:
    ref = await talk.says("one")
    command = await talk.says("/help")
    before = talk.texts()
    await talk.edits(ref, "one")
    await talk.edits(command, "/new")
    assert talk.texts() == before
    assert len(talk.model.requests) == 1


async def test_a_deleted_message_in_the_middle_is_skipped(talk: Talk) -> None:
    await talk.says("one")
    ref = await talk.says("two")
    await talk.says("three")
    await talk.deletes(ref)
    await talk.says("four")
    assert talk.asked() == ["one", "Echo: one", "three", "Echo: three", "four"]


async def test_people_in_a_group_have_sessions_of_their_own(talk: Talk) -> None:
    await talk.says("mine", place=GROUP)
    await talk.says("other", place=GROUP, author=BOB)
    assert talk.asked() == ["other"]
    chat = talk.chat(GROUP)
    assert chat[0].reply_to
    assert await talk.presses("Retry", chat[0], author=BOB) == "This button belongs to somebody else."
    await talk.says("/history", place=GROUP)
    assert "mine" in talk.texts(Place("memory", "7"))[-1]
    assert len(talk.chat(GROUP)) == 2


async def test_a_reply_to_somebody_elses_answer_is_a_quotation(talk: Talk) -> None:
    await talk.says("mine", place=GROUP)
    await talk.replies(talk.chat(GROUP)[0], "what is that", place=GROUP, author=BOB)
    assert talk.asked() == ["> Echo: mine\n\nwhat is that"]
    await talk.says("look", place=GROUP, author=BOB, quoted=Quotation("the words", "Carl"))
    assert talk.asked()[-1] == "> Carl: the words\n\nlook"


async def test_a_reply_to_the_last_answer_goes_on_where_its_session_was_ended_elsewhere(talk: Talk) -> None:
    await talk.says("one", place=GROUP)
    answer = talk.chat(GROUP)[-1]
    found = await talk.store.find(GROUP, "7")
    assert found.session is not None
    await talk.says(f"/open #{found.session.id}")
    await talk.says("/end")
    await talk.replies(answer, "two", place=GROUP)
    assert talk.asked() == ["one", "Echo: one", "two"]
    reopened = await talk.store.session(found.session.id)
    assert reopened is not None
    assert reopened.ended_at is None
