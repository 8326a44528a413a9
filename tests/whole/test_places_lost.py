"""Rows P of the list of faults through the whole house, of places: blocked, closed, moved, left (P16 to P19, P36)."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.openai_script import ROLE, Raw, Reply, chunk
from tests.fakes.openai_server import prompts
from tests.whole.house import WHOLE, Held, House, until, writes


@pytest.mark.parametrize("words", [(), ("some ", "words ")])
async def test_p16_who_blocks_the_bot_costs_no_more_and_comes_back_by_writing(house: House, words: tuple[str, ...]) -> None:
    house.openai.script(Raw((ROLE, *map(chunk, words)), end="hang"))
    await house.ann.says(house.chat, "one")
    await until(lambda: house.openai.streams)
    if words:
        await house.chat.wait_for("some words")
        await house.ann.says(house.chat, "two")
    await house.ann.blocks(house.chat)
    await house.settle()
    await until(lambda: not house.openai.streams)
    assert len(house.openai.requests) == 1
    assert not await house.store.owing_sessions()
    assert not await house.store.unfinished_replies()
    calls = len(writes(house.telegram))
    await asyncio.sleep(0.05)
    assert len(writes(house.telegram)) == calls, "nothing is tried again"
    await house.ann.unblocks(house.chat)
    await house.ann.says(house.chat, "back again")
    await house.settle()
    assert house.chat.last.text.endswith("back again")


@pytest.mark.parametrize("row", ["p17", "p18"])
async def test_p17_p18_where_nothing_may_be_written_one_answer_is_tried_and_no_more(house: House, row: str) -> None:
    group = house.telegram.group("Team", house.ann, chat_type="supergroup", forum=True)
    topic = house.telegram.topic(group, "One")
    group.bot_may_write, topic.closed = row == "p18", row == "p18"
    house.openai.always = lambda body: Reply(WHOLE, tokens_per_second=100)
    await house.ann.says(topic, "@parley_bot one")
    await house.settle()
    refused = [call for call in writes(house.telegram) if call.refused]
    assert 1 <= len(refused) <= 3
    assert not await house.store.unfinished_replies()
    group.bot_may_write, topic.closed = True, False
    await house.ann.says(topic, "@parley_bot two")
    await house.settle()
    assert topic.last.text == WHOLE
    assert house.chat.texts == []


async def test_p19_an_answer_under_way_follows_the_group_that_becomes_a_supergroup(house: House) -> None:
    group = house.telegram.group("Team", house.ann, chat_type="group")
    held = Held()
    house.openai.script(held.step)
    await house.ann.says(group, "@parley_bot one")
    await group.wait_for("some words")
    supergroup = house.telegram.migrate(group, house.ann)
    held.on()
    await supergroup.wait_for("some more of them")
    await house.settle()
    assert supergroup.texts == [WHOLE]
    await house.ann.says(supergroup, "@parley_bot two")
    await house.settle()
    assert prompts(house.openai.requests[-1].body)[1:] == ["one", WHOLE, "two"]


async def test_p36_removed_from_a_group_during_the_answer_and_added_again(house: House) -> None:
    group = house.telegram.group("Team", house.ann)
    house.openai.script(Raw((ROLE, chunk("some "), chunk("words ")), end="hang"))
    await house.ann.says(group, "@parley_bot one")
    await group.wait_for("some words")
    await house.ann.removes_bot(group)
    await house.settle()
    await until(lambda: not house.openai.streams)
    assert not await house.store.unfinished_replies()
    assert len([call for call in writes(house.telegram) if call.code == 403]) <= 2
    await house.ann.adds_bot(group)
    await house.ann.says(group, "@parley_bot two")
    await house.settle()
    assert group.last.text == "You said: two"
