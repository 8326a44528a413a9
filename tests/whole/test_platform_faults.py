"""Rows P of the list of faults through the whole house: what Telegram does wrong, and what the people in the chat see of it."""

from __future__ import annotations

import asyncio
import io
import socket
import sqlite3
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bot.replies.texts import WAITING
from tests.fakes.openai_script import ROLE, Raw, Reply
from tests.fakes.openai_server import FakeOpenAI, prompts
from tests.fakes.telegram import Call, FakeTelegram
from tests.fakes.telegram.faults import What
from tests.whole.house import WHOLE, Held, House, Plan, QuickClock, parley, until, writes


def is_final(call: Call) -> bool:
    return WAITING not in call.params["text"]


def is_preview(call: Call) -> bool:
    return not is_final(call)


async def shown_is_stored(house: House) -> bool:
    """Whether the person's chat shows the newest answer as it is stored."""
    found = await house.store.find(house.adapter.private_place(str(house.ann.id)), str(house.ann.id))  # type: ignore[arg-type]
    return found.leaf is not None and found.leaf.text == house.chat.last.text


async def test_p1_p3_refused_previews_cost_only_previews(house: House) -> None:
    fault = house.telegram.faults.add("editMessageText", retry_after=3, times=2, when=is_preview)
    house.openai.script(Reply("some words and then some more words than these", tokens_per_second=25))
    await house.ann.says(house.chat, "one")
    await house.settle()
    assert fault.hits
    assert house.chat.texts == ["some words and then some more words than these"]
    written = [call.params["text"] for call in writes(house.telegram) if not call.refused]
    assert all(one != other for one, other in pairwise(written))


