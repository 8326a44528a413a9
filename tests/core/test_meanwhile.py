"""What a command names may have changed since: what was asked about is gone, an answer is made anew, a session has ended."""

from __future__ import annotations

import asyncio

import pytest

from bot.events import CommandInvoked, MessageRef
from bot.replies import texts
from tests.core.talk import GROUP, Talk


async def test_what_was_deleted_since_it_was_asked_about_is_not_edited(talk: Talk) -> None:
    ref = await talk.says("one")
    await talk.says("two")
    await talk.says("/edit 1")
    await talk.deletes(ref)
    asked = len(talk.model.requests)
    await talk.says("uno")
    assert talk.texts()[-1] == texts.NO_LONGER_THERE
    assert len(talk.model.requests) == asked


async def test_a_press_under_an_answer_that_goes_just_then_asks_nothing_anew(talk: Talk) -> None:
    ref = await talk.says("one")
    answer = talk.last
    await talk.says("two")
    await talk.deletes(ref)
    asked = len(talk.model.requests)
    assert await talk.presses("Retry", answer) == texts.NO_LONGER_THERE
    assert len(talk.model.requests) == asked


async def test_the_button_back_does_not_lead_to_a_version_that_was_deleted(talk: Talk) -> None:
    ref = await talk.says("one")
    await talk.says("two")
    await talk.edits(ref, "uno")
    line = talk.last
    back = line.buttons[0][0]
    await talk.presses(back, line)
    await talk.deletes(ref)
    assert await talk.presses(back, line) == texts.NO_LONGER_THERE


async def test_an_answer_that_is_being_made_anew_is_not_changed_by_the_id_of_an_older_version(talk: Talk) -> None:
    talk.model.says("old words")
    talk.model.says("some words of the new answer", gate=(gate := asyncio.Event()), held=2)
    await talk.says("one")
    session = (await talk.store.find(talk.place, "7")).session
    assert session is not None
    assert session.leaf is not None
    await talk.hears("/retry")
    await talk.shows("some words")
    await talk.hears("two")
    await talk.hears(f"/edit #{session.leaf:x} other words")
    gate.set()
    await talk.settle()
    assert texts.WAIT_FOR_ANSWER in talk.texts()
    assert "some words of the new answer" in talk.texts()


async def test_what_is_brought_along_is_gone_on_with_though_the_empty_session_was_ended_elsewhere(talk: Talk) -> None:
    await talk.says("one", place=GROUP)
    await talk.says("/new", place=GROUP)
    found = await talk.store.find(GROUP, "7")
    assert found.session is not None
    await talk.says(f"/open #{found.session.id}")
    await talk.says("/end")
    (new,) = [seen for seen in talk.chat(GROUP) if any(label == texts.BRING_ALONG for label, _ in seen.buttons)]
    await talk.presses(texts.BRING_ALONG, new)
    await talk.says("two", place=GROUP)
    assert talk.asked() == ["one", "Echo: one", "two"]


@pytest.mark.parametrize("label", ["‹", "Retry"])
async def test_a_press_under_an_answer_whose_words_were_changed_does_not_bring_back_what_was_deleted(talk: Talk, label: str) -> None:
    """The buttons name the answer as it was first, of which the changed words are a version."""
    ref = await talk.says("one")
    answer = talk.last
    await talk.says("/edit 2 other words")
    await talk.says("two")
    await talk.deletes(ref)
    asked = len(talk.model.requests)
    assert await talk.presses(label, answer) == texts.NO_LONGER_THERE
    assert len(talk.model.requests) == asked
    await talk.says("three")
    assert talk.asked() == ["two", "Echo: two", "three"]


async def test_the_words_of_what_was_deleted_are_not_asked_about(talk: Talk) -> None:
    ref = await talk.says("one")
    await talk.says("two")
    subject = (await talk.store.find(talk.place, "7", subject=ref)).subject
    assert subject is not None
    await talk.deletes(ref)
    await talk.says(f"/edit #{subject.id:x}")
    assert talk.texts()[-1] == texts.NO_LONGER_THERE


async def test_nothing_is_said_below_the_next_answer_where_what_was_named_is_deleted(talk: Talk) -> None:
    """As from a form that was opened about it."""
    ref = await talk.says("one")
    await talk.says("two")
    subject = (await talk.store.find(talk.place, "7", subject=ref)).subject
    assert subject is not None
    await talk.deletes(ref)
    asked = len(talk.model.requests)
    form = MessageRef(talk.place, "900")
    event = CommandInvoked(form, talk.person, "branch", f"#{subject.id:x} three", talk.clock.now(), talk.key(), pressed=True)
    assert await talk.core.accept(event) == texts.NO_LONGER_THERE
    await talk.settle()
    assert len(talk.model.requests) == asked
