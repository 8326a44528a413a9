"""The scenarios: each runs one bot through one situation and returns its figures."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bench import Answer, Asked, Bench, Pace
from tests.benchmarks.process import Bot
from tests.fakes.telegram import Limits

CROWD = 100
LONG_ANSWER = Pace(tokens=300, per_second=60.0)
OVERALL = 30.0
RESTS = 0.02  # seconds of CPU in a quarter of a second
RESTS_FOR = 6  # quarters of a second


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a scenario. `of` is the most it could be, for counts; a `ratio` is printed where it means something."""

    label: str
    value: float
    unit: str = ""
    of: int = 0
    ratio: bool = False


Scenario = Callable[[Bot, "Prepared"], Awaitable[list[Figure]]]


@dataclass(slots=True)
class Prepared:
    """Databases made beforehand, by name; the scenarios that need one make it through `make`."""

    make: Callable[[str], Awaitable[Path]]


async def start(bot: Bot, prepared: Prepared) -> list[Figure]:
    """From the start of the process to the first getUpdates: the median of three."""
    times, memory = [], []
    for _ in range(3):
        async with Bench(bot) as bench:
            times.append(bench.started_in)
            await asyncio.sleep(0.5)
            memory.append(bench.process.cost().rss)
    return [
        Figure("start to first getUpdates", statistics.median(times), "s", ratio=True),
        Figure("memory, idle", statistics.median(memory), "MiB", ratio=True),
    ]


async def cpu(bot: Bot, prepared: Prepared) -> list[Figure]:
    """60 turns of 64 tokens in six chats, ten in each one after the other; what idling costs is taken off."""
    async with Bench(bot) as bench:
        idle, cost = await _cost(bench, people=6, turns=10)
        rss = bench.process.cost().rss
    return [
        Figure("CPU a turn of 64 tokens", cost * 1000, "ms", ratio=True),
        Figure("CPU idle, of one core", idle * 100, "%"),
        Figure("memory after 66 turns", rss, "MiB", ratio=True),
    ]


async def _idle(bench: Bench, seconds: float = 3.0) -> float:
    """Seconds of CPU a second when nobody writes."""
    before = bench.process.cost().cpu
    await asyncio.sleep(seconds)
    return (bench.process.cost().cpu - before) / seconds


async def _settled(bench: Bench) -> None:
    """Waits until the bot rests: what it loads after its start is not the cost of a turn."""
    quiet = 0
    for _ in range(40):
        before = bench.process.cost().cpu
        await asyncio.sleep(0.25)
        quiet = quiet + 1 if bench.process.cost().cpu - before < RESTS else 0
        if quiet >= RESTS_FOR:
            return


async def _cost(bench: Bench, *, people: int, turns: int) -> tuple[float, float]:
    """Seconds of CPU a second when idle, and a turn; after a turn that does not count, for what is loaded or opened once."""
    await _settled(bench)
    await _turns(bench, people=people, turns=1)
    await _settled(bench)
    idle = await _idle(bench)
    before, began = bench.process.cost().cpu, time.monotonic()
    await _turns(bench, people=people, turns=turns)
    await asyncio.sleep(0.3)
    return idle, (bench.process.cost().cpu - before - idle * (time.monotonic() - began)) / (people * turns)


async def _turns(bench: Bench, *, people: int, turns: int) -> None:
    """Every person asks, and asks again when the answer is whole. RuntimeError when an answer does not come."""

    async def talk(number: int) -> None:
        person, chat = everybody[number]
        for _ in range(turns):
            asked = await bench.ask(person, chat)
            if await bench.whole([asked], within=30, quiet=20) != 1:
                raise RuntimeError(f"an answer did not come whole:\n{chat.transcript()[-500:]}\n{bench.process.tail()}")

    everybody = bench.people(people)
    await asyncio.gather(*(talk(number) for number in range(people)))


async def crowd(bot: Bot, prepared: Prepared) -> list[Figure]:
    """A hundred people ask at once; 300 tokens at 60 a second each; a chat takes one message a second, three at once."""
    return await _crowd(bot, Limits(overall_per_second=None), "crowd")


async def limits(bot: Bot, prepared: Prepared) -> list[Figure]:
    """The same, with 30 calls a second for the whole bot."""
    return await _crowd(bot, Limits(overall_per_second=OVERALL), "limits")


