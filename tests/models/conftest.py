"""What the tests of the models share: a server, a model with short deadlines against it, and a way to read an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.errors import ModelError
from bot.messages import Usage
from bot.models.openai import OpenAIModel
from bot.models.patience import Deadlines
from bot.models.reader import Limits
from bot.ports import ChatMessage, Finish, Model, ModelOptions, TextDelta
from tests.fakes.openai_server import FakeOpenAI

KEY = "sk-canary-0123456789"
SHORT = Deadlines(connect=2.0, first_token=0.9, gap=0.7, total=5.0, epilogue=0.1, check=2.0)
OPTIONS = ModelOptions("fake-1", 0.7, 1000)


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


@pytest.fixture
async def model(server: FakeOpenAI) -> AsyncIterator[OpenAIModel]:
    model = OpenAIModel(KEY, server.base_url, {}, SHORT, clock=FixedClock(), model="fake-1", limits=Limits(characters=600_000))
    await model.prepare()
    yield model
    await model.close()
