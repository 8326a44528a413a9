"""What a house of the tests is made of: its clocks, its plan, its core on a real database file, and how to wait for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from adapters.telegram.limiter import Limits
from bot.clock import SystemClock
from bot.models.openai import OpenAIModel
from bot.models.patience import Deadlines
from bot.models.reader import Limits as ReadingLimits
from bot.models.steady import SteadyModel
from bot.policy import Policy
from bot.ports import Adapter, AnswerStream, ChatMessage, Clock, Model, ModelOptions
from bot.sessions.dispatcher import Dispatcher
from bot.store import Store
from bot.supervisor import Outcome, Restarts, keep
from storage.sqlite.store import SqliteStore
from tests.fakes.openai_script import DONE, ROLE, Raw, chunk
from tests.fakes.openai_server import FakeOpenAI
from tests.models.conftest import AMPLE

LIMITS = Limits(
    rate=10_000, burst=10_000, private_rate=1000, private_burst=1000, group_count=1000, private_interval=0.05, group_interval=0.1
)
"""So wide that no test waits for them; the limits have tests of their own."""
POLICY = Policy(model="fake-1", titles=False, rate=1000)
KEY = "sk-canary-0123456789"
WHOLE = "some words and then some more of them"
LONGEST = 60.0
"""Seconds of the wall after which a test gives up waiting for what was to come: no measure of anything."""


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


class HastyClock(QuickClock):
    """Waits are short, and dates are those of the wall: for servers that look at dates, as Discord does at those in its ids."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.skipped)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a house may have otherwise: the core's clock, the adapter's and the model's (for the dates that servers name), how long the
    model is waited for (by what is said to it) and read, which other one steps in, what stands between the core and its store and its
    model, and what only Discord has."""

    policy: Policy = POLICY
    clock: Clock = field(default_factory=SystemClock)
    outside: Clock = field(default_factory=SystemClock)
    dates: Clock = field(default_factory=SystemClock)
    limits: Limits = LIMITS
    poll_grace: float = 20.0
    call_timeout: float = 20.0
    deadlines: Callable[[Sequence[ChatMessage]], Deadlines] = lambda messages: AMPLE
    reading: ReadingLimits = field(default_factory=ReadingLimits)
    storing: Callable[[SqliteStore], Store] = lambda store: store
    fallback: str = ""
    answering: Callable[[Model], Model] = lambda model: model
    threads: frozenset[str] = frozenset()
    watch_interval: float = 30.0


class Waiting:
    """A model that is waited for as long as each call says: one for each of the deadlines, so that short ones end only what is to be
    ended by them, and no answer that is slow because its machine is."""

    def __init__(self, made: Callable[[Deadlines], OpenAIModel], deadlines: Callable[[Sequence[ChatMessage]], Deadlines]) -> None:
        self._made, self._deadlines = made, deadlines
        self._models: dict[Deadlines, OpenAIModel] = {}

    def _for(self, deadlines: Deadlines) -> OpenAIModel:
        if deadlines not in self._models:
            self._models[deadlines] = self._made(deadlines)
        return self._models[deadlines]

    def stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AnswerStream:
        return self._for(self._deadlines(messages)).stream(messages, options)

    async def prepare(self) -> object:
        return await self._for(AMPLE).prepare()

    async def check(self) -> str:
        return await self._for(AMPLE).check()

    async def close(self) -> None:
        for model in self._models.values():
            await model.close()


class Held:
    """An answer whose first words stand until it is let on."""

    def __init__(self) -> None:
        self._on = asyncio.Event()
        rest = (chunk("and then "), chunk("some more of them"), chunk({}, "stop"), DONE)
        self.step = Raw((ROLE, chunk("some words "), self._on, *rest))

    def on(self) -> None:
        self._on.set()


async def until(condition: Callable[[], object], seconds: float = LONGEST) -> None:
    """Looks every few milliseconds; TimeoutError when it does not become true in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


@dataclass(slots=True)
class Life:
    """A running core and the platforms that it runs on, by name."""

    core: Dispatcher
    store: SqliteStore
    receiving: dict[str, asyncio.Task[Outcome]]


@asynccontextmanager
async def living(path: Path, openai: FakeOpenAI, adapters: Sequence[Adapter], plan: Plan) -> AsyncIterator[Life]:
    """One life of Parley on the database at `path`, with these platforms; it ends as it does at SIGTERM."""
    store = await SqliteStore.open(path)
    server = partial(OpenAIModel, KEY, openai.base_url, {}, clock=plan.dates, limits=plan.reading)
    model = SteadyModel(Waiting(server, plan.deadlines), plan.clock, plan.fallback)
    by_name = {adapter.platform: adapter for adapter in adapters}
    core = Dispatcher(plan.storing(store), plan.answering(model), by_name, plan.policy, plan.clock)
    await core.start()
    restarts = Restarts(path.with_name("restarts.json"))
    receiving = {name: asyncio.create_task(keep(adapter, core, plan.clock, restarts)) for name, adapter in by_name.items()}
    try:
        yield Life(core, store, receiving)
    finally:
        for task in receiving.values():
            task.cancel()
        await asyncio.wait(receiving.values())
        await core.stop()
        for adapter in adapters:
            await adapter.close()
        await model.close()
        await store.close()