async def _crowd(bot: Bot, allowed: Limits, name: str) -> list[Figure]:
    async with Bench(bot, pace=LONG_ANSWER, limits=allowed) as bench:
        before, began = bench.process.cost().cpu, time.monotonic()
        asked = [await bench.ask(person, chat) for person, chat in bench.people(CROWD)]
        whole = await bench.whole(asked, within=45)
        used = bench.process.cost().cpu - before
    answers = [one.answer for one in asked if one.answer is not None and one.answer.whole_at]
    total = max((answer.whole_at for answer in answers), default=began) - began
    least = LONG_ANSWER.tokens / LONG_ANSWER.per_second
    if allowed.overall_per_second:
        least += (CROWD - allowed.overall_per_second) / allowed.overall_per_second
    comparable = allowed.overall_per_second is None  # under limits a bot that gives up is fast
    late = sorted(answer.whole_at - answer.sent_at for answer in answers)
    return [
        Figure(f"{name}: whole answers", whole, of=CROWD),
        Figure(f"{name}: whole text after the last token, p50", _percentile(late, 0.5), "s", ratio=comparable),
        Figure(f"{name}: whole text after the last token, p95", _percentile(late, 0.95), "s", ratio=comparable),
        Figure(f"{name}: all answers whole after (least {least:.1f} s)", total if whole == CROWD else float("nan"), "s"),
        Figure(f"{name}: refused calls", allowed.refused),
        Figure(f"{name}: CPU", used, "s", ratio=comparable),
    ]


def _percentile(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


async def bursts(bot: Bot, prepared: Prepared) -> list[Figure]:
    """Ten people send four messages each at once. Messages that became one turn count as answered together, in the turn's place."""
    chance = random.Random(7)  # noqa: S311 - the same lengths for every bot
    async with Bench(bot) as bench:
        asked: list[Asked] = []
        for person, chat in bench.people(10):
            for _ in range(4):
                asked.append(await bench.ask(person, chat, Pace(chance.randint(10, 120), 60.0)))
        whole = await bench.whole(asked, within=45)
        wrong = sum(
            _out_of_order([one for one in asked if one.chat is chat]) for chat in {id(one.chat): one.chat for one in asked}.values()
        )
        calls = len(bench.model_calls)
    return [
        Figure("bursts: messages answered", whole, of=len(asked)),
        Figure("bursts: answered out of order", wrong, of=len(asked)),
        Figure("bursts: answers made", calls),
    ]


def _out_of_order(asked: Sequence[Asked]) -> int:
    """How many messages of a chat were answered after a later one was: by the time at which each answer stood whole."""
    answers: list[Answer] = sorted(
        {id(one.answer): one.answer for one in asked if one.answer is not None}.values(), key=lambda a: a.whole_at
    )
    place = {one.tag: number for number, one in enumerate(asked)}
    highest, wrong = -1, 0
    for answer in answers:
        covered = sorted(place[tag] for tag in answer.tags)
        wrong += sum(1 for number in covered if number < highest)
        highest = max(highest, *covered)
    return wrong


async def long(bot: Bot, prepared: Prepared) -> list[Figure]:
    """What a turn costs when its session holds 1, 100 and 500 turns; for a bot that stores nothing only the first is known."""
    figures = []
    for turns in (1, 100, 500):
        if not bot.stores and turns > 1:
            continue
        database = await prepared.make(f"sessions-{turns}") if bot.stores else None
        async with Bench(bot, database=database) as bench:
            _, cost = await _cost(bench, people=20, turns=3)
        figures.append(Figure(f"long: CPU a turn in a session of {turns} turns", cost * 1000, "ms", ratio=turns == 1))
    return figures


async def million(bot: Bot, prepared: Prepared) -> list[Figure]:
    """What a turn costs, and how long the start takes, beside 1,000,000 stored messages."""
    if not bot.stores:
        return []
    database = await prepared.make("million")
    async with Bench(bot, database=database) as bench:
        _, cost = await _cost(bench, people=20, turns=3)
        return [
            Figure("million: CPU a turn", cost * 1000, "ms"),
            Figure("million: start to first getUpdates", bench.started_in, "s"),
            Figure("million: memory", bench.process.cost().rss, "MiB"),
        ]


SCENARIOS: dict[str, Scenario] = {
    "start": start,
    "cpu": cpu,
    "crowd": crowd,
    "limits": limits,
    "bursts": bursts,
    "long": long,
    "million": million,
}
