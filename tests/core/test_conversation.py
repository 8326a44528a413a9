"""Conversations as a person has them: what is said, and what the chat shows afterwards."""

from __future__ import annotations

import asyncio

from tests.core.talk import Talk


async def test_a_message_is_answered(talk: Talk) -> None:
    await talk.says("hello")
    assert talk.texts() == ["Echo: hello"]
    assert talk.last.buttons[0][0] == "Retry"


async def test_the_model_sees_what_was_said_before(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("two")
    assert talk.asked() == ["one", "Echo: one", "two"]


async def test_two_quick_messages_become_one_turn(talk: Talk) -> None:
    script = talk.model.says("never seen", gate=asyncio.Event())
    await talk.hears("one")
    await asyncio.sleep(0.005)
    await talk.says("two")
    assert script.gate is not None
    assert talk.asked() == ["one\n\ntwo"]
    assert talk.texts() == ["Echo: one\n\ntwo"]


async def test_a_message_waits_while_an_answer_is_visible(talk: Talk) -> None:
    gate = asyncio.Event()
    talk.model.says("a long answer that goes on", gate=gate, held=3)
    await talk.hears("one")
    await talk.shows("a long")
    await talk.hears("two")
    gate.set()
    await talk.settle()
    assert talk.texts() == ["a long answer that goes on", "Echo: two"]
    assert talk.asked() == ["one", "a long answer that goes on", "two"]


async def test_a_native_edit_is_answered_in_place(talk: Talk) -> None:
    ref = await talk.says("one")
    await talk.edits(ref, "uno")
    assert talk.texts() == ["Echo: uno"]
    assert talk.asked() == ["uno"]
    assert [label for label, _ in talk.last.buttons] == ["‹", "2/2", "Retry"]


async def test_versions_bring_back_what_followed(talk: Talk) -> None:
    ref = await talk.says("one")
    await talk.says("two")
    await talk.edits(ref, "uno")
    assert talk.texts() == ["Echo: uno", "Echo: two", "Answered anew; the 2 later messages are on version 1."]
    await talk.presses("Back to version 1")
    assert talk.texts()[0] == "Echo: one"
    await talk.says("three")
    assert talk.asked() == ["one", "Echo: one", "two", "Echo: two", "three"]


async def test_retry_makes_a_version(talk: Talk) -> None:
    talk.model.says("first")
    await talk.says("one")
    talk.model.says("second")
    await talk.presses("Retry")
    assert talk.texts() == ["second"]
    assert [label for label, _ in talk.last.buttons] == ["‹", "2/2", "Retry"]
    await talk.presses("‹")
    assert talk.texts() == ["first"]


async def test_undo_takes_the_turn_and_its_posts(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("two")
    await talk.says("/undo")
    assert talk.texts()[0] == "Echo: one"
    assert "Took the last turn back" in talk.texts()[1]
    await talk.says("three")
    assert talk.asked() == ["one", "Echo: one", "three"]


async def test_stop_keeps_what_is_there(talk: Talk) -> None:
    talk.model.says("some words and more", gate=asyncio.Event(), held=2)
    await talk.hears("one")
    await talk.shows("some")
    await talk.says("/stop")
    assert talk.texts() == ["some words\n\n*(stopped)*", "Stopped."]
