"""One campaign: life after life of the bot, each ended at a random moment, and a long one at the end that must bring everything to rest."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.checks import Verdict, check
from tests.torture.nursery import Life, Nursery, Started
from tests.torture.world import World, world

SHORTEST, LONGEST = 0.02, 0.4
UNHEARD = 0.1
QUIET_WITHIN = 150.0
END_WITHIN = 2.0
LATER = 0.4


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, all of it by the seed. `terminated` ends lives by SIGTERM instead; `real` starts the bot as operators do."""

    seed: int
    kills: int
    faults: bool = False
    plant: str = ""
    terminated: bool = False
    real: bool = False
    quiet_within: float = QUIET_WITHIN


@dataclass(slots=True)
class Outcome:
    """What came of it. `endings` are lives that ended otherwise than they were made to; `slowest` is the longest wait for an end."""

    plan: Plan
    verdict: Verdict
    seconds: float
    endings: list[str] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def problems(self) -> list[str]:
        return [*self.endings, *self.verdict.problems]


async def run(plan: Plan, folder: Path, nursery: Nursery) -> Outcome:
    """Carries the plan out in an empty folder."""
    began = time.monotonic()
    endings: list[str] = []
    slowest = 0.0
    async with world(folder, plan.seed) as around:
        chance = random.Random(plan.seed)  # noqa: S311 - repeatable, not secret
        if plan.faults:
            around.break_network()
        start = _starter(plan, around, nursery)
        for number in range(plan.kills):
            life = await start(number)
            await _live(around, chance, plan)
            ended, took = await _ended(life, plan)
            slowest = max(slowest, took)
            if ended not in ((0, -15) if plan.terminated else (-9,)):
                endings.append(f"life {number} ended with {ended} after {took:.2f} s")
        around.fake.faults.clear()
        endings += await _rest(start, around, plan)
        verdict = await check(around, plan.kills)
        return Outcome(plan, verdict, time.monotonic() - began, endings, slowest)


def _starter(plan: Plan, around: World, nursery: Nursery) -> Callable[[int], Awaitable[Life]]:
    async def start(number: int) -> Life:
        if plan.real:
            return await Started.start(around.environment(), around.folder)
        return await nursery.start(around.environment(), around.folder, planted=plan.plant, seed=plan.seed * 100_003 + number)

    return start


async def _live(around: World, chance: random.Random, plan: Plan) -> None:
    """Up to three things happen while the bot lives. Some lives are counted from the bot's first call, so that on a busy machine too not
    all of them end in the start."""
    if chance.random() < (0.8 if plan.real else 0.5):
        await _first_call(around)
    span = chance.uniform(SHORTEST, LONGEST)
    moments = sorted(chance.uniform(0, span) for _ in range(chance.randint(0, 3)))
    passed = 0.0
    for moment in moments:
        await asyncio.sleep(moment - passed)
        passed = moment
        await around.crowd.do()
    await asyncio.sleep(span - passed)


async def _first_call(around: World) -> None:
    calls = len(around.fake.calls)
    for _ in range(2000):
        if len(around.fake.calls) > calls:
            return
        await asyncio.sleep(0.005)


async def _ended(life: Life, plan: Plan) -> tuple[int | None, float]:
    if plan.terminated:
        return await life.end(END_WITHIN)
    return await life.kill(), 0.0


async def _rest(start: Callable[[int], Awaitable[Life]], around: World, plan: Plan) -> list[str]:
    """The long life, and one after it that must find nothing to do."""
    problems: list[str] = []
    async with _life(start, plan.kills, problems):
        deadline = time.monotonic() + plan.quiet_within
        while (owed := around.owes()) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        if owed:
            problems.append(f"not quiet after {plan.quiet_within} s: {owed}")
            return problems
    before = around.done_by_bot()
    polls = around.fake.updates.polls
    async with _life(start, plan.kills + 1, problems):
        deadline = time.monotonic() + 10
        while around.fake.updates.polls < polls + 2 and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        await asyncio.sleep(LATER)
    after = around.done_by_bot()
    if before != after:
        problems.append(f"a start with nothing to do asked the model {after[0] - before[0]} times, and called {after[1] - before[1]} times")
    return problems


@asynccontextmanager
async def _life(start: Callable[[int], Awaitable[Life]], number: int, problems: list[str]) -> AsyncIterator[None]:
    life = await start(number)
    try:
        yield
    finally:
        ended, took = await life.end(END_WITHIN)
        unheard = ended == -signal.SIGTERM and took < UNHEARD  # it had not come as far as listening for the signal
        if ended != 0 and not unheard:
            problems.append(f"the long life ended with {ended} after {took:.2f} s")
