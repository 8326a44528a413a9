"""Rows P of the list of faults that need more than one chat, call or process on Telegram."""

from __future__ import annotations

import asyncio
import io
import socket
import sqlite3
from dataclasses import replace
from pathlib import Path

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.options import TelegramOptions
from bot.replies.texts import WAITING
from tests.fakes.openai_script import ROLE, Raw
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import Call, FakeTelegram
from tests.whole.house import LIMITS, WHOLE, Held, House, Plan, QuickClock, parley, until
from tests.whole.plan import living


def is_final(call: Call) -> bool:
    return WAITING not in call.params["text"]


def writes_to(telegram: FakeTelegram, chat_id: int) -> list[Call]:
    written = [call for call in telegram.calls if call.method in ("sendMessage", "editMessageText", "sendChatAction")]
    return [call for call in written if int(call.params["chat_id"]) == chat_id]


async def test_p1_p2_a_closed_chat_is_left_alone_by_all_its_sessions_and_the_others_go_on(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    clock = QuickClock(speed=100)
    async with parley(tmp_path / "parley.db", telegram, openai, Plan(clock=clock, outside=clock)) as house:
        await house.ann.says(house.chat, "zero")
        await house.settle()
        bob = telegram.person(2000, "Bob")
        other = telegram.private_chat(bob)
        telegram.faults.add("editMessageText", retry_after=137, when=is_final)
        await house.ann.says(house.chat, "one")
        await until(lambda: any(call.code == 429 for call in telegram.calls))
        await house.ann.says(house.chat, "/new")
        await house.ann.says(house.chat, "two")
        await bob.says(other, "three")
        await other.wait_for("You said: three")
        await house.settle()
    assert house.chat.texts[1] == "You said: one"
    assert "You said: two" in house.chat.texts
    calls = writes_to(telegram, house.chat.id)
    refused = next(call for call in calls if call.code == 429)
    assert calls[calls.index(refused) + 1].at - refused.at >= 136 / 100
    assert max(call.at for call in writes_to(telegram, other.id)) - refused.at < 136 / 100


async def test_p2_no_preview_goes_to_a_closed_chat_after_a_restart_either(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    """The limits are forgotten with the process; that the final text has to wait is stored."""
    clock = QuickClock(speed=100)
    plan = Plan(clock=clock, outside=clock)
    async with parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        await house.ann.says(house.chat, "zero")
        await house.settle()
        telegram.faults.add("editMessageText", retry_after=137, when=is_final)
        await house.ann.says(house.chat, "one")
        await until(lambda: any(call.code == 429 for call in telegram.calls))
        await asyncio.sleep(0.05)
        chat, ann = house.chat, house.ann
    await ann.says(chat, "/new")
    await ann.says(chat, "two")
    held = Held()
    openai.script(held.step)
    async with parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        await until(lambda: openai.streams)
        await chat.wait_for("some words")
        held.on()
        await house.settle()
    calls = writes_to(telegram, chat.id)
    refused = next(call for call in calls if call.code == 429)
    early = [call for call in calls[calls.index(refused) + 1 :] if call.at - refused.at < 136 / 100]
    shown = [call.params.get("text", "typing") for call in early]
    assert [text for text in shown if text == "typing" or text.startswith(("some words", WAITING))] == []
    assert {"You said: one", WHOLE} <= set(chat.texts)


async def test_p6_the_connection_that_is_deaf_is_noticed_and_made_anew_in_time(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan, logged: io.StringIO
) -> None:
    """One silence is enough for a new connection; with its own figures that takes a minute and ten seconds."""
    options = TelegramOptions(token="1:x")
    assert options.poll_timeout + options.poll_grace <= 90
    async with parley(tmp_path / "parley.db", telegram, openai, replace(plan, poll_grace=0.1)) as house:
        telegram.faults.add("getUpdates", hang=True)
        await house.ann.says(house.chat, "one")  # the poll that waits already brings it, and the next one hangs
        await house.chat.wait_for("You said: one")
        await house.ann.says(house.chat, "two")
        await until(lambda: house.chat.texts == ["You said: one", "You said: two"])
        assert len(telegram.calls_of("getMe")) == 1, "the adapter need not be started anew for that"
        assert house.adapter.heard_at is not None
    assert "no answer to getUpdates, 1 of 3" in logged.getvalue()
    assert "2 of 3" not in logged.getvalue()


async def test_p13_a_repeated_edit_that_changes_nothing_is_success(house: House, logged: io.StringIO) -> None:
    fault = house.telegram.faults.add("editMessageText", error=502, after=True, when=is_final)
    await house.ann.says(house.chat, "one")
    await house.settle()
    assert fault.hits == 1
    edits = [call for call in house.telegram.calls_of("editMessageText") if is_final(call)]
    assert [call.code for call in edits[:2]] == [502, 400]
    assert "not modified" in edits[1].refused
    assert len(edits) == 2
    assert house.chat.texts == ["You said: one"]
    assert not await house.store.unfinished_replies()
    assert "WARNING" not in logged.getvalue()


async def test_p20_of_two_machines_with_one_token_the_younger_ends_with_one_line(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, logged: io.StringIO
) -> None:
    """No lock reaches from one machine to another, but Telegram says that there are two."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = QuickClock(), QuickClock()
    async with parley(tmp_path / "a" / "parley.db", telegram, openai, Plan(clock=first, outside=first)) as older:
        await older.ann.says(older.chat, "one")
        await older.settle()
        first.skipped += 300
        async with parley(tmp_path / "b" / "parley.db", telegram, openai, Plan(clock=second, outside=second)) as younger:
            await until(younger.receiving.done, 15)
            assert younger.receiving.result() == "refused"
        assert not older.receiving.done()
        await older.ann.says(older.chat, "two")
        await older.chat.wait_for("You said: two")
        await older.settle()
        assert older.chat.texts == ["You said: one", "You said: two"]
    lines = [line for line in logged.getvalue().splitlines() if "stays down" in line]
    assert lines == ["telegram stays down: another process receives updates with the same Telegram token (409)"]


async def test_p21_a_post_is_confirmed_as_soon_as_it_is_stored_and_long_before_it_is_answered(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    plan = Plan()
    options = TelegramOptions(
        telegram.token,
        telegram.url,
        webhook_url=f"http://127.0.0.1:{port}/hook",
        webhook_secret="s" * 32,
        webhook_port=port,
        lock_folder=str(tmp_path),
    )
    openai.always = lambda body: Raw((ROLE,), end="hang")
    ann, times = telegram.person(1001, "Ann"), list[float]()
    chat = telegram.private_chat(ann)
    async with living(tmp_path / "parley.db", openai, [TelegramAdapter(options, plan.outside, LIMITS)], plan) as life:
        await until(lambda: telegram.updates.webhook)
        for number in range(20):
            begun = asyncio.get_running_loop().time()
            await ann.says(chat, f"m{number}")
            async with asyncio.timeout(60):
                while len(telegram.updates.confirmed) <= number:
                    await asyncio.sleep(0)
            times.append(asyncio.get_running_loop().time() - begun)
        assert await life.store.owing_sessions(), "nothing is answered yet"
    assert min(times) < 0.2, times  # seconds: some 0.01, and where twenty others want the processor, the quickest took 0.1
    with sqlite3.connect(tmp_path / "parley.db") as database:
        assert database.execute("SELECT count(*) FROM messages WHERE role = 'user'").fetchone() == (20,)
