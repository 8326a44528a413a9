"""A thousand messages of one person cost a bounded number of calls, and the others do not notice them (X15)."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from adapters.telegram.gate import Gate
from adapters.telegram.limiter import Waits
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
NEVER = float("inf")
AT_ONCE = 4
"""Answers that the model gives at a time; who comes then waits."""
AT_LENGTH = "as many words as one may ask for " * 1500
"""Some ten messages in one chat, which takes twenty a minute: what is next there has to wait, and nobody elsewhere."""
EVE, TEAM = Author("666", "Eve"), Place("memory", "-5", kind="group")


class Unhurried:
    """Answers in two seconds and a bit more for each message that it has to read, to few at a time."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._free = asyncio.Semaphore(AT_ONCE)

    def stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AnswerStream:
        self.asked.append(messages[-1].text)
        return self._stream(messages[-1].text.split()[0], len(messages))

    @asynccontextmanager
    async def _stream(self, word: str, read: int) -> AsyncIterator[AsyncIterator[TextDelta | Finish]]:
        async def pieces() -> AsyncIterator[TextDelta | Finish]:
            async with self._free:
                for _ in range(4):
                    await asyncio.sleep(0.5 + read / 1000)
                    yield TextDelta("some words ")
                yield TextDelta(AT_LENGTH if word.startswith("eve") else f"to {word}")
            yield Finish("stop", None, "unhurried")

        yield pieces()

    async def check(self) -> str:
        return "unhurried"

    async def close(self) -> None: ...


class Stamping(MemoryAdapter):
    """Calls when Telegram lets one, and knows when each answer was whole. `blocks` plants a bug: one queue for all chats."""

    def __init__(self, clock: VirtualClock, *, blocks: bool) -> None:
        super().__init__()
        self.whole: dict[str, float] = {}
        self._gate = Gate(clock)
        self._queue = asyncio.Lock() if blocks else None

    @asynccontextmanager
    async def _in_turn(self, place: Place, kind: Waits) -> AsyncIterator[None]:
        async with self._queue or nullcontext(), self._gate.passing(place.chat_id, kind):
            yield

    async def send(
        self,
        place: Place,
        part: Part,
        *,
        reply_to: MessageRef | None = None,
        via: MessageRef | None = None,
        audience: str = "",
        key: str,
        tried_since: datetime | None = None,
        preview: bool = False,
    ) -> MessageRef:
        async with self._in_turn(place, "placeholder" if preview else "final"):
            ref = await super().send(place, part, reply_to=reply_to, via=via, audience=audience, key=key, preview=preview)
        self._stamp(part, preview)
        return ref

    async def edit(self, ref: MessageRef, part: Part, *, via: MessageRef | None = None, preview: bool = False) -> None:
        if preview:
            self._gate.squeeze_in(ref.place.chat_id)
            await super().edit(ref, part, via=via, preview=True)
            return
        async with self._in_turn(ref.place, "final"):
            await super().edit(ref, part, via=via)
        self._stamp(part, preview)

    def _stamp(self, part: Part, preview: bool) -> None:
        if " to " in part.text and not preview:
            self.whole.setdefault(part.text.rsplit(" ", 1)[-1], asyncio.get_running_loop().time())

    async def close(self) -> None:
        await self._gate.close()


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


async def _day(path: Path, flood: int, *, restart: bool = False, blocks: bool = False) -> Day:
    model, clock = Unhurried(), VirtualClock()
    adapter = Stamping(clock, blocks=blocks)
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
    await adapter.close()
    await store.close()
    lines = [seen.text for chat in adapter.chats.values() for seen in chat]
    waited = [adapter.whole.get(word, NEVER) - at for word, at in told.items()]
    return Day(waited, sum("eve" in asked for asked in model.asked), sum(text == texts.TOO_FAST for text in lines))


def _others() -> list[tuple[Author, Place, str, int]]:
    """Some in private, some in groups of their own; each says something five times. Who is in the group of the flood shares its twenty
    calls a minute, which are Telegram's limit, and about which nobody can do anything."""
    found = []
    for number in range(OTHERS):
        author = Author(str(1000 + number), f"P{number}")
        place = Place("memory", f"-{author.id}", kind="group") if number % 2 else Place("memory", author.id)
        found += [(author, place, f"p{number}x{turn}", (number * 7 + turn * 23) % 110) for turn in range(5)]
    return found


def _of_eve(number: int, clock: VirtualClock) -> MessageReceived | CommandInvoked:
    """By every way in: in private, in the group, and by commands that ask the model."""
    place = TEAM if number % 3 else Place("memory", EVE.id)
    ref, key = MessageRef(place, f"e{number}"), f"e{number}"
    if number % 5 == 0:
        return CommandInvoked(ref, EVE, "ask", f"eve{number}", clock.now(), key)
    return MessageReceived(ref, EVE, f"eve{number}", clock.now(), key)


def day(flood: int, *, restart: bool = False, blocks: bool = False) -> Day:
    loop = VirtualLoop()
    try:
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            return loop.run_until_complete(_day(Path(folder) / "parley.db", flood, restart=restart, blocks=blocks))
    finally:
        loop.close()


def test_x15_a_thousand_messages_of_one_person_cost_a_few_calls_and_slow_down_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    quiet, flooded = day(0), day(FLOOD)
    with capsys.disabled():
        costs = f"{flooded.calls} calls, {flooded.refusals} refusals"
        print(f"\n{FLOOD} messages: {costs}; others wait {flooded.p95:.2f} s, else {quiet.p95:.2f} s")
    assert len(quiet.waited) == len(flooded.waited) == OTHERS * 5
    assert max(quiet.waited + flooded.waited) < NEVER, "everybody is answered"
    assert 0 < flooded.calls <= RATE * MINUTES
    assert 0 < flooded.refusals <= MINUTES + 1
    assert flooded.p95 <= 1.1 * quiet.p95


def test_x15_one_queue_for_all_chats_would_be_seen() -> None:
    quiet, flooded = day(0, blocks=True), day(FLOOD, blocks=True)
    assert flooded.p95 > 1.5 * quiet.p95


def test_x15_a_restart_forgives_a_minute_and_not_more() -> None:
    """The count of the last minute is in memory; there are no budgets yet."""
    assert day(FLOOD, restart=True).calls <= RATE * (MINUTES + 1)
