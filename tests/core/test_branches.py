"""What people do beside the current branch, and while something waits: cases that the stateful test found, told one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.events import Author, CommandInvoked, MessageEdited, MessageRef, Place
from bot.replies import texts
from tests.core.talk import Talk, nothing_is_owed
from tests.fakes.memory_adapter import Seen


async def test_a_deletion_beside_the_branch_leaves_the_branch(talk: Talk) -> None:
    await talk.says("one")
    first = talk.last
    ref = await talk.says("two")
    await talk.replies(first, "three")
    await talk.deletes(ref)
    await talk.says("four")
    assert talk.asked() == ["one", "Echo: one", "three", "Echo: three", "four"]
    assert "Echo: two" not in talk.texts()


async def test_an_answer_that_was_taken_away_is_not_shown_again(talk: Talk) -> None:
    ref = await talk.says("one")
    await talk.says("/undo")
    await talk.deletes(ref)
    assert "Echo: one" not in talk.texts()


async def test_an_edit_of_a_waiting_message_leaves_the_running_answer_its_posts(talk: Talk) -> None:
    gate = asyncio.Event()
    talk.model.says("a long answer that goes on", gate=gate, held=3)
    await talk.hears("one")
    await talk.shows("a long")
    await talk.hears("two")
    await talk.hears("/edit zwei")
    gate.set()
    await talk.settle()
    assert talk.texts() == ["a long answer that goes on", "Echo: zwei"]


async def test_an_answer_is_shown_in_the_place_where_it_was_last_asked_for(talk: Talk) -> None:
    group = Place("memory", "-5", kind="group")
    await talk.says("one", place=group)
    session = (await talk.store.find(group, "7")).session
    assert session is not None
    await talk.says(f"/open #{session.id}")
    talk.model.says("another answer")
    await talk.says("/retry")
    assert talk.texts()[-1] == "another answer"
    await talk.presses("‹")
    assert talk.texts()[-1] == "Echo: one"
    assert [seen.text for seen in talk.chat(group)] == ["Echo: one"]
    await talk.presses("›")
    assert talk.texts()[-1] == "another answer"
    assert [seen.text for seen in talk.chat(group)] == ["Echo: one"]


async def test_a_native_edit_goes_to_the_copy_on_the_branch(talk: Talk) -> None:
    first = await talk.hears("one")
    second = await talk.says("two")
    await talk.edits(first, "uno")
    await talk.presses("‹")
    await talk.edits(second, "zwei")
    assert talk.asked() == ["one\n\nzwei"]


async def test_a_native_edit_goes_to_the_copy_on_the_branch_though_it_has_another_number(talk: Talk) -> None:
    """What is removed is not made anew, so what came after it is one message further up in the other version."""
    first, second = await talk.hears("one"), await talk.hears("two")
    third = await talk.says("three")
    await talk.deletes(second)
    await talk.edits(first, "uno")
    await talk.presses("‹")
    await talk.edits(third, "drei")
    assert talk.asked() == ["one\n\ndrei"]


async def test_a_retry_beside_the_branch_answers_what_its_answer_was_to_and_no_copy_of_it(talk: Talk) -> None:
    first = await talk.hears("one")
    await talk.says("two")
    await talk.says("three")
    shown, later = talk.chat()
    await talk.edits(first, "uno")
    await talk.replies(later, "four")
    posts = len(talk.chat())
    talk.model.says("another one")
    await talk.presses("Retry", shown)
    assert talk.asked() == ["uno\n\ntwo"]
    assert (shown.text, len(talk.chat())) == ("another one", posts)


@pytest.mark.parametrize("meanwhile", [False, True])
async def test_a_retry_that_is_pressed_while_its_answer_is_made_anew_is_of_the_new_one(talk: Talk, meanwhile: bool) -> None:
    """Two quick messages have one answer. The first of them is edited, and the button that people saw names the answer from before."""
    first = await talk.hears("one")
    await talk.says("two")
    (shown,) = talk.chat()
    buttons = shown.buttons
    gate = asyncio.Event()
    if meanwhile:
        talk.model.says("made anew", gate=gate)
    await talk.core.accept(MessageEdited(first, talk.person, "uno", talk.clock.now(), talk.key()))
    if not meanwhile:
        await talk.settle()
    talk.model.says("made anew")
    pressed = await _pressed(talk, shown, buttons)
    gate.set()
    await talk.settle()
    assert pressed is None
    assert talk.asked() == ["uno\n\ntwo"]
    assert talk.texts() == ["made anew"]
    assert await nothing_is_owed(talk)


async def _pressed(talk: Talk, seen: Seen, buttons: Sequence[tuple[str, str]]) -> str | None:
    """Retry, as it stood there once."""
    verb, _, args = dict(buttons)["Retry"].partition(" ")
    ref = MessageRef(seen.place, seen.id)
    return await talk.core.accept(CommandInvoked(ref, talk.person, verb, args, talk.clock.now(), talk.key(), pressed=True))


async def test_arrows_beside_the_branch_rewrite_the_answer_that_they_stand_under(talk: Talk) -> None:
    """And not the one to a copy of its message, which stands on the branch."""
    group = Place("memory", "-5", kind="group")
    await talk.hears("one", place=group)
    second = await talk.says("two", place=group)
    await talk.edits(second, "zwei")
    session = (await talk.store.find(group, "7")).session
    assert session is not None
    await talk.says(f"/open #{session.id}")
    talk.model.says("elsewhere")
    await talk.says("/edit 1 uno")
    await talk.presses("‹", talk.chat(group)[0])
    assert talk.texts(group) == ["Echo: one\n\ntwo"]
    assert talk.texts()[-1] == "elsewhere"


async def test_an_edit_of_what_shows_no_answer_any_more_is_stopped_where_people_see_it(talk: Talk) -> None:
    """It waits, and has nothing to be written onto: its first post is planned all the same."""
    ref = await talk.says("one")
    await talk.says("/undo")
    gate = asyncio.Event()
    talk.model.says("never", gate=gate)
    await talk.hears("two")
    await talk.core.accept(MessageEdited(ref, talk.person, "uno", talk.clock.now(), talk.key()))
    await talk.says("/end")
    stopped = [seen for seen in talk.chat() if seen.text == texts.STOPPED_EMPTY]
    assert [[label for label, _ in seen.buttons] for seen in stopped] == [["Retry"], ["‹", "2/2", "Retry"]]


@pytest.mark.parametrize("another", ["/edit 2 other words", "/retry"])
async def test_an_arrow_in_an_ended_session_shows_and_the_next_message_opens_a_new_one(talk: Talk, another: str) -> None:
    talk.model.says("first words")
    talk.model.says("other words")
    await talk.says("one")
    await talk.says(another)
    assert talk.texts()[0] == "other words"
    await talk.says("/end")
    await talk.presses("‹", talk.chat()[0])
    assert talk.texts()[0] == "first words"
    assert (await talk.store.find(talk.place, "7")).session is None
    await talk.says("two")
    assert talk.asked() == ["two"]


async def test_an_arrow_to_what_was_never_answered_takes_an_ended_session_up_again(talk: Talk) -> None:
    talk.model.says("some words of the old answer", gate=asyncio.Event(), held=2)
    ref = await talk.hears("one")
    await talk.shows("some")
    await talk.hears("two")
    await talk.edits(ref, "uno")
    await talk.says("/end")
    await talk.presses("‹", talk.chat()[0])
    assert talk.texts()[0].startswith("Echo: one")
    await talk.says("three")
    assert talk.asked()[-1] == "three"
    assert len(talk.asked()) > 1


async def test_a_retry_answers_no_version_that_was_deleted(talk: Talk) -> None:
    await talk.says("one")
    ref = await talk.says("two")
    await talk.says("three")
    _, shown, later = talk.chat()
    await talk.edits(ref, "zwei")
    await talk.replies(later, "four")
    await talk.deletes(ref)
    talk.model.says("another one")
    await talk.presses("Retry", shown)
    assert talk.asked() == ["one", "Echo: one", "zwei"]
    assert shown.text == "another one"


async def test_an_edit_makes_anew_what_the_next_answer_was_to_where_an_answer_was_given_up(talk: Talk) -> None:
    """A retry while the first answer is being made answers what waits as well; both are one turn from then on."""
    talk.model.says("a long answer that goes on", gate=asyncio.Event(), held=3)
    first = await talk.hears("one")
    await talk.shows("a long")
    await talk.hears("two")
    await talk.says("/retry 1")
    await talk.edits(first, "uno")
    assert talk.asked() == ["uno\n\ntwo"]
    assert talk.texts() == ["Echo: uno\n\ntwo"]


async def test_u19_bots_are_not_answered(talk: Talk) -> None:
    await talk.says("hello from a machine", author=Author("99", "Robot", is_bot=True))
    assert talk.texts() == []
    assert talk.model.requests == []


async def test_a_retry_beside_the_branch_is_written_onto_the_post_that_shows_another_version(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("two")
    first, second = talk.chat()
    talk.model.says("another one")
    await talk.presses("Retry", first)
    await talk.replies(second, "three")
    talk.model.says("a third one")
    await talk.presses("Retry", first)
    assert first.text == "a third one"
    assert [text for text in talk.texts() if text in ("Echo: one", "another one", "a third one")] == ["a third one"]


async def test_an_edit_beside_the_branch_is_written_onto_the_post_that_shows_another_version(talk: Talk) -> None:
    ref = await talk.says("one")
    await talk.says("two")
    first, second = talk.chat()
    await talk.edits(ref, "uno")
    await talk.replies(second, "three")
    await talk.edits(ref, "eins")
    assert first.text == "Echo: eins"
    assert [text for text in talk.texts() if text in ("Echo: one", "Echo: uno", "Echo: eins")] == ["Echo: eins"]
