"""The contract that every adapter keeps, kept by Telegram's."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from adapters.telegram.adapter import TelegramAdapter
from bot.events import Event, Place
from tests.contracts.adapter_contract import AdapterContract
from tests.fakes.rig import FastClock, ListCore, running, until
from tests.fakes.telegram import FakeTelegram
from tests.telegram.rig import PLENTY, options_for


class TelegramBench:
    """A private chat on the loopback server."""

    def __init__(self, fake: FakeTelegram, adapter: TelegramAdapter) -> None:
        self.fake = fake
        self.adapter = adapter
        self.ann = fake.person(1001, "Ann")
        self.chat = fake.private_chat(self.ann)
        self.place = Place("telegram", "1001")
        self.core = ListCore()
        self.runs = contextlib.AsyncExitStack()

    async def shown(self) -> Sequence[str]:
        return self.chat.texts

    async def labels(self) -> Sequence[str]:
        return self.chat.last.labels()

    async def remove_newest(self) -> None:
        await self.ann.deletes(self.chat.last)

    async def close_place(self) -> None:
        await self.ann.blocks(self.chat)

    async def refuse_next(self, seconds: int) -> None:
        self.fake.faults.add("sendMessage", retry_after=seconds)

    async def lose_next_answer(self) -> None:
        self.fake.faults.add("sendMessage", cut=True, after=True)

    async def slow_next_edit(self, seconds: float) -> None:
        self.fake.faults.add("editMessageText", slow=seconds)

    async def say(self, text: str) -> Event:
        if not self.core.caught:
            await self.runs.enter_async_context(running(self.adapter, self.core))
        already = len(self.core.events)
        await self.ann.says(self.chat, text)
        await until(lambda: len(self.core.events) > already)
        return self.core.events[-1]


class TestTelegram(AdapterContract):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[TelegramBench]:
        async with FakeTelegram() as fake:
            bench = TelegramBench(fake, TelegramAdapter(options_for(fake, str(tmp_path)), FastClock(), PLENTY))
            async with bench.runs:
                yield bench
            await bench.adapter.close()
