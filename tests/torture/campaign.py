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

from tests.torture.checks import check
from tests.torture.nursery import Life, Nursery, Started
from tests.torture.verdict import Verdict
from tests.torture.world import World, world

SHORTEST = 0.02
UNHEARD = 0.1
QUIET_WITHIN = 150.0
END_WITHIN = 6.0
"""Who takes longer hangs. The bot allows itself 1.9 seconds; the machine is busy with several bots here."""
SOON = 0.25
"""Seconds within which who is impatient kills what was asked to end; most orderly ends take as long."""
LATER = 0.4
GREETED_WITHIN = 30.0
DISTURBED = 0.15
"""The share of lives in which something happens to the connection."""
MEANWHILE = 0.2
"""The share of lives after which something is done before the next begins."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, all of it by the seed. `terminated` ends lives by SIGTERM instead; `impatient` by SIGTERM and soon after it by SIGKILL;
    `real` starts the bot as operators do; with `webhook` Telegram posts its updates instead of being polled."""

    seed: int
    kills: int
    faults: bool = False
    plant: str = ""
    terminated: bool = False
    real: bool = False
    quiet_within: float = QUIET_WITHIN
    platform: str = "telegram"
    impatient: bool = False
    webhook: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of it. `endings` are lives that ended otherwise than they were made to; `slowest` is the longest wait for an end, `rest`
    how long the last life took until all was quiet."""

    plan: Plan
    verdict: Verdict
    seconds: float
    endings: list[str] = field(default_factory=list)
    slowest: float = 0.0
    rest: float = 0.0

    @property
    def problems(self) -> list[str]:
        return [*self.endings, *self.verdict.problems]


Start = Callable[[int], Awaitable[Life]]


async def run(plan: Plan, folder: Path, nursery: Nursery) -> Outcome:
    """Carries the plan out in an empty folder."""
    began = time.monotonic()
    endings: list[str] = []
    slowest = 0.0
    async with world(folder, plan.seed, plan.platform, webhook=plan.webhook) as around:
        chance = random.Random(plan.seed)  # noqa: S311 - repeatable, not secret
        start = _starter(plan, around, nursery)
        endings += await _greeting(start, around)
        if plan.faults:
            for side in around.sides:
                side.break_network()
        for number in range(plan.kills):
            life = await start(number)
            await _live(around, chance, plan)
            ended, took = await _ended(life, plan, chance)
            slowest = max(slowest, took)
            if ended not in _endings(plan):
                endings.append(f"life {number} ended with {ended} after {took:.2f} s")
            if chance.random() < MEANWHILE:
                await around.do(chance)
        for side in around.sides:
            side.mend_network()
        resting = time.monotonic()
        endings += await _rest(start, around, plan)
        rested = time.monotonic() - resting
        verdict = await check(around, plan.kills)
        return Outcome(plan, verdict, time.monotonic() - began, endings, slowest, rested)


def _starter(plan: Plan, around: World, nursery: Nursery) -> Start:
    async def start(number: int) -> Life:
        environment = around.environment()
        if number >= plan.kills:  # nothing goes wrong around it any more, so a warning says why it does not come to rest
            environment["PARLEY_LOG_LEVEL"] = "WARNING"
        if plan.real:
            return await Started.start(environment, around.folder)
        return await nursery.start(environment, around.folder, planted=plan.plant, seed=plan.seed * 100_003 + number)

    return start


async def _greeting(start: Start, around: World) -> list[str]:
    """A first life without troubles, where there must be one for people to be known later."""
    greeting = [side for side in around.sides if side.greets]
    if not greeting:
        return []
    life = await start(-1)
    await asyncio.gather(*(side.greet() for side in greeting))
    owed = await _quiet(around, GREETED_WITHIN)
    await life.kill()
    return [f"those who greet were not answered in {GREETED_WITHIN} s: {owed}"] if owed else []


async def _live(around: World, chance: random.Random, plan: Plan) -> None:
    """Up to three things happen while the bot lives. Some lives are counted from a sign that the bot is there, so that on a busy machine
    too not all of them end in the start."""
    if chance.random() < (0.8 if plan.real else 0.5):
        await _sign(around)
    side = chance.choice(around.sides)
    patient = chance.random() < side.pace.patience
    span = chance.uniform(SHORTEST, side.pace.patient if patient else side.pace.longest)
    deeds: list[tuple[float, bool]] = [(chance.uniform(0, span), False) for _ in range(chance.randint(0, 3))]
    if chance.random() < DISTURBED:
        deeds.append((chance.uniform(0, span), True))
    passed = 0.0
    for moment, disturbing in sorted(deeds):
        await asyncio.sleep(moment - passed)
        passed = moment
        if disturbing:
            side.disturb(chance)
        else:
            await around.do(chance)
    await asyncio.sleep(span - passed)


async def _sign(around: World) -> None:
    """Waits for a sign on every platform."""
    before = around.signs()
    for _ in range(2000):
        if all(now > then for now, then in zip(around.signs(), before, strict=True)):
            return
        await asyncio.sleep(0.005)


def _endings(plan: Plan) -> tuple[int | None, ...]:
    """How a life may end: by kill -9; in good order, or by SIGTERM before it could handle it; by either, who is impatient."""
    if plan.impatient:
        return (0, -15, None)
    return (0, -15) if plan.terminated else (-9,)


async def _ended(life: Life, plan: Plan, chance: random.Random) -> tuple[int | None, float]:
    if plan.impatient:
        return await life.end(chance.uniform(0.0, SOON))
    if plan.terminated:
        return await life.end(END_WITHIN)
    return await life.kill(), 0.0


async def _quiet(around: World, within: float) -> str:
    """Waits until nothing is owed, and gives what still is."""
    deadline = time.monotonic() + within
    while (owed := around.owes()) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    return owed


async def _rest(start: Start, around: World, plan: Plan) -> list[str]:
    """The long life, and one after it that must find nothing to do."""
    problems: list[str] = []
    async with _life(start, plan.kills, problems):
        if owed := await _quiet(around, plan.quiet_within):
            problems.append(f"not quiet after {plan.quiet_within} s: {owed}")
            return problems
    before, looks = around.done_by_bot(), around.looks()
    async with _life(start, plan.kills + 1, problems):
        deadline = time.monotonic() + 10
        while any(now < then + 2 for now, then in zip(around.looks(), looks, strict=True)) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        await asyncio.sleep(LATER)
    after = around.done_by_bot()
    if before != after:
        problems.append(f"a start with nothing to do asked the model {after[0] - before[0]} times, and called {after[1] - before[1]} times")
    return problems


@asynccontextmanager
async def _life(start: Start, number: int, problems: list[str]) -> AsyncIterator[None]:
    life = await start(number)
    try:
        yield
    finally:
        ended, took = await life.end(END_WITHIN)
        unheard = ended == -signal.SIGTERM and took < UNHEARD  # it had not come as far as listening for the signal
        if ended != 0 and not unheard:
            problems.append(f"the long life ended with {ended} after {took:.2f} s")
