"""Polling against the loopback Bot API: what is acknowledged when, and what the storage or an update that cannot be read changes."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from adapters.telegram.adapter import TelegramAdapter
from bot.events import MessageReceived
from tests.fakes.rig import FastClock, ListCore, running, until
from tests.fakes.telegram import FakeTelegram
from tests.telegram.rig import options_for


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
