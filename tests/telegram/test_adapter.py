"""What the adapter does beside polling: the start, its settings, the log, presses, the rights of people, the menu of commands."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.options import TelegramOptions
from bot.errors import SettingsError
from bot.events import CommandInvoked, Event
from tests.fakes.rig import FastClock, ListCore, running, until
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.updates import Webhook
from tests.telegram.rig import options_for


async def test_a_webhook_from_before_is_taken_away_and_its_updates_kept(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        chat = fake.private_chat(ann)
        await fake.updates.set_webhook(Webhook("http://127.0.0.1:9/gone"))
        await ann.says(chat, "kept")
        core = ListCore()
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            await until(lambda: core.events)
        (call,) = fake.calls_of("deleteWebhook")
        assert not call.params.get("drop_pending_updates")


async def test_x7_no_token_and_no_words_in_logs_or_errors(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        await ann.says(fake.private_chat(ann), "canary words")
        options = options_for(fake, str(tmp_path))
        fake.faults.add("getUpdates", cut=True, times=2)
        fake.faults.add("getUpdates", error=500, html=True)
        core = ListCore(failures=2)
        with caplog.at_level(logging.DEBUG):
            adapter = TelegramAdapter(options, FastClock())
            async with running(adapter, core):
                await until(lambda: core.events)
        assert "token-that-opens" not in caplog.text + repr(options) + repr(adapter)
        assert "canary" not in caplog.text


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (TelegramOptions(token="nonsense"), "BotFather"),
        (TelegramOptions(token="1:x", webhook_url="https://a.example/hook", webhook_secret="x" * 31), "32 to 256"),
        (TelegramOptions(token="1:x", webhook_url="http://a.example/hook", webhook_secret="x" * 32), "https://"),
    ],
)
def test_x6_wrong_settings_are_named_before_anything_starts(options: TelegramOptions, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        TelegramAdapter(options, FastClock())


async def test_a_press_is_answered_at_once_with_the_line_of_the_core(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        chat = fake.private_chat(ann)
        said = await ann.says(chat, "x")
        core = ListCore(line="Not yours. " + "x" * 300)
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            press = await ann.presses_data(said, "retry #7f3a")
            assert await press.answer() == ("Not yours. " + "x" * 300)[:200]
            assert not press.alert
            pressed: Event = core.events[-1]
            assert isinstance(pressed, CommandInvoked)
            assert (pressed.name, pressed.args, pressed.pressed) == ("retry", "#7f3a", True)


async def test_a_press_whose_answer_fails_is_accepted_all_the_same(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        chat = fake.private_chat(ann)
        said = await ann.says(chat, "x")
        fake.faults.add("answerCallbackQuery", error=400, description="Bad Request: query is too old")
        core = ListCore()
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            await ann.presses_data(said, "stop")
            await ann.says(chat, "y")
            await until(lambda: len(core.events) == 3)


async def test_who_administers_a_group_is_asked_in_the_background(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann, bob = fake.person(1001, "Ann"), fake.person(1002, "Bob")
        group = fake.group("Friends", bob, admins=[ann])
        core = ListCore()
        fake.faults.add("getChatAdministrators", slow=0.1)
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            await ann.says(group, "/end")
            await until(lambda: core.events)
            assert core.events[0].author.is_admin is False  # type: ignore[union-attr]
            await until(lambda: fake.calls_of("getChatAdministrators"))
            await asyncio.sleep(0.2)
            await ann.says(group, "/end")
            await bob.says(group, "/end")
            await until(lambda: len(core.events) == 3)
        assert [event.author.is_admin for event in core.events if isinstance(event, CommandInvoked)] == [False, True, False]
        assert len(fake.calls_of("getChatAdministrators")) == 1


async def test_the_menu_is_set_once_and_its_failure_stops_nothing(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        for _ in range(2):
            core = ListCore()
            async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
                await until(lambda caught=core.caught: caught and len(fake.commands) == 2)
                await asyncio.sleep(0.05)
        assert len(fake.calls_of("setMyCommands")) == 2
        listed = next(iter(fake.commands.values()))
        assert [command["command"] for command in listed][:3] == ["ask", "new", "history"]
        assert "version" not in {command["command"] for command in listed}
        fake.faults.add("getMyCommands", error=500, times=None)
        core = ListCore()
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            await until(lambda: core.caught)
