"""Polling where the network, Telegram, the token or a second poller gets in its way."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.options import TelegramOptions
from bot.errors import AdapterError, SecondInstance, TokenRefused
from bot.events import MessageReceived
from bot.token_lock import token_lock
from tests.fakes.rig import FastClock, ListCore, running, until
from tests.fakes.telegram import FakeTelegram
from tests.telegram.rig import options_for


def texts(core: ListCore) -> list[str]:
    return [event.text for event in core.events if isinstance(event, MessageReceived)]


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
    assert clock.slept[0] < clock.slept[4] <= max(clock.slept) <= 30.0, "it asks less and less often"


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
