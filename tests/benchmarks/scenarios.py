"""The scenarios: each runs one bot through one situation and returns its figures."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.benchmarks.bench import Answer, Asked, Bench, Pace
from tests.benchmarks.platforms import Limited
from tests.benchmarks.prepared import FIRST_OTHER, OTHERS, Library
from tests.benchmarks.process import Bot
from tests.benchmarks.turns import cost_of_turns, rest

CROWD = 100
LONG_ANSWER = Pace(tokens=300, per_second=60.0)
AT_ONCE = Pace(tokens=64, per_second=0.0)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a scenario. `of` is the most it could be, for counts; a `ratio` is printed where it means something."""

    label: str
    value: float
    unit: str = ""
    of: int = 0
    ratio: bool = False


Scenario = Callable[[Bot, Library], Awaitable[list[Figure]]]


async def start(bot: Bot, prepared: Library) -> list[Figure]:
    """From the start of the process until it hears, and until an answer stands that was asked for at once: medians of three."""
    times, memory, answered = [], [], []
    for _ in range(3):
        async with Bench(bot) as bench:
            times.append(bench.started_in)
            await asyncio.sleep(0.5)
            memory.append(bench.process.cost().rss)
    for _ in range(3):
        async with Bench(bot, pace=AT_ONCE) as bench:
            answered.append(await _answered_in(bench))
    return [
        Figure(f"start to {bot.platform.ready}", statistics.median(times), "s", ratio=True),
        Figure("start to first answer", statistics.median(answered), "s", ratio=True),
        Figure("memory, idle", statistics.median(memory), "MiB", ratio=True),
    ]


async def _answered_in(bench: Bench) -> float:
    """Seconds from the start of the process until a first answer stands whole. RuntimeError when it does not come."""
    asked = await bench.ask(bench.people(1)[0])
    if await bench.whole([asked], within=30, quiet=20) != 1 or asked.answer is None:
        raise RuntimeError(f"the first answer did not come:\n{asked.seat.transcript()[-500:]}\n{bench.process.tail()}")
    return asked.answer.whole_at - bench.began


async def cpu(bot: Bot, prepared: Library) -> list[Figure]:
    """60 turns of 64 tokens in six chats, ten in each one after the other; what idling costs is taken off."""
    async with Bench(bot) as bench:
        idle, cost = await cost_of_turns(bench, people=6, turns=10)
        rss = bench.process.cost().rss
    return [
        Figure("CPU a turn of 64 tokens", cost * 1000, "ms", ratio=True),
        Figure("CPU idle, of one core", idle * 100, "%"),
        Figure("memory after 66 turns", rss, "MiB", ratio=True),
    ]


async def crowd(bot: Bot, prepared: Library) -> list[Figure]:
    """A hundred people ask at once; 300 tokens at 60 a second each; chats are limited where bots meet that at once."""
    return await _crowd(bot, "chats", "crowd")


async def limits(bot: Bot, prepared: Library) -> list[Figure]:
    """The same, with all limits of the platform, those of the whole bot too."""
    return await _crowd(bot, "all", "limits")


async def _crowd(bot: Bot, limited: Limited, name: str) -> list[Figure]:
    async with Bench(bot, pace=LONG_ANSWER, limited=limited) as bench:
        before, began = bench.process.cost().cpu, time.monotonic()
        asked = [await bench.ask(seat) for seat in bench.server.crowd(CROWD)]
        whole = await bench.whole(asked, within=45)
        used, refused = bench.process.cost().cpu - before, bench.server.refused
    answers = [one.answer for one in asked if one.answer is not None and one.answer.whole_at]
    total = max((answer.whole_at for answer in answers), default=began) - began
    least = LONG_ANSWER.tokens / LONG_ANSWER.per_second
    overall = bot.platform.overall
    comparable = limited != "all"  # under limits a bot that gives up is fast
    if not comparable:
        least += (CROWD - overall) / overall
    late = sorted(answer.whole_at - answer.sent_at for answer in answers)
    return [
        Figure(f"{name}: whole answers", whole, of=CROWD),
        Figure(f"{name}: whole text after the last token, p50", _percentile(late, 0.5), "s", ratio=comparable),
        Figure(f"{name}: whole text after the last token, p95", _percentile(late, 0.95), "s", ratio=comparable),
        Figure(f"{name}: all answers whole after (least {least:.1f} s)", total if whole == CROWD else float("nan"), "s"),
        Figure(f"{name}: refused calls", refused),
        Figure(f"{name}: CPU", used, "s", ratio=comparable),
    ]


def _percentile(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


async def bursts(bot: Bot, prepared: Library) -> list[Figure]:
    """Ten people send four messages each at once. Messages that became one turn count as answered together, in the turn's place."""
    chance = random.Random(7)  # noqa: S311 - the same lengths for every bot
    async with Bench(bot) as bench:
        asked: list[Asked] = []
        for seat in bench.people(10):
            for _ in range(4):
                asked.append(await bench.ask(seat, Pace(chance.randint(10, 120), 60.0)))
        whole = await bench.whole(asked, within=45)
        wrong = sum(out_of_order(asked[first : first + 4]) for first in range(0, len(asked), 4))
        calls = len(bench.model_calls)
    return [
        Figure("bursts: messages answered", whole, of=len(asked)),
        Figure("bursts: answered out of order", wrong, of=len(asked)),
        Figure("bursts: answers made", calls),
    ]


def out_of_order(asked: Sequence[Asked]) -> int:
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


async def long(bot: Bot, prepared: Library) -> list[Figure]:
    """What a turn costs when its session holds 1, 100 and 500 turns; for a bot that stores nothing only the first is known."""
    figures = []
    for turns in (1, 100, 500):
        if not bot.stores and turns > 1:
            continue
        database = await prepared.make(f"sessions-{turns}", bot.platform) if bot.stores else None
        async with Bench(bot, database=database) as bench:
            _, cost = await cost_of_turns(bench, people=20, turns=3)
        figures.append(Figure(f"long: CPU a turn in a session of {turns} turns", cost * 1000, "ms", ratio=turns == 1))
    return figures


async def million(bot: Bot, prepared: Library) -> list[Figure]:
    """What a turn costs, and how long the start takes, beside 1,000,000 stored messages of 2,520 people in their private chats."""
    if not bot.stores:
        return []
    database, others = await prepared.make("million", bot.platform), range(FIRST_OTHER, FIRST_OTHER + OTHERS)
    async with Bench(bot, pace=AT_ONCE, database=database, others=others) as bench:
        answered = await _answered_in(bench)
        await rest(bench)
        begun = bench.process.cost().cpu
    async with Bench(bot, database=database, others=others) as bench:
        _, cost = await cost_of_turns(bench, people=20, turns=3)
        return [
            Figure(f"million: start to {bot.platform.ready}", bench.started_in, "s"),
            Figure("million: start to first answer", answered, "s"),
            Figure("million: CPU of the start, until it rests", begun, "s"),
            Figure("million: CPU a turn", cost * 1000, "ms"),
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
