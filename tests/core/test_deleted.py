"""Messages deleted in the chat itself: what they take with them, and what stays for the others of their turn."""

from __future__ import annotations

import asyncio

import pytest

from bot.changes import SetMessageStatus, SetTurn
from bot.events import MessageDeleted
from bot.messages import TurnStatus
from bot.rules.decision import Abort
from bot.rules.navigate import take_out
from tests.core.made import line, turn
from tests.core.talk import Talk


@pytest.mark.parametrize(("status", "started"), [("pending", 0), ("streaming", -1)])
def test_what_is_being_answered_begins_anew(status: TurnStatus, started: int) -> None:
    one, two = line("u", "u")
    owed = turn(two, 50, status=status)
    taken = take_out(one, [owed])
    assert taken.changes == (SetMessageStatus(one.id, "removed"), SetTurn(owed.id, (status,), "pending", started=started))
    assert taken.abort == (Abort(owed.id, 50),)
    assert [waking.session_id for waking in taken.wake] == [owed.session_id]


def test_what_is_answered_stays() -> None:
    one, _two = line("u", "u")
    assert take_out(one, []).changes == (SetMessageStatus(one.id, "removed"),)


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("held", [0, 2])
async def test_one_of_several_deleted_while_they_are_answered(talk: Talk, which: int, held: int) -> None:
    """Before a word is visible, and while words are."""
    gate = asyncio.Event()
    words = ["one", "two", "three"]
    refs = [await talk.hears(word) for word in words]
    talk.model.says("some words of an answer", gate=gate, held=held)
    if held:
        await talk.shows("some words")
    else:
        async with asyncio.timeout(20):
            while not talk.model.requests:
                await asyncio.sleep(0.001)
    await talk.deletes(refs[which])
    left = "\n\n".join(word for word in words if word != words[which])
    assert talk.asked() == [left]
    assert talk.texts() == [f"Echo: {left}"]
    found = await talk.store.find(talk.place, "7")
    made = await talk.store.turn_of(found.leaf.id) if found.leaf else None
    assert made is not None
    assert made.attempts == 1
    await talk.says("four")
    assert talk.asked() == [left, f"Echo: {left}", "four"]


async def test_one_of_several_deleted_before_the_answer_begins(talk: Talk) -> None:
    first = await talk.hears("one")
    await talk.hears("two")
    await talk.deletes(first)
    assert talk.asked() == ["two"]
    assert talk.texts() == ["Echo: two"]


@pytest.mark.parametrize("which", [0, 1])
async def test_one_of_several_deleted_once_they_are_answered(talk: Talk, which: int) -> None:
    refs = [await talk.hears("one"), await talk.hears("two")]
    await talk.settle()
    await talk.deletes(refs[which])
    assert talk.texts() == ["Echo: one\n\ntwo"]
    assert len(talk.model.requests) == 1
    kept = ("two", "one")[which]
    await talk.says("three")
    assert talk.asked() == [kept, "Echo: one\n\ntwo", "three"]
    await talk.says("/history")
    assert "Echo" in talk.last.text
    assert f"{1 + (which == 0)}. Ann" in talk.last.text
    assert f"{1 + (which == 1)}. Ann" not in talk.last.text


@pytest.mark.parametrize("which", [0, 1])
async def test_the_last_of_several_deleted_takes_the_turn_off(talk: Talk, which: int) -> None:
    await talk.says("zero")
    refs = [await talk.hears("one"), await talk.hears("two")]
    await talk.settle()
    await talk.deletes(refs[which])
    await talk.deletes(refs[1 - which])
    assert talk.texts() == ["Echo: zero"]
    await talk.says("three")
    assert talk.asked() == ["zero", "Echo: zero", "three"]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("waiting", [False, True])
async def test_what_remains_can_be_edited_answered_again_and_undone(talk: Talk, which: int, waiting: bool) -> None:
    refs = [await talk.hears("one"), await talk.hears("two")]
    if not waiting:
        await talk.settle()
    await talk.deletes(refs[which])
    kept = refs[1 - which]
    await talk.edits(kept, "uno")
    assert talk.asked() == ["uno"]
    assert talk.texts() == ["Echo: uno"]
    await talk.says("/edit eins")
    assert talk.asked() == ["eins"]
    await talk.says("/retry")
    assert talk.asked() == ["eins"]
    await talk.presses("Retry", talk.chat()[0])
    assert talk.asked() == ["eins"]
    assert len(talk.texts()) == 1
    await talk.says("/undo")
    assert not any("Echo" in text for text in talk.texts())
    await talk.says("new")
    assert talk.asked() == ["new"]


async def test_undo_while_the_answer_is_owed_to_a_deleted_message(talk: Talk) -> None:
    await talk.hears("one")
    second = await talk.hears("two")
    talk.model.says("some words of an answer", gate=asyncio.Event(), held=2)
    talk.model.says("some other words again", gate=asyncio.Event(), held=2)
    await talk.shows("some words")
    await talk.core.accept(MessageDeleted(second, talk.key()))
    await talk.shows("some other")
    await talk.says("/undo")
    assert len(talk.texts()) == 1
    found = await talk.store.find(talk.place, "7")
    assert found.turns == ()
    await talk.says("three")
    assert talk.asked() == ["three"]


async def test_undo_takes_what_was_removed_above_along(talk: Talk) -> None:
    """Two quick messages, the first deleted, the second edited, and taken back: no branch ends in what its person deleted."""
    first, second = await talk.hears("one"), await talk.hears("two")
    await talk.settle()
    await talk.deletes(first)
    await talk.edits(second, "zwei")
    await talk.says("/undo")
    found = await talk.store.find(talk.place, "7")
    assert found.session is not None
    assert found.session.leaf is None
    await talk.says("/history")
    assert "one" not in talk.texts()[-1]
    await talk.says("new")
    assert talk.asked() == ["new"]
