"""A short soak of the whole program: after a burst everything is as it was before, and leaks are found. The long one is `make soak`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.soak.judging import bound_of, lines
from tests.soak.reporting import report
from tests.soak.samples import Inside, look, read_inside
from tests.soak.soaking import INSIDE, Outcome, Plan, Soak, begun, soak
from tests.torture.checks import check

RATE = 45.0
WARM, BURST = 90, 300
"""Deeds."""


async def _level(going: Soak) -> tuple[Inside, int]:
    """What is held once all is quiet: as counted inside after now, and the descriptors without connections that wait to be used again."""
    assert not await going.quiet(40.0)
    await asyncio.sleep(2.5 * going.plan.every)
    (*_, inside) = read_inside(going.around.folder / INSIDE)
    return inside, look(going.process.pid, going.around.database).descriptors - inside.tables["TCPConnector._conns[]"]


@pytest.mark.timeout(120)
async def test_r4_r7_after_a_burst_everything_is_as_before(tmp_path: Path) -> None:
    plan = Plan(12.0, RATE, seed=3, people=60, faults=False)
    outcome = Outcome(plan)
    async with begun(plan, tmp_path, outcome) as going:
        await going.greet()
        await going.talk(WARM / RATE)
        before, files = await _level(going)
        await going.talk(BURST / RATE)
        after, files_after = await _level(going)
        await going.end()
        verdict = await check(going.around, 0)
    assert outcome.deeds > 300
    assert outcome.problems + verdict.problems == []
    assert after.frozen > 50_000, "what was loaded is looked through for garbage again and again, which holds up the event loop"
    assert after.tasks <= before.tasks + 2
    assert files_after <= files + 2
    more = {name: (before.tables.get(name, 0), count) for name, count in after.tables.items() if count > before.tables.get(name, 0) + 2}
    assert {name: counts for name, counts in more.items() if bound_of(name) is None} == {}


LEAKS = {"task": "tasks", "descriptor": "descriptors", "thread": "threads", "table": "Dispatcher._caught_up", "memory": "the rest, in use"}


@pytest.mark.timeout(120)
async def test_planted_leaks_are_found(tmp_path: Path) -> None:
    outcome = await soak(Plan(5.0, 6.0, seed=4, people=16, leak=",".join([*LEAKS, "block"])), tmp_path)
    bad = {line.name.strip() for line in lines(outcome) if not line.well}
    assert bad >= {*LEAKS.values(), "tables", "loop lag, 99 %"}, report(outcome)
    assert outcome.verdict.lost == 0
    assert outcome.verdict.doubled == 0
