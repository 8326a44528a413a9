"""The whole house in one process: the real SDKs against a loopback Telegram and a loopback model, on a real database file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.limiter import Limits
from adapters.telegram.options import TelegramOptions
from bot.clock import SystemClock
from bot.models.openai import Deadlines, OpenAIModel
from bot.models.reader import Limits as ReadingLimits
from bot.policy import Policy
from bot.ports import Clock, Model, Store
from bot.sessions.dispatcher import Dispatcher
from bot.supervisor import Outcome, Restarts, keep
from storage.sqlite.store import SqliteStore
from tests.fakes.openai_script import DONE, ROLE, Raw, chunk
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.chats import Chat, Topic
from tests.fakes.telegram.people import Person

LIMITS = Limits(
    rate=10_000, burst=10_000, private_rate=1000, private_burst=1000, group_count=1000, private_interval=0.05, group_interval=0.1
)
"""So wide that no test waits for them; the limits have tests of their own."""
POLICY = Policy(model="fake-1", titles=False, rate=1000)
KEY = "sk-canary-0123456789"
WHOLE = "some words and then some more of them"


class QuickClock:
    """The wall's time, `speed` times as fast from when it was made; given to several lives it goes on from one to the next."""

    def __init__(self, speed: float = 100.0) -> None:
        self.speed = speed
        self.skipped = 0.0
        self._began, self._start = datetime.now(UTC), time.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._start) * self.speed + self.skipped

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self.speed)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a house may have otherwise: the core's clock, the adapter's and the model's (for the dates that servers name), how long the
    model is waited for and read, and what stands between the core and its store and its model."""

    policy: Policy = POLICY
    clock: Clock = field(default_factory=SystemClock)
    outside: Clock = field(default_factory=SystemClock)
    dates: Clock = field(default_factory=SystemClock)
    limits: Limits = LIMITS
    poll_grace: float = 20.0
    call_timeout: float = 20.0
    deadlines: Deadlines = field(default_factory=Deadlines)
    reading: ReadingLimits = field(default_factory=ReadingLimits)
    storing: Callable[[SqliteStore], Store] = lambda store: store
    answering: Callable[[Model], Model] = lambda model: model


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
    receiving: asyncio.Task[Outcome]

    async def settle(self, place: Chat | Topic | None = None) -> None:
        """Waits until what was sent has been fetched, decided, answered and shown."""
        async with asyncio.timeout(20):
            while self.telegram.updates.waiting:
                await asyncio.sleep(0.01)
            await self.core.idle()


class Held:
    """An answer whose first words stand until it is let on."""

    def __init__(self) -> None:
        self._on = asyncio.Event()
        rest = (chunk("and then "), chunk("some more of them"), chunk({}, "stop"), DONE)
        self.step = Raw((ROLE, chunk("some words "), self._on, *rest))

    def on(self) -> None:
        self._on.set()


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Looks every few milliseconds; TimeoutError when it does not become true in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def parley(path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan | None = None) -> AsyncIterator[House]:
    """One life of Parley on the database at `path`."""
    plan = plan or Plan()
    store = await SqliteStore.open(path)
    options = TelegramOptions(
        telegram.token,
        telegram.url,
        lock_folder=str(path.parent),
        poll_timeout=2,
        poll_grace=plan.poll_grace,
        call_timeout=plan.call_timeout,
    )
    adapter = TelegramAdapter(options, plan.outside, plan.limits)
    model = OpenAIModel(KEY, openai.base_url, {}, plan.deadlines, clock=plan.dates, limits=plan.reading)
    core = Dispatcher(plan.storing(store), plan.answering(model), {"telegram": adapter}, plan.policy, plan.clock)
    await core.start()
    receiving = asyncio.create_task(keep(adapter, core, plan.clock, Restarts(path.with_name("restarts.json"))))
    ann = telegram.person(1001, "Ann")
    try:
        yield House(telegram, openai, core, store, adapter, ann, telegram.private_chat(ann), receiving)
    finally:
        receiving.cancel()
        await asyncio.wait({receiving})
        await core.stop()
        await adapter.close()
        await model.close()
        await store.close()
