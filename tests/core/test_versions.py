"""Lists of versions: of a message, of an answer, on the branch and beside it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.events import CommandInvoked, MessageRef
from bot.policy import Policy
from bot.replies import texts
from tests.core.talk import GROUP, SHARING, Talk


@pytest.fixture
def policy() -> Policy:
    return replace(SHARING, rate=10**6, context_tokens=1000)


async def test_versions_lists_them_and_leads_to_each(talk: Talk) -> None:
    prompt = await talk.says("one")
    await talk.says("/versions", reply_to=prompt)
    assert talk.last.text == texts.ONE_VERSION
    await talk.edits(prompt, "uno")
    await talk.says("/versions", reply_to=prompt)
    assert talk.last.text.splitlines() == ["**Versions of message 1**", "", "· 1. one", "▸ 2. uno"]
    assert [label for label, _ in talk.last.buttons] == ["Show 1"]
    await talk.presses("Show 1", talk.last)
    assert talk.chat()[0].text == "Echo: one"
    await talk.says("/versions", reply_to=talk.post(0))
    assert talk.last.text == texts.ONE_VERSION  # of the answer
    await talk.says("two")
    assert talk.asked() == ["one", "Echo: one", "two"]


async def test_versions_of_an_answer_that_is_not_on_the_branch(talk: Talk) -> None:
    await talk.says("one")
    first = talk.post()
    talk.model.says("two, first")
    await talk.says("two")
    talk.model.says("two, second")
    await talk.says("/retry")
    second = talk.last
    await talk.replies(talk.chat()[0], "three")
    await talk.says("/versions", reply_to=MessageRef(second.place, second.id))
    assert talk.last.text.splitlines()[2:] == ["· 1. two, first", "▸ 2. two, second"]
    await talk.presses("Show 1", talk.last)
    assert second.text == "two, first"
    assert first.message_id == talk.chat()[0].id


async def test_versions_while_one_is_being_written(talk: Talk) -> None:
    await talk.says("one")
    gate = asyncio.Event()
    talk.model.says("some words of an answer", gate=gate, held=2)
    await talk.hears("/retry")
    await talk.shows("some words")
    await talk.hears("/versions", reply_to=talk.post(0))
    await talk.shows(texts.MARK_OPEN)
    assert "· 1. Echo: one\n▸ 2. being written" in talk.last.text
    gate.set()
    await talk.settle()


async def test_versions_are_for_the_eyes_of_who_asked(talk: Talk) -> None:
    prompt = await talk.says("one", place=GROUP)
    await talk.edits(prompt, "uno")
    await talk.says("/versions", place=GROUP, reply_to=prompt)
    assert len(talk.texts(GROUP)) == 1
    assert "uno" in talk.last.text
    await talk.presses("Show 1")
    assert talk.texts(GROUP) == ["Echo: one"]


async def test_back_again_while_a_version_that_was_never_answered_waits_for_its_answer(talk: Talk) -> None:
    """A message edited before it was answered, `‹`, and the number of the newest version pressed before anything was said."""
    talk.model.says("some words", gate=asyncio.Event(), held=1)
    said = await talk.hears("one")
    await talk.shows("some")
    await talk.edits(said, "uno")
    assert talk.texts() == ["Echo: uno"]
    post = talk.chat()[0]
    back = next(command for label, command in post.buttons if label == "‹")
    here = next(command for label, command in post.buttons if label == "2/2")
    talk.model.says("never said either", gate=asyncio.Event())
    for command in (back, f"version {here.partition(' ')[2]}"):
        verb, _, args = command.partition(" ")
        await talk.core.accept(
            CommandInvoked(MessageRef(post.place, post.id), talk.person, verb, args, talk.clock.now(), talk.key(), pressed=True)
        )
    await talk.settle()
    assert [seen.text for seen in talk.chat() if seen.buttons] == ["Echo: uno"]
    assert talk.asked()[-1] == "uno"


async def test_an_arrow_where_a_reply_went_back_to_an_older_branch(talk: Talk) -> None:
    """The post shows a version that is not on the branch any more: the arrow leads on from what it shows."""
    one = await talk.says("one")
    await talk.says("later")
    later = talk.last
    await talk.edits(one, "zwei")
    await talk.edits(one, "drei")
    await talk.replies(later, "on from there")
    assert talk.texts()[0] == "Echo: drei"
    await talk.presses("‹", talk.chat()[0])
    assert talk.texts()[0] == "Echo: zwei"


async def test_back_to_what_was_edited_while_a_message_that_waited_for_its_answer_was_taken_back(talk: Talk) -> None:
    """The answer that was being written is the newest of the branch then, and ends with the edit."""
    talk.model.says("some words of one", gate=asyncio.Event(), held=2)
    one = await talk.hears("one")
    await talk.shows("some")
    await talk.hears("two")
    await talk.hears("/undo")
    await talk.edits(one, "uno")
    assert talk.chat()[0].text == "Echo: uno"
    await talk.presses("‹", talk.chat()[0])
    assert talk.chat()[0].text == "Echo: one"


async def test_an_answer_that_came_after_its_branch_was_left_is_not_forgotten(talk: Talk) -> None:
    """A reply to an older answer, while the newest is being made; then the versions of the older one lead back."""
    await talk.says("zero")
    zero = talk.post()
    await talk.says("one")
    await talk.says("/retry")
    one = talk.last
    await talk.presses("‹", one)
    gate = asyncio.Event()
    talk.model.says("some words to two", gate=gate, held=2)
    await talk.hears("two")
    await talk.shows("some")
    await talk.hears("aside", reply_to=MessageRef(one.place, one.id))
    gate.set()
    await talk.settle()
    await talk.says("from the beginning", reply_to=zero)
    await talk.presses("›", one)
    await talk.presses("‹", one)
    await talk.says("three")
    assert talk.asked()[-3:] == ["two", "some words to two", "three"]


async def test_what_was_taken_back_is_not_said_to_be_seen(talk: Talk) -> None:
    one = await talk.says("one")
    await talk.says("later")
    await talk.edits(one, "uno")
    line = talk.last
    await talk.says("/undo")
    assert "Echo: one" not in talk.texts()
    assert await talk.presses(line.buttons[0][0], line) == texts.NO_LONGER_THERE
