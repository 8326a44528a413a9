"""A thousand messages of one person cost a bounded number of calls, and the others do not notice them (X15)."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.events import Author, CommandInvoked, MessageReceived, MessageRef, Place
from bot.policy import Policy
from bot.ports import AnswerStream, ChatMessage, Finish, ModelOptions, TextDelta
from bot.posts import Part
from bot.replies import texts
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.core.virtual import VirtualClock, VirtualLoop
from tests.fakes.memory_adapter import MemoryAdapter

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - each message waits for the disk otherwise
FLOOD, MINUTES, OTHERS, RATE = 1000, 2, 30, 20
EVE, TEAM = Author("666", "Eve"), Place("memory", "-5", kind="group")


class Unhurried:
    """Answers in two seconds and a bit more for each message that it has to read."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AnswerStream:
        self.asked.append(messages[-1].text)
        return self._stream(messages[-1].text.split()[0], len(messages))

    @asynccontextmanager
    async def _stream(self, word: str, read: int) -> AsyncIterator[AsyncIterator[TextDelta | Finish]]:
        async def pieces() -> AsyncIterator[TextDelta | Finish]:
            for _ in range(4):
                await asyncio.sleep(0.5 + read / 1000)
                yield TextDelta("some words ")
            yield TextDelta(f"to {word}")
            yield Finish("stop", None, "unhurried")

        yield pieces()

    async def check(self) -> str:
        return "unhurried"

    async def close(self) -> None: ...


class Stamping(MemoryAdapter):
    """Knows when each answer was whole."""

    def __init__(self) -> None:
        super().__init__()
        self.whole: dict[str, float] = {}

    async def edit(self, ref: MessageRef, part: Part, *, via: MessageRef | None = None, preview: bool = False) -> None:
        await super().edit(ref, part, via=via, preview=preview)
        if " to " in part.text and not preview:
            self.whole.setdefault(part.text.rsplit(" ", 1)[-1], asyncio.get_running_loop().time())


@dataclass(slots=True)
class Day:
    """What came of it: how long others waited, in seconds, and what the one who floods has cost and got."""

    waited: list[float] = field(default_factory=list)
    calls: int = 0
    refusals: int = 0

    @property
    def p95(self) -> float:
        return sorted(self.waited)[len(self.waited) * 95 // 100]


async def _living(path: Path, adapter: Stamping, model: Unhurried, clock: VirtualClock) -> tuple[Dispatcher, SqliteStore]:
    store = await SqliteStore.open(path, driver="inline")
    core = Dispatcher(store, model, {"memory": adapter}, Policy(titles=False, rate=RATE), clock)
    await core.start()
    await core.caught_up("memory")
    return core, store


async def _day(path: Path, flood: int, *, restart: bool = False) -> Day:
    adapter, model, clock = Stamping(), Unhurried(), VirtualClock()
    core, store = await _living(path, adapter, model, clock)
    others, told = _others(), dict[str, float]()
    for second in range(60 * MINUTES):
        if restart and second == 30:  # in the middle of a minute
            await core.stop(1.0)
            await store.close()
            core, store = await _living(path, adapter, model, clock)
        for person, place, word, at in others:
            if at == second:
                told[word] = asyncio.get_running_loop().time()
                await core.accept(MessageReceived(MessageRef(place, word), person, word, clock.now(), word))
        for number in range(flood * second // (60 * MINUTES), flood * (second + 1) // (60 * MINUTES)):
            await core.accept(_of_eve(number, clock))
        await asyncio.sleep(1)
    await core.idle()
    await core.stop(1.0)
    await store.close()
    lines = [seen.text for chat in adapter.chats.values() for seen in chat]
    waited = [adapter.whole[word] - at for word, at in told.items()]
    return Day(waited, sum("eve" in asked for asked in model.asked), sum(text == texts.TOO_FAST for text in lines))


def _others() -> list[tuple[Author, Place, str, int]]:
    """Some in private, some in the group in which the flood comes; each says something five times."""
    found = []
    for number in range(OTHERS):
        author = Author(str(1000 + number), f"P{number}")
        place = TEAM if number % 2 else Place("memory", author.id)
        found += [(author, place, f"p{number}x{turn}", (number * 7 + turn * 23) % 110) for turn in range(5)]
    return found


def _of_eve(number: int, clock: VirtualClock) -> MessageReceived | CommandInvoked:
    """By every way in: in private, in the group, and by commands that ask the model."""
    place = TEAM if number % 3 else Place("memory", EVE.id)
    ref, key = MessageRef(place, f"e{number}"), f"e{number}"
    if number % 5 == 0:
        return CommandInvoked(ref, EVE, "ask", f"eve{number}", clock.now(), key)
    return MessageReceived(ref, EVE, f"eve{number}", clock.now(), key)


def day(flood: int, *, restart: bool = False) -> Day:
    loop = VirtualLoop()
    try:
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            return loop.run_until_complete(_day(Path(folder) / "parley.db", flood, restart=restart))
    finally:
        loop.close()


def test_x15_a_thousand_messages_of_one_person_cost_a_few_calls_and_slow_down_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    quiet, flooded = day(0), day(FLOOD)
    with capsys.disabled():
        costs = f"{flooded.calls} calls, {flooded.refusals} refusals"
        print(f"\n{FLOOD} messages: {costs}; others wait {flooded.p95:.2f} s, else {quiet.p95:.2f} s")
    assert len(quiet.waited) == len(flooded.waited) == OTHERS * 5
    assert 0 < flooded.calls <= RATE * MINUTES
    assert 0 < flooded.refusals <= MINUTES + 1
    assert flooded.p95 <= 1.1 * quiet.p95


def test_x15_a_restart_forgives_a_minute_and_not_more() -> None:
    """The count of the last minute is in memory; there are no budgets yet."""
    assert day(FLOOD, restart=True).calls <= RATE * (MINUTES + 1)
