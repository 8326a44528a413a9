"""Polling against the loopback Bot API: what is acknowledged when, and what happens when Telegram or the storage fails."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from pathlib import Path

import pytest

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.options import TelegramOptions
from bot.errors import AdapterError, SecondInstance, SettingsError, TokenRefused
from bot.events import CommandInvoked, Event, MessageReceived
from bot.token_lock import token_lock
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.updates import Webhook
from tests.telegram.rig import FastClock, ListCore, options_for, running, until


def texts(core: ListCore) -> list[str]:
    return [event.text for event in core.events if isinstance(event, MessageReceived)]


async def test_what_waited_is_accepted_in_order_and_then_the_core_is_told(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        chat = fake.private_chat(ann)
        for number in range(250):
            await ann.says(chat, f"message {number}")
        core = ListCore()
        told_after: list[int] = []
        core.before_accept = lambda event: told_after.append(len(core.caught))
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            await until(lambda: core.caught)
            assert texts(core) == [f"message {number}" for number in range(250)]
            assert not any(told_after)
            await until(lambda: len(fake.updates.confirmed) == 250)


async def test_p9_an_update_is_confirmed_only_after_it_is_stored(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        chat = fake.private_chat(ann)
        core, confirmed = ListCore(), list[int]()
        core.before_accept = lambda event: confirmed.append(len(fake.updates.confirmed))
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            for number in range(5):
                await ann.says(chat, f"{number}")
                await until(lambda count=number + 1: len(core.events) == count)
            await until(lambda: len(fake.updates.confirmed) == 5)
        assert confirmed == [0, 1, 2, 3, 4]


async def test_s1_while_the_storage_fails_nothing_is_confirmed_and_nothing_skipped(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        chat = fake.private_chat(ann)
        for word in ("one", "two"):
            await ann.says(chat, word)
        core, clock, confirmed = ListCore(failures=6), FastClock(), list[int]()
        core.before_accept = lambda event: confirmed.append(len(fake.updates.confirmed))
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), clock), core):
            await until(lambda: len(core.events) == 2)
        assert texts(core) == ["one", "two"]
        assert core.attempts == 8
        assert not any(confirmed)
        assert max(clock.slept) > 5.0


async def test_p9_a_cancelled_adapter_confirms_nothing_more(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        chat = fake.private_chat(ann)
        await ann.says(chat, "one")
        core = ListCore(failures=10**6)
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            await until(lambda: core.attempts)
        assert fake.updates.confirmed == []
        again = ListCore()
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), again):
            await until(lambda: again.events)
        assert texts(again) == ["one"]


async def test_p8_an_update_that_comes_twice_has_the_same_key(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        await ann.says(fake.private_chat(ann), "once")
        fake.updates.repeat(fake.updates.waiting[0])
        core = ListCore()
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            await until(lambda: len(core.events) == 2)
        assert core.events[0] == core.events[1]


async def test_p10_what_came_while_we_were_down_is_not_dropped(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        await ann.says(fake.private_chat(ann), "while down")
        core = ListCore()
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            await until(lambda: core.events)
        assert texts(core) == ["while down"]
        assert not any(call.params.get("drop_pending_updates") for call in fake.calls)
        allowed = fake.calls_of("getUpdates")[0].params["allowed_updates"]
        assert fake.calls_of("getUpdates")[0].params["timeout"] == 0
        assert allowed == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_after_silence_the_offset_is_dropped_since_ids_may_begin_anew(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        chat = fake.private_chat(ann)
        await ann.says(chat, "before")
        core = ListCore()
        async with running(TelegramAdapter(options_for(fake, str(tmp_path), poll_timeout=0), FastClock()), core):
            await until(lambda: fake.updates.confirmed)
            await until(lambda: fake.calls_of("getUpdates")[-1].params.get("offset") is None)
            fake.updates.next_id = 555
            await ann.says(chat, "after a week")
            await until(lambda: len(core.events) == 2)
            await until(lambda: 555 in fake.updates.confirmed)


@pytest.mark.parametrize(
    "raw",
    [
        {"update_id": 5, "message": {"text": "no chat, no id"}},
        {"update_id": 5, "message": 7},
        {"update_id": 5, "message": {"message_id": 1, "date": "soon", "chat": {"id": 1, "type": "private"}, "text": "x"}},
        {"update_id": 5, "callback_query": {"id": "1"}},
        {"update_id": 5},
    ],
)
async def test_p22_an_unreadable_update_is_left_out_and_stops_nobody(
    raw: dict[str, object], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        chat = fake.private_chat(ann)
        fake.updates.next_id = 6
        fake.updates.repeat(raw)
        await ann.says(chat, "still there?")
        core = ListCore()
        with caplog.at_level(logging.DEBUG):
            async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
                await until(lambda: core.events)
                await until(lambda: len(fake.updates.confirmed) == 2)
        assert texts(core) == ["still there?"]
        assert "no chat, no id" not in caplog.text


async def test_p37_without_a_network_at_start_it_goes_on_trying(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    clock, core = FastClock(), ListCore()
    options = TelegramOptions(token="1:x", api_url=f"http://127.0.0.1:{port}", lock_folder=str(tmp_path), poll_timeout=1)
    async with running(TelegramAdapter(options, clock), core) as task:
        await until(lambda: len(clock.slept) >= 5)
        assert not task.done()
        async with FakeTelegram(port=port, token="1:x"):
            await until(lambda: core.caught)
    assert clock.slept == sorted(clock.slept) or max(clock.slept) <= 30.0


@pytest.mark.parametrize("fault", [{"error": 502, "html": True}, {"error": 500}, {"cut": True}, {"cut": True, "after": True}])
async def test_p4_a_poll_that_fails_loses_nothing(fault: dict[str, object], tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        chat = fake.private_chat(ann)
        core = ListCore()
        fake.faults.add("getUpdates", times=3, **fault)  # type: ignore[arg-type]
        for number in range(3):
            await ann.says(chat, f"{number}")
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            await until(lambda: len(set(core.events)) == 3)
        assert texts(core)[-3:] == ["0", "1", "2"]


async def test_a_flood_of_polls_waits_as_told(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        fake.faults.add("getUpdates", retry_after=7)
        clock, core = FastClock(), ListCore()
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), clock), core):
            await until(lambda: core.caught)
        assert 7.0 in clock.slept


async def test_p6_a_silent_connection_is_made_anew(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        ann = fake.person(1001, "Ann")
        await ann.says(fake.private_chat(ann), "anybody?")
        fake.faults.add("getUpdates", hang=True, times=2)
        core = ListCore()
        adapter = TelegramAdapter(options_for(fake, str(tmp_path), poll_timeout=0, poll_grace=0.1), FastClock())
        async with running(adapter, core):
            await until(lambda: adapter._polls._session)
            deaf = adapter._polls._session
            await until(lambda: core.events)
            assert adapter._polls._session is not deaf
            assert adapter.heard_at is not None


async def test_p6_three_times_deaf_ends_the_adapter(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        fake.faults.add("getUpdates", hang=True, times=None)
        adapter = TelegramAdapter(options_for(fake, str(tmp_path), poll_timeout=0, poll_grace=0.05), FastClock())
        with pytest.raises(AdapterError, match="not heard of"):
            await asyncio.wait_for(adapter.run(ListCore()), 5.0)
        await adapter.close()


async def test_p7_a_refused_token_ends_the_adapter(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        options = options_for(fake, str(tmp_path), token="123:wrong")
        adapter = TelegramAdapter(options, FastClock())
        with pytest.raises(TokenRefused) as refused:
            await asyncio.wait_for(adapter.run(ListCore()), 5.0)
        assert "wrong" not in str(refused.value)
        await adapter.close()


async def test_p7_a_token_revoked_while_polling_ends_the_adapter(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        fake.faults.add("getUpdates", error=401, skip=1)
        adapter = TelegramAdapter(options_for(fake, str(tmp_path), poll_timeout=0), FastClock())
        with pytest.raises(TokenRefused):
            await asyncio.wait_for(adapter.run(ListCore()), 5.0)
        await adapter.close()


async def test_p20_when_two_poll_the_younger_ends(tmp_path: Path) -> None:
    class Old(FastClock):
        """A clock by which the first process has been there for long."""

        started = False

        def monotonic(self) -> float:
            return super().monotonic() + (1000.0 if self.started else 0.0)

    async with FakeTelegram() as fake:
        old_clock, core = Old(), ListCore()
        older = TelegramAdapter(options_for(fake, str(tmp_path), lock_folder=str(tmp_path / "a")), old_clock)
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        async with running(older, core) as task:
            await until(lambda: core.caught)
            old_clock.started = True
            younger = TelegramAdapter(options_for(fake, str(tmp_path), lock_folder=str(tmp_path / "b")), FastClock())
            with pytest.raises(SecondInstance):
                await asyncio.wait_for(younger.run(ListCore()), 10.0)
            await younger.close()
            assert not task.done()
            ann = fake.person(1001, "Ann")
            await ann.says(fake.private_chat(ann), "who is there?")
            await until(lambda: core.events)


async def test_p20_one_conflict_passes(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        fake.faults.add("getUpdates", error=409, times=2)
        core = ListCore()
        async with running(TelegramAdapter(options_for(fake, str(tmp_path)), FastClock()), core):
            await until(lambda: core.caught)


async def test_p20_the_token_is_locked_on_this_machine(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        options = options_for(fake, str(tmp_path))
        with token_lock("telegram", options.token, str(tmp_path)):
            adapter = TelegramAdapter(options, FastClock())
            with pytest.raises(SecondInstance, match="this machine"):
                await adapter.run(ListCore())
            await adapter.close()
        assert fake.calls == []
        assert all("TEST" not in name for name in os.listdir(tmp_path))
        with token_lock("telegram", options.token, str(tmp_path)), token_lock("telegram", "1:other", str(tmp_path)):
            pass


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