async def test_p2_a_final_text_refused_for_minutes_arrives_after_them_and_after_a_restart(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    clock = QuickClock(speed=300)
    plan = Plan(clock=clock, outside=clock)
    refusal = telegram.faults.add("editMessageText", retry_after=137, when=is_final)
    async with parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        ann, chat = house.ann, house.chat
        await ann.says(chat, "one")
        await until(lambda: refusal.hits)
        await until(lambda: any(call.code == 429 for call in telegram.calls))
        await asyncio.sleep(0.05)
    await ann.says(chat, "two")
    async with parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        await house.settle()
    assert chat.texts == ["You said: one", "You said: two"]
    assert len(openai.requests) == 2, "what is stored is not asked for again"
    refused = next(call for call in telegram.calls if call.code == 429)
    later = next(call for call in writes(telegram)[writes(telegram).index(refused) + 1 :])
    assert later.at - refused.at >= 136 / 300


@pytest.mark.parametrize("what", [What(error=502, after=True), What(cut=True, after=True), What(hang=True, after=True)], ids=str)
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(("method", "speed"), [("sendMessage", 100), ("sendMessage", 10), ("editMessageText", 100)])
async def test_p4_p5_p34_an_effect_without_an_answer_makes_no_second_answer(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, method: str, speed: int, times: int, what: What
) -> None:
    """At the lower speed the answer is whole before any of it is shown."""
    clock = QuickClock(speed)
    patience = 0.25 if "hang" in what else 20.0
    async with parley(tmp_path / "parley.db", telegram, openai, Plan(clock=clock, outside=clock, call_timeout=patience)) as house:
        fault = telegram.faults.add(method, **what)
        fault.times = times
        await house.ann.says(house.chat, "one")
        await house.settle()
        assert fault.hits == times
        *strays, answer = house.chat.texts
        assert answer == "You said: one"
        assert len(strays) == (times if method == "sendMessage" else 0)
        assert all(stray.endswith(WAITING) and "one" not in stray for stray in strays)
        await house.ann.says(house.chat, "two")
        await house.settle()
        assert prompts(openai.requests[-1].body)[1:] == ["one", "You said: one", "two"]


async def test_p6_p7_a_deaf_adapter_is_started_anew_and_hears(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan
) -> None:
    telegram.faults.add("getUpdates", hang=True, times=4)
    async with parley(tmp_path / "parley.db", telegram, openai, replace(plan, poll_grace=0.1)) as house:
        await house.ann.says(house.chat, "anybody?")
        await house.chat.wait_for("You said: anybody?")
        assert len(telegram.calls_of("getMe")) == 2
        assert len(openai.requests) == 1


async def test_p8_an_update_that_comes_twice_is_answered_once(house: House) -> None:
    await house.ann.says(house.chat, "one")
    house.telegram.updates.repeat(house.telegram.updates.log[-1])
    await house.settle()
    house.telegram.updates.repeat(house.telegram.updates.log[-1])
    await house.settle()
    assert house.chat.texts == ["You said: one"]
    assert len(house.openai.requests) == 1


async def test_p9_what_was_confirmed_and_not_answered_is_answered_by_the_next_life(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan
) -> None:
    openai.script(Raw((ROLE,), end="hang"))
    async with parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        ann, chat = house.ann, house.chat
        await ann.says(chat, "one")
        await until(lambda: telegram.updates.confirmed and openai.streams)
    assert not telegram.updates.waiting
    async with parley(tmp_path / "parley.db", telegram, openai, plan):
        await chat.wait_for(lambda chat: chat.texts == ["You said: one"])


async def test_p10_a_backlog_is_answered_oldest_first_and_says_that_it_is_late(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan
) -> None:
    people = [telegram.person(3000 + number, f"P{number}") for number in range(4)]
    chats = [telegram.private_chat(person) for person in people]
    for minutes, person, chat in zip((90, 60, 40, 5), people, chats, strict=True):
        telegram.shift = -60.0 * minutes
        await person.says(chat, f"sent {minutes} minutes ago")
    telegram.shift = 0.0
    async with parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        await house.settle()
    assert [chat.texts for chat in chats[:3]] == [[f"(late)\n\nYou said: sent {minutes} minutes ago"] for minutes in (90, 60, 40)]
    assert chats[3].texts == ["You said: sent 5 minutes ago"]
    with sqlite3.connect(tmp_path / "parley.db") as database:
        rows = database.execute("SELECT text FROM messages WHERE role = 'user' ORDER BY id").fetchall()
    assert rows == [(f"sent {minutes} minutes ago",) for minutes in (90, 60, 40, 5)]


async def test_p12_a_post_deleted_before_the_final_text_is_sent_once_as_a_new_one(house: House) -> None:
    held = Held()
    house.openai.script(held.step)
    await house.ann.says(house.chat, "one")
    await house.ann.deletes(await house.chat.wait_for("some words"))
    held.on()
    await house.settle()
    assert house.chat.texts == [WHOLE]
    await house.ann.presses(house.chat.last, "Retry")
    await house.settle()
    assert house.chat.texts == ["You said: one"]


async def test_p14_refused_formatting_is_shown_plain_and_whole(house: House) -> None:
    no = "Bad Request: can't parse entities: no"
    house.telegram.faults.add("editMessageText", error=400, description=no, when=lambda call: call.params.get("entities"), times=None)
    house.openai.script(Reply("**bold** words", tokens_per_second=100))
    await house.ann.says(house.chat, "one")
    await house.settle()
    assert [(post.text, post.entities) for post in house.chat.from_bot] == [("bold words", [])]
    assert house.chat.last.labels() == ["Retry"]


async def test_p23_p24_after_slow_and_lost_previews_the_chat_shows_what_is_stored(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan
) -> None:
    async with parley(tmp_path / "parley.db", telegram, openai, replace(plan, call_timeout=0.2)) as house:
        telegram.faults.add("editMessageText", slow=0.1, times=2, when=is_preview)
        telegram.faults.add("editMessageText", hang=True, after=True, when=is_preview)
        openai.script(Reply(WHOLE, tokens_per_second=10))
        await house.ann.says(house.chat, "one")
        await house.settle()
        assert house.chat.texts == [WHOLE]
        assert await shown_is_stored(house)
        assert not telegram.faults.active
        house.chat.last.text = "some words …"  # the lost preview arrives at last
        await house.chat.wait_for(WHOLE)


async def test_p35_a_message_edited_while_it_is_answered_is_answered_anew_in_place(house: House) -> None:
    house.openai.script(Held().step)
    asked = await house.ann.says(house.chat, "one")
    answer = await house.chat.wait_for("some words")
    await house.ann.edits(asked, "uno")
    await house.settle()
    assert house.chat.texts == ["You said: uno"]
    assert house.chat.last is answer
    await until(lambda: not house.openai.streams)


async def test_p37_without_a_network_at_the_start_it_comes_when_the_network_does(
    tmp_path: Path, openai: FakeOpenAI, plan: Plan, logged: io.StringIO
) -> None:
    """Meanwhile the log says what is missing, and at last that it is there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    telegram = FakeTelegram(port=port)
    async with parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        await until(lambda: "telegram: getMe failed" in logged.getvalue())
        assert "connected" not in logged.getvalue()
        await house.ann.says(house.chat, "one")
        async with telegram:
            await house.chat.wait_for("You said: one")
    assert logged.getvalue().count("telegram: connected as @parley_bot") == 1
