"""What the tests of the models share: a server, a model against it, deadlines for each fault, and a way to read an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bot.errors import ModelError
from bot.messages import Usage
from bot.models.openai import OpenAIModel
from bot.models.patience import Deadlines
from bot.models.reader import Limits
from bot.ports import ChatMessage, Finish, Model, ModelOptions, TextDelta
from tests.fakes.openai_faults import Fault
from tests.fakes.openai_server import FakeOpenAI

KEY = "sk-canary-0123456789"
AMPLE = Deadlines(connect=60.0, first_token=600.0, gap=600.0, total=6000.0)
"""What no test waits for, however slow its machine is."""
SHORT = Deadlines(connect=60.0, first_token=0.9, gap=0.7)
"""For what waits until a deadline has passed, and for nothing else: an answer may take that long on a busy machine."""
OPTIONS = ModelOptions("fake-1", 0.7, 1000)


def deadlines_for(fault: Fault) -> Deadlines:
    """Ample but for the one that the fault waits for."""
    match fault.awaits:
        case "first_token":
            return replace(AMPLE, first_token=SHORT.first_token)
        case "gap":
            return replace(AMPLE, gap=SHORT.gap)
        case "":
            return AMPLE


class FixedClock:
    """Sunday, 1 November 2026, noon; sleeps are as short as they can be."""

    def now(self) -> datetime:
        return datetime(2026, 11, 1, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one call."""

    text: str
    finish: Finish | None = None
    error: ModelError | None = None

    @property
    def kind(self) -> str:
        return self.error.kind if self.error else ""

    @property
    def usage(self) -> Usage | None:
        return self.finish.usage if self.finish else None


async def hear(model: Model, text: str = "Hi", options: ModelOptions = OPTIONS) -> Heard:
    """Asks, and keeps the rules of a stream under watch: no empty delta, Finish last."""
    deltas: list[str] = []
    finish: Finish | None = None
    try:
        async with model.stream([ChatMessage("user", text)], options) as words:
            async for word in words:
                assert finish is None, "something came after the Finish"
                match word:
                    case TextDelta():
                        assert word.text
                        deltas.append(word.text)
                    case Finish():
                        finish = word
    except ModelError as error:
        return Heard("".join(deltas), error=error)
    assert finish is not None, "the stream ended without a Finish"
    return Heard("".join(deltas), finish)


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as server:
        yield server


@asynccontextmanager
async def asking(server: FakeOpenAI, deadlines: Deadlines = AMPLE) -> AsyncIterator[OpenAIModel]:
    """A model that is ready to ask the server."""
    model = OpenAIModel(KEY, server.base_url, {}, deadlines, clock=FixedClock(), model="fake-1", limits=Limits(characters=600_000))
    await model.prepare()
    try:
        yield model
    finally:
        await model.close()


@pytest.fixture
async def model(server: FakeOpenAI) -> AsyncIterator[OpenAIModel]:
    async with asking(server) as model:
        yield model


async def nobody_reads(server: FakeOpenAI) -> None:
    """Waits until the server makes no answer any more; TimeoutError when it goes on with one."""
    async with asyncio.timeout(10):
        while server.streams:
            await asyncio.sleep(0.005)
