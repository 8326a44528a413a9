"""One soak: the whole program in a process of its own, a crowd that never rests, faults everywhere, and the samples."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from tests.fakes.openai_server import prompts
from tests.soak.books import books
from tests.soak.inside import sign_for
from tests.soak.moods import Moody
from tests.soak.samples import Inside, Outside, look, read_inside
from tests.soak.sides import Soaked, makers
from tests.torture.checks import check
from tests.torture.crowd import Tags
from tests.torture.nursery import ROOT
from tests.torture.verdict import Verdict
from tests.torture.words import tags
from tests.torture.world import LastingOpenAI, World

INSIDE = "inside.jsonl"
LOG = "bot.log"
QUIET_WITHIN = 300.0
END_WITHIN = 10.0
"""Seconds; the bot needs two at the most, but for a machine that is busy with other things."""
SAMPLES = 2000
"""At the most; a long soak is looked at less often."""
BUSY = 5
"""Deeds a second above which nothing may keep the bot waiting."""
GRACE_HOURS = 0.01
MODEL_FAULTS = 0.03


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. Times are in seconds, `rate` is deeds a second, `people` are on each platform."""

    seconds: float
    rate: float = 1.0
    platform: str = "both"
    seed: int = 1
    people: int = 120
    faults: bool = True
    leak: str = ""
    purge_every: float = 60.0
    disturb_every: float = 60.0

    @property
    def limits(self) -> bool:
        """Whether the platforms refuse calls for their number. To keep to that takes time, which many turns a second do not leave."""
        return self.faults and self.rate <= BUSY

    @property
    def groups(self) -> bool:
        """Whether there are groups on Telegram, in which the bot may say something twenty times a minute."""
        return self.rate <= BUSY

    @property
    def every(self) -> float:
        """Seconds between two samples."""
        return max(min(5.0, self.seconds / 60), self.seconds / SAMPLES)


@dataclass(slots=True)
class Outcome:
    """What came of it. `began` is when the crowd began to talk, `ended` when it ceased; `rest` how long it took until all was quiet,
    `end` how long from SIGTERM to the end."""

    plan: Plan
    outside: list[Outside] = field(default_factory=list)
    inside: list[Inside] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0
    rest: float = 0.0
    end: float = 0.0
    deeds: int = 0
    calls: int = 0
    asked: int = 0
    faults: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    problems: list[str] = field(default_factory=list)
    log: str = ""


@dataclass(slots=True)
class Soak:
    """What goes on."""

    plan: Plan
    around: World
    outcome: Outcome
    process: asyncio.subprocess.Process
    moods: Moody
    chance: random.Random

    @property
    def sides(self) -> Sequence[Soaked]:
        return cast(Sequence[Soaked], self.around.sides)

    async def greet(self) -> None:
        await asyncio.gather(*(side.greet() for side in self.sides if side.greets))
        await self.quiet(60.0)

    async def talk(self, seconds: float) -> None:
        """Deeds at random times, so many a second on the average."""
        began, passed = time.monotonic(), 0.0
        while self.process.returncode is None:
            passed += self.chance.expovariate(self.plan.rate)
            if passed > seconds:
                break
            await asyncio.sleep(max(0.0, began + passed - time.monotonic()))
            await self.around.do(self.chance)
            self.outcome.deeds += 1

    async def disturb(self) -> None:
        while self.plan.faults:
            await asyncio.sleep(self.chance.expovariate(1 / self.plan.disturb_every))
            self.chance.choice(self.sides).disturb(self.chance)

    async def sample(self) -> None:
        while self.process.returncode is None:
            with contextlib.suppress(OSError):
                self.outcome.outside.append(look(self.process.pid, self.around.database))
            self.fold()
            await asyncio.sleep(self.plan.every)

    def fold(self) -> None:
        """Looks at what the model was asked, and forgets it (I10)."""
        requests, self.around.model.requests[:] = list(self.around.model.requests), []
        self.outcome.asked += len(requests)
        for request in requests:
            named = {tag.partition("v")[0] for text in prompts(request.body) for tag in tags(text)}
            if len({id(self.around.names.owners[tag]) for tag in named}) > 1:
                self.outcome.problems.append(f"a prompt holds words of several people: {sorted(named)}")
        for side in self.sides:
            side.calls.fold()
        self.outcome.calls = sum(side.calls.count for side in self.sides)

    async def rest(self) -> None:
        began = time.monotonic()
        for side in self.sides:
            side.mend_network()
        self.moods.chance = 0.0
        if owed := await self.quiet(QUIET_WITHIN):
            self.outcome.problems.append(f"not quiet after {QUIET_WITHIN:.0f} s: {owed}")
        self.outcome.rest = time.monotonic() - began

    async def quiet(self, within: float) -> str:
        deadline = time.monotonic() + within
        while (owed := self.around.owes()) and time.monotonic() < deadline and self.process.returncode is None:
            await asyncio.sleep(0.5)
        return owed

    async def end(self) -> None:
        """SIGTERM, to this process and no other."""
        if self.process.returncode is not None:
            self.outcome.problems.append(f"the bot ended by itself with {self.process.returncode}")
            return
        self.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        try:
            code = await asyncio.wait_for(self.process.wait(), END_WITHIN)
        except TimeoutError:
            self.process.kill()
            code = await self.process.wait()
        self.outcome.end = time.monotonic() - began
        if code != 0:
            self.outcome.problems.append(f"the bot ended with {code} after {self.outcome.end:.1f} s")


