"""Places that take nothing any more, on both platforms: what that costs, what the operator is told, and that it opens again."""

from __future__ import annotations

import io

import pytest

from bot.events import Place
from tests.fakes.openai_script import ROLE, Raw, Reply, chunk
from tests.fakes.openai_server import FakeOpenAI
from tests.whole.club import Club
from tests.whole.house import WHOLE, Held, House, until

ENDLESS = Raw((ROLE, chunk("some "), chunk("words ")), end="hang")
BLOCKED = "Forbidden: bot was blocked by the user"


def told(logged: io.StringIO) -> list[str]:
    return [line for line in logged.getvalue().splitlines() if "cannot be written to" in line]


@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
async def test_p16_a_refusal_stops_the_model_though_nobody_was_told_of_a_block(house: House, logged: io.StringIO, method: str) -> None:
    fault = house.telegram.faults.add(method, error=403, description=BLOCKED, times=None)
    house.openai.always = lambda body: ENDLESS
    await house.ann.says(house.chat, "one")
    await house.settle()
    await until(lambda: not house.openai.streams)
    assert 1 <= fault.hits <= 3
    assert not await house.store.owing_sessions()
    assert not await house.store.unfinished_replies()
    assert not (await house.store.find(Place("telegram", "1001"), "")).place.reachable
    house.telegram.faults.clear()
    house.openai.always = FakeOpenAI().always
    await house.ann.says(house.chat, "back again")
    await house.settle()
    assert house.chat.last.text.endswith("back again")
    assert (await house.store.find(Place("telegram", "1001"), "")).place.reachable
    (line,) = told(logged)
    assert "telegram:1001" in line
    assert "blocked by the user" in line


async def test_p16_closed_direct_messages_stop_the_model(there: Club, logged: io.StringIO) -> None:
    """Discord tells nobody that somebody has blocked the bot, or takes no direct messages any more."""
    there.chat.closed = True
    there.openai.always = lambda body: ENDLESS
    await there.ann.says(there.chat, "one")
    await there.settle()
    await until(lambda: not there.openai.streams)
    assert len([call for call in there.discord.calls if call.name in ("create message", "typing")]) <= 2
    assert not await there.store.unfinished_replies()
    there.chat.closed = False
    there.openai.always = FakeOpenAI().always
    await there.says("back again")
    assert there.chat.last.text.endswith("back again")
    (line,) = told(logged)
    assert f"discord:{there.chat.id}" in line
    assert "50007" in line


async def test_p17_the_operator_is_told_once_for_each_time_that_a_place_is_closed(house: House, logged: io.StringIO) -> None:
    group = house.telegram.group("Team", house.ann, chat_type="supergroup", forum=True)
    topic = house.telegram.topic(group, "One")
    for times in (1, 2):
        group.bot_may_write = False
        for _ in range(3):
            await house.ann.says(topic, "@parley_bot one")
            await house.settle()
        assert len(told(logged)) == times
        assert len(house.openai.requests) <= 2 * times - 1, "while it is shut the model is not asked"
        group.bot_may_write = True
        await house.ann.says(topic, "@parley_bot two")
        await house.settle()
        assert topic.last.text.endswith("two")
    assert f"telegram:{group.id}" in told(logged)[0]
    assert house.chat.texts == []


async def test_p17_p31_where_nothing_may_be_written_one_call_is_made_and_no_more(there: Club, logged: io.StringIO) -> None:
    there.general.bot_may_write = False
    there.openai.always = lambda body: Reply(WHOLE, tokens_per_second=100)
    for number in range(6):
        before = len(there.discord.calls)
        await there.ann.says(there.general, f"one {number}", mention=True)
        await there.settle()
        refused = [call.name for call in there.discord.calls[before:] if call.name in ("create message", "edit message", "typing")]
        assert 1 <= len(refused) <= 2, "one for what was said, and perhaps the typing before it"
    assert not await there.store.unfinished_replies()
    assert len(told(logged)) == 1
    assert len(there.openai.requests) <= 1, "while it is shut the model is not asked"
    there.general.bot_may_write = True
    await there.says("two", there.general, mention=True)
    assert there.general.last.text == WHOLE


@pytest.mark.parametrize("row", ["p18", "p31"])
async def test_p18_p31_a_place_that_is_shut_during_the_answer_takes_one_try_and_no_more(there: Club, row: str) -> None:
    thread = there.general.thread("Talk", by=there.ann.user)
    held = Held()
    there.openai.script(held.step)
    await there.ann.says(thread, "one", mention=True)
    await thread.wait_for("some words")
    before = len(there.discord.calls)
    if row == "p18":
        there.discord.archives(thread, locked=True)
    else:
        thread.bot_may_see = there.general.bot_may_see = False
    held.on()
    await there.settle()
    assert 1 <= len([call for call in there.discord.calls[before:] if call.name == "edit message"]) <= 2
    assert not await there.store.unfinished_replies()
