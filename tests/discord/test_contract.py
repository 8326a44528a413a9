"""The contract that every adapter keeps, kept by Discord's."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.places import place_of
from bot.events import Event
from tests.contracts.adapter_contract import AdapterContract
from tests.discord.rig import options_for
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import FastClock, ListCore, running, until


class DiscordBench:
    """A channel on the loopback server."""

    def __init__(self, fake: FakeDiscord, adapter: DiscordAdapter) -> None:
        self.fake = fake
        self.adapter = adapter
        self.ann = fake.person(1001, "Ann")
        self.channel = fake.guild("Club", self.ann).channel("general")
        self.place = place_of(self.channel.id)
        self.core = ListCore()
        self.runs = contextlib.AsyncExitStack()

    async def shown(self) -> Sequence[str]:
        return [message.text for message in self.channel.from_bot]

    async def labels(self) -> Sequence[str]:
        return self.channel.from_bot[-1].labels()

    async def remove_newest(self) -> None:
        self.fake.remove(self.channel.from_bot[-1])

    async def close_place(self) -> None:
        self.channel.bot_may_write = False

    async def refuse_next(self, seconds: int) -> None:
        self.fake.faults.add("create message", retry_after=float(seconds))

    async def lose_next_answer(self) -> None:
        self.fake.faults.add("create message", cut=True, after=True)

    async def slow_next_edit(self, seconds: float) -> None:
        self.fake.faults.add("edit message", slow=seconds)

    async def say(self, text: str) -> Event:
        if not self.core.caught:
            await self.runs.enter_async_context(running(self.adapter, self.core))
            await until(lambda: self.core.caught)
        already = len(self.core.events)
        await self.ann.says(self.channel, text, mention=True)
        await until(lambda: len(self.core.events) > already)
        return self.core.events[-1]


class TestDiscord(AdapterContract):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[DiscordBench]:
        async with FakeDiscord() as fake:
            bench = DiscordBench(fake, DiscordAdapter(options_for(fake, tmp_path), FastClock()))
            async with bench.runs:
                yield bench
            await bench.adapter.close()
            assert fake.violations == []