async def soak(plan: Plan, folder: Path) -> Outcome:
    """Carries the plan out in an empty folder."""
    outcome = Outcome(plan)
    async with begun(plan, folder, outcome) as going:
        await going.greet()
        if plan.faults:
            for side in going.sides:
                side.break_network()
            going.moods.chance = MODEL_FAULTS
        sign_for(folder / INSIDE).touch()
        outcome.began = time.time()
        beside = [asyncio.ensure_future(work) for work in (going.sample(), going.disturb())]
        try:
            await going.talk(plan.seconds)
            outcome.ended = time.time()
            outcome.faults = going.moods.faults
            beside[1].cancel()
            await going.rest()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await asyncio.sleep(plan.every)
            await going.end()
        going.fold()
        around = going.around
        outcome.inside = read_inside(folder / INSIDE)
        outcome.verdict = await check(around, 0, await books(around.database, around.sides))
        outcome.problems += outcome.verdict.problems
        for side in going.sides:
            outcome.problems += side.deleters.problems()
    outcome.log = (folder / LOG).read_text("utf-8", "replace")
    return outcome


@asynccontextmanager
async def begun(plan: Plan, folder: Path, outcome: Outcome) -> AsyncIterator[Soak]:
    """The bot and all around it; the bot is still starting."""
    names = Tags()
    async with contextlib.AsyncExitStack() as stack:
        making = makers(plan.platform, plan.people, limits=plan.limits, groups=plan.groups)
        sides = [await stack.enter_async_context(make(plan.seed, names)) for make in making]
        model = await stack.enter_async_context(LastingOpenAI())
        model.always = moods = Moody(plan.seed, 0.0)
        around = World(plan.seed, folder, sides, model, names)
        process = await _started(plan, around)
        stack.push_async_callback(_killed, process)
        yield Soak(plan, around, outcome, process, moods, random.Random(plan.seed))  # noqa: S311 - repeatable, not secret


async def _started(plan: Plan, around: World) -> asyncio.subprocess.Process:
    settings = around.environment() | {
        "PARLEY_LOG_LEVEL": "INFO",
        "PARLEY_DELETE_GRACE_HOURS": str(GRACE_HOURS),
        "SOAK_FILE": str(around.folder / INSIDE),
        "SOAK_EVERY": str(plan.every),
        "SOAK_PURGE_EVERY": str(plan.purge_every),
        "SOAK_LEAK": plan.leak,
        "PYTHONPATH": str(ROOT),
        "PATH": os.environ.get("PATH", ""),
    }
    with (around.folder / LOG).open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.soak.inside",
            cwd=around.folder,
            env=settings,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


async def _killed(process: asyncio.subprocess.Process) -> None:
    """Where the harness itself fails: this process and no other."""
    if process.returncode is None:
        process.kill()
        await process.wait()
