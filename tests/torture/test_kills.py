"""Kills of the whole program: nothing lost, nothing answered twice, what is shown is what is stored.

The long run is `python -m tests.torture` (or `make torture`); its options say what can be varied.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.torture.campaign import Outcome, Plan, run
from tests.torture.nursery import Nursery
from tests.torture.report import report

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with Nursery() as nursery:
        yield nursery


async def _carried_out(folder: Path, nursery: Nursery, *plans: Plan) -> list[Outcome]:
    """The plans side by side; fails with all that is needed to look into it."""

    async def one(plan: Plan) -> Outcome:
        place = folder / f"{plan.seed}"
        place.mkdir()
        outcome = await run(plan, place, nursery)
        assert not outcome.problems, report(outcome, place)
        return outcome

    return await asyncio.gather(*(one(plan) for plan in plans))


async def test_300_kills_at_random_moments_lose_nothing(tmp_path: Path, nursery: Nursery) -> None:
    plans = [Plan(seed, 75, faults=seed % 2 == 0) for seed in (1, 2, 3, 4)]
    outcomes = await _carried_out(tmp_path, nursery, *plans)
    assert sum(outcome.verdict.asked for outcome in outcomes) > 250
    assert sum(outcome.verdict.answers for outcome in outcomes) > 40
    assert sum(outcome.verdict.strays for outcome in outcomes) > 0, "no kill fell between a send and its storing: the test is too kind"


async def test_300_kills_on_discord_lose_nothing(tmp_path: Path, nursery: Nursery) -> None:
    plans = [Plan(seed, 75, faults=seed % 2 == 0, platform="discord") for seed in (11, 12, 13, 14)]
    outcomes = await _carried_out(tmp_path, nursery, *plans)
    assert sum(outcome.verdict.asked for outcome in outcomes) > 250
    assert sum(outcome.verdict.answers for outcome in outcomes) > 40
    assert sum(outcome.verdict.commands for outcome in outcomes) > 20
    assert sum(outcome.verdict.strays for outcome in outcomes) <= 2, "more than answers to deleted messages are left over"


async def test_kills_with_both_platforms_in_one_process_lose_nothing(tmp_path: Path, nursery: Nursery) -> None:
    (outcome,) = await _carried_out(tmp_path, nursery, Plan(15, 30, platform="both"))
    assert outcome.verdict.asked > 30


async def test_10_kills_of_a_real_start_lose_nothing(tmp_path: Path, nursery: Nursery) -> None:
    (outcome,) = await _carried_out(tmp_path, nursery, Plan(5, 10, real=True))
    assert outcome.verdict.asked > 5


async def test_r1_sigterm_at_random_moments_ends_in_time_and_loses_nothing(tmp_path: Path, nursery: Nursery) -> None:
    outcomes = await _carried_out(tmp_path, nursery, *[Plan(seed, 10, terminated=True) for seed in (6, 7)])
    assert max(outcome.slowest for outcome in outcomes) < 2.0
    assert not any(outcome.verdict.failed for outcome in outcomes), "an end by SIGTERM counted as a failed attempt"


async def test_r1_sigterm_and_then_a_kill_loses_nothing(tmp_path: Path, nursery: Nursery) -> None:
    (outcome,) = await _carried_out(tmp_path, nursery, Plan(16, 20, platform="both", impatient=True))
    assert outcome.verdict.asked > 20


async def test_the_checks_see_a_bot_that_acknowledges_before_it_stores(tmp_path: Path, nursery: Nursery) -> None:
    outcome = await run(Plan(8, 25, plant="acknowledges_first", quiet_within=30), tmp_path, nursery)
    assert outcome.verdict.lost > 0


async def test_the_checks_see_a_bot_that_sends_whole_answers(tmp_path: Path, nursery: Nursery) -> None:
    outcome = await run(Plan(9, 40, plant="sends_plainly", quiet_within=30), tmp_path, nursery)
    assert outcome.verdict.doubled > 0


async def test_p9_the_checks_see_a_discord_bot_that_acknowledges_before_it_stores(tmp_path: Path, nursery: Nursery) -> None:
    outcome = await run(Plan(18, 30, plant="discord_acknowledges_first", quiet_within=8, platform="discord"), tmp_path, nursery)
    assert outcome.verdict.lost > 0


async def test_p25_the_checks_see_a_discord_bot_that_fetches_nothing(tmp_path: Path, nursery: Nursery) -> None:
    outcome = await run(Plan(19, 15, plant="discord_remembers_nothing", quiet_within=8, platform="discord"), tmp_path, nursery)
    assert outcome.verdict.lost > 0


async def test_p4_the_checks_see_a_discord_bot_with_a_fresh_nonce_for_each_try(tmp_path: Path, nursery: Nursery) -> None:
    outcome = await run(Plan(20, 40, plant="discord_random_nonces", quiet_within=30, platform="discord"), tmp_path, nursery)
    assert outcome.verdict.doubled > 0
