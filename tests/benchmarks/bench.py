"""One bot between the two loopback servers, people who ask it, and a watch that notes when each answer stands whole in the chat."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.benchmarks.platforms import Limited, Seat, Server
from tests.benchmarks.prepared import PEOPLE
from tests.benchmarks.process import Bot, BotProcess
from tests.fakes.openai_script import Json, Reply
from tests.fakes.openai_server import FakeOpenAI

_TAG = re.compile(r"q\d+q")
SMALL_CALL = 60  # a call with fewer tokens than this asks for a title or the like, not for an answer


@dataclass(frozen=True, slots=True)
class Pace:
    """How the model answers: so many tokens, at so many a second."""

    tokens: int = 64
    per_second: float = 60.0


@dataclass(slots=True)
class Answer:
    """An answer as the model began to give it. `sent_at` is when its last token leaves the model, `whole_at` when people see all of it."""

    text: str
    tags: tuple[str, ...]
    sent_at: float
    whole_at: float = 0.0


@dataclass(slots=True)
class Asked:
    """A message of a person, found again by its tag."""

    tag: str
    seat: Seat
    at: float
    answer: Answer | None = None


@dataclass(slots=True)
class Bench:
    """Runs a bot; use it with `async with`. `database` is a prepared file that the bot gets a copy of, `others` are the numbers of
    people whom it knows from there."""

    bot: Bot
    pace: Pace = field(default_factory=Pace)
    limited: Limited = "no"
    database: Path | None = None
    others: range = range(0)
    settings: dict[str, str] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    model_calls: list[Answer] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    changed_at: float = 0.0
    server: Server = field(init=False)
    model: FakeOpenAI = field(init=False)
    process: BotProcess = field(init=False)
    began: float = 0.0
    started_in: float = 0.0
    _folder: Path = field(init=False)

    async def __aenter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="bench-"))
        self.server = self.bot.platform.server(self.limited)
        self.server.listener = self._look
        for number in (*range(PEOPLE if self.database else 0), *self.others):
            self.server.seat(number)
        self.model = FakeOpenAI()
        self.model.keep_requests = False
        self.model.always = self._answer
        await self.server.__aenter__()
        await self.model.__aenter__()
        try:
            await self._start()
        except RuntimeError:
            await self._close()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.process.stop()
        await self._close()

    async def _close(self) -> None:
        await self.server.__aexit__(None, None, None)
        await self.model.__aexit__(None, None, None)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _start(self) -> None:
        environment = self.server.environment | {
            "OPENAI_BASE_URL": self.model.base_url,
            "OPENAI_API_KEY": "sk-benchmark",
            "PARLEY_RATE": "100000",
            "PARLEY_DATABASE": str(self._folder / "parley.db"),
            "PARLEY_LOG_LEVEL": "WARNING",
        }
        if self.database is not None and self.bot.stores:
            shutil.copyfile(self.database, self._folder / "parley.db")
        self.began = time.monotonic()
        self.process = await BotProcess.start(self.bot, environment | self.settings, self._folder)
        await self.process.until(self.server.ready, within=30)
        if not self.server.ready.is_set():
            await self.process.stop()
            raise RuntimeError(f"{self.bot.name} did not come to {self.bot.platform.ready}; it said:\n{self.process.tail()}")
        self.started_in = self.server.ready_at - self.began

    # -- people

    def people(self, count: int) -> list[Seat]:
        """So many people in their private chats, the same each time."""
        return [self.server.seat(number) for number in range(count)]

    async def ask(self, seat: Seat, pace: Pace | None = None) -> Asked:
        """Lets the person ask something that is recognised again."""
        tag = f"q{len(self.asked) + 1}q"
        asked = self.asked[tag] = Asked(tag, seat, time.monotonic())
        if pace is not None:
            self.paces[tag] = pace
        await seat.says(f"Please answer my question {tag} in plain words.")
        return asked

    async def whole(self, asked: Sequence[Asked], *, within: float, quiet: float = 12.0) -> int:
        """Waits until all are answered whole, nothing happens for `quiet` seconds, or time is over; returns how many are."""
        end = time.monotonic() + within
        self.changed_at = time.monotonic()
        while (now := time.monotonic()) < end and now - self.changed_at < quiet:
            if all(one.answer is not None and one.answer.whole_at for one in asked):
                break
            self.changed.clear()
            try:
                async with asyncio.timeout(0.5):
                    await self.changed.wait()
            except TimeoutError:
                if not self.process.running:
                    raise RuntimeError(f"{self.bot.name} ended; it said:\n{self.process.tail()}") from None
        return sum(1 for one in asked if one.answer is not None and one.answer.whole_at)

    # -- the model

    def _answer(self, body: Json) -> Reply:
        messages = body.get("messages")
        tags = _open_tags(messages if isinstance(messages, list) else [])
        most = body.get("max_tokens") or body.get("max_completion_tokens")
        if not tags or (isinstance(most, int) and most < SMALL_CALL):
            return Reply("A short title")
        pace = self.paces.get(tags[-1], self.pace)
        name = "-".join(tags)
        pieces = (f"{name} ", *(f"w{n} " for n in range(pace.tokens - 2)), f"end-{name}")
        length = (len(pieces) - 1) / pace.per_second if pace.per_second else 0.0
        answer = Answer("".join(pieces), tags, time.monotonic() + length)
        self.answers[f"end-{name}"] = answer
        self.model_calls.append(answer)
        return Reply(pieces=pieces, tokens_per_second=pace.per_second)

    # -- the watch

    def _look(self, text: str) -> None:
        self.changed_at = time.monotonic()
        position = text.rfind("end-q")
        if position < 0:
            return
        answer = self.answers.get(text[position:].split(None, 1)[0])
        if answer is None or answer.whole_at or answer.text not in text:
            return
        answer.whole_at = self.changed_at
        for tag in answer.tags:
            self.asked[tag].answer = answer
        self.changed.set()


def _open_tags(messages: Sequence[object]) -> tuple[str, ...]:
    """The tags of the user messages after the last answer: what this call is to answer."""
    tags: list[str] = []
    for message in reversed(messages):
        if not isinstance(message, dict) or message.get("role") != "user":
            break
        tags = _TAG.findall(str(message.get("content"))) + tags
    return tuple(dict.fromkeys(tags))
