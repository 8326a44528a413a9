"""Counts the calls of a kind of turn, then dies at each of them, and holds what came of it against an undisturbed turn."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tests.syscalls.kinds import Kind
from tests.syscalls.scene import Attach, Scene, Visit
from tests.syscalls.strace import Site, Threads, counted, kill_at, note
from tests.torture.checks import check
from tests.torture.nursery import LOG, Nursery
from tests.torture.records import Records, read
from tests.torture.verdict import Verdict
from tests.torture.world import World, world

ROUND = 20
"""Deaths on one database."""
LOG_LINES = 20
COUNTING = 999
"""The seed of the world in which calls are counted."""
SAID = (b"some words", b"Answer to ")


@dataclass(frozen=True, slots=True)
class Plan:
    """Which deaths: of all calls of the kind, each `every`th from the `seed`th on."""

    kind: Kind
    every: int = 1
    seed: int = 0
    plant: str = ""


@dataclass(slots=True)
class Tally:
    """What came of it. `sites` are the places where the bot was to die; it did not come to all of them."""

    kind: str
    calls: Counter[str] = field(default_factory=Counter)
    sites: int = 0
    deaths: int = 0
    lost: int = 0
    doubled: int = 0
    strays: int = 0
    unsaid: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        self.lost += verdict.lost
        self.doubled += verdict.doubled
        self.unsaid += verdict.unsaid
        self.problems += verdict.problems
        if verdict.problems:
            self.problems.append(verdict.transcript())


@dataclass(frozen=True, slots=True)
class Counted:
    """The places, and what people see of such a turn in the end."""

    sites: Sequence[Site]
    seen: tuple[str, ...]


async def carry_out(plan: Plan, nursery: Nursery, side_by_side: int = 2) -> Tally:
    """The whole plan."""
    found = await count(replace(plan, plant=""), nursery)
    sites = found.sites[plan.seed % plan.every :: plan.every]
    tally = Tally(plan.kind.name, Counter(f"{site.call} ({site.threads})" for site in found.sites), len(sites))
    turnstile = asyncio.Semaphore(side_by_side)

    async def one(number: int, part: Sequence[Site]) -> None:
        async with turnstile:
            await _die(plan, number, part, found.seen, nursery, tally)

    size = 1 if plan.kind.start == "empty" else ROUND
    await asyncio.gather(*(one(first + 1, sites[first : first + size]) for first in range(0, len(sites), size)))
    tally.problems += [f"again: {command(plan)}"] if tally.problems else []
    return tally


def command(plan: Plan) -> str:
    """How to run the plan again."""
    planted = f" --plant {plan.plant}" if plan.plant else ""
    return f"python -m tests.syscalls --kind {plan.kind.name} --every {plan.every} --seed {plan.seed}{planted}"


async def count(plan: Plan, nursery: Nursery) -> Counted:
    """By an undisturbed turn; and by one before it, which loads and makes what later ones find there."""
    threads: tuple[Threads, ...] = ("main", "all") if plan.kind.start else ("main", "others")
    async with _scene(plan, COUNTING, nursery) as (around, scene):
        log = around.folder / "calls"
        attach: tuple[Attach | None, ...] = (None, partial(note, log=log))
        visits = [await scene.visit(each) for each in attach[plan.kind.start == "empty" :]]
        seen = {scene.guests.seen(visit.room) for visit in visits}
        if len(seen) != 1 or any(visit.why or visit.died for visit in visits):
            raise AssertionError(f"undisturbed turns do not end well, or end in different ways: {visits}, {seen}")
        (shown,) = seen
        if plan.kind.newest and not re.fullmatch(plan.kind.newest, shown[-1], re.DOTALL):
            raise AssertionError(f"an undisturbed turn ends with {shown}, and not with {plan.kind.newest}")
        return Counted([site for group in threads for site in counted(log, scene.pid, group)], shown)


async def _die(plan: Plan, number: int, sites: Sequence[Site], wanted: tuple[str, ...], nursery: Nursery, tally: Tally) -> None:
    async with _scene(plan, number, nursery) as (around, scene):
        visits: list[tuple[Site, Visit]] = []
        for site in sites:
            visits.append((site, visit := await scene.visit(partial(kill_at, site=site))))
            if visit.why:
                break
        ended = await scene.end()
        found = len(tally.problems)
        records = await read(around.database)
        if plan.kind.erases:
            _take_as_shown(records, around)
        tally.add(await check(around, sum(visit.died for _, visit in visits), records))
        tally.problems += [f"the last life ended with {ended}"] if ended != 0 else []
        if plan.kind.erases:
            tally.problems += [f"{name} holds words of people who were forgotten" for name in await _remains(around, scene)]
        for site, visit in visits:
            _judge(plan, site, visit, scene, wanted, tally)
        if len(tally.problems) > found:
            tally.problems.append(_tail(around))


def _take_as_shown(records: Records, around: World) -> None:
    """What commands said to people who were forgotten is soon stored no more; that people see the right words is looked at by itself."""
    for post in records.posts:
        if post["content"] is None and post["state"] == "final" and post["reply_id"] not in records.messages:
            _, shown = around.sides[0].message_of(post)
            records.expected[post["id"]] = shown.text if shown is not None else ""


async def _remains(around: World, scene: Scene) -> list[str]:
    """After one more start, which makes up for what a busy life put off."""
    await scene.rest()
    await scene.end()
    files = sorted(around.folder.glob(f"{around.database.name}*"))
    return [path.name for path in files if any(words in path.read_bytes() for words in SAID)]


def _judge(plan: Plan, site: Site, visit: Visit, scene: Scene, wanted: tuple[str, ...], tally: Tally) -> None:
    """A death may cost a stub, and nothing else that people could see."""
    strays, seen = scene.guests.strays(visit.room), scene.guests.seen(visit.room)
    tally.deaths += visit.died
    tally.strays += strays
    if visit.why:
        tally.problems.append(f"not at rest after {site} (room {visit.room.id}): {visit.why}")
    if strays > visit.died:
        tally.problems.append(f"{strays} strays after {site} (room {visit.room.id})")
    if seen not in {wanted, *plan.kind.may_cost(wanted), *([visit.before] if plan.kind.may_vanish else [])}:
        tally.problems.append(f"after {site} (room {visit.room.id}) people see {seen}, and not {wanted}")


def _tail(around: World) -> str:
    lines = (around.folder / LOG).read_text("utf-8", "replace").splitlines()
    return "\n".join(["--- the end of the bot's log", *lines[-LOG_LINES:]])


@asynccontextmanager
async def _scene(plan: Plan, number: int, nursery: Nursery) -> AsyncIterator[tuple[World, Scene]]:
    """A world of its own, in an empty folder."""
    with tempfile.TemporaryDirectory(prefix="parley-syscalls-") as folder:
        async with world(Path(folder), plan.seed * 1000 + number, plan.kind.platform) as around:
            scene = Scene(around, plan.kind, nursery, plan.plant)
            try:
                yield around, scene
            finally:
                await scene.end()
