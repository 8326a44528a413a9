"""The whole house in one process: the real SDKs against a loopback Telegram and a loopback model, on a real database file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.limiter import Limits
from adapters.telegram.options import TelegramOptions
from bot.clock import SystemClock
from bot.models.openai import Deadlines, OpenAIModel
from bot.policy import Policy
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.chats import Chat, Topic
from tests.fakes.telegram.people import Person

LIMITS = Limits(
    rate=10_000, burst=10_000, private_rate=1000, private_burst=1000, group_count=1000, private_interval=0.05, group_interval=0.1
)
"""So wide that no test waits for them; the limits have tests of their own."""
POLICY = Policy(model="fake-1", titles=False, rate=1000)


@dataclass(slots=True)
class House:
    """What a test talks to: people and their chats, the model's server, and the parts of Parley."""

    telegram: FakeTelegram
    openai: FakeOpenAI
    core: Dispatcher
    store: SqliteStore
    adapter: TelegramAdapter
    ann: Person
    chat: Chat

    async def settle(self, place: Chat | Topic | None = None) -> None:
        """Waits until what was sent has been fetched, decided, answered and shown."""
        async with asyncio.timeout(20):
            while self.telegram.updates.waiting:
                await asyncio.sleep(0.01)
            await self.core.idle()


@asynccontextmanager
async def parley(path: Path, telegram: FakeTelegram, openai: FakeOpenAI, policy: Policy = POLICY) -> AsyncIterator[House]:
    """One life of Parley on the database at `path`."""
    clock = SystemClock()
    store = await SqliteStore.open(path)
    options = TelegramOptions(telegram.token, telegram.url, lock_folder=str(path.parent), poll_timeout=2)
    adapter = TelegramAdapter(options, clock, LIMITS)
    model = OpenAIModel("sk-test", openai.base_url, {}, Deadlines(), clock=clock)
    core = Dispatcher(store, model, {"telegram": adapter}, policy, clock)
    await core.start()
    receiving = asyncio.create_task(adapter.run(core))
    ann = telegram.person(1001, "Ann")
    try:
        yield House(telegram, openai, core, store, adapter, ann, telegram.private_chat(ann))
    finally:
        receiving.cancel()
        await asyncio.wait({receiving})
        await core.stop()
        await adapter.close()
        await model.close()
        await store.close()
