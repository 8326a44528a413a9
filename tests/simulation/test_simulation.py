"""The ordinary share of the simulation: every single moment, every pair of moments of three messages, and some thousand seeds.

It takes less than a minute. `make torture` makes a million of them, and every pair of every scenario.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

import pytest

from tests.simulation.exploring import pairs, random_plan, report, singles
from tests.simulation.run import Outcome, Plan, run
from tests.simulation.scenarios import NAMED

PEOPLE = ("ann", "cat")
"""One on each platform."""
PAIRED = "three messages"
SHARES = 12
OF_PAIRS = [*(("cat", share) for share in range(SHARES)), ("ann", 0), ("ann", 6)]
"""All pairs on Discord, and a sixth of them on Telegram: `make torture` has the rest."""
SEEDS = 1500
PORTION = 100


def _all_well(outcomes: Iterable[Outcome]) -> int:
    """How many there were. A failure prints how to run it again, and what happened."""
    count = 0
    for outcome in outcomes:
        assert not outcome.problems, f"\n{report(outcome)}"
        count += 1
    return count


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("scenario", NAMED)
def test_s6_p9_a_death_at_every_moment(scenario: str, person: str) -> None:
    assert _all_well(singles(Plan(1, f"{scenario} by {person}"))) > 10


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("person", "share"), OF_PAIRS)
def test_s6_p9_r8_a_death_at_every_pair_of_moments(person: str, share: int) -> None:
    assert _all_well(pairs(Plan(1, f"{PAIRED} by {person}"), share, SHARES)) > 100


@pytest.mark.timeout(300)
@pytest.mark.parametrize("first", range(0, SEEDS, PORTION))
def test_whatever_a_seed_makes_of_it(first: int) -> None:
    outcomes = [run(random_plan(seed)) for seed in range(first, first + PORTION)]
    _all_well(outcomes)
    assert sum(outcome.deaths for outcome in outcomes) > PORTION / 2


def test_a_seed_is_the_same_run_in_every_process() -> None:
    """The order of sets of words differs from process to process, and must not matter."""
    told = {_told(seed, hashing) for hashing in ("1", "2") for seed in ("3", "8")}
    assert len(told) == 2


def _told(seed: str, hashing: str) -> str:
    command = [sys.executable, "-m", "tests.simulation", "--seed", seed]
    around = {**os.environ, "PYTHONHASHSEED": hashing}
    return subprocess.run(command, env=around, capture_output=True, text=True, timeout=50, check=True).stdout  # noqa: S603 - our own


def test_a_failure_is_told_with_how_to_see_it_again() -> None:
    outcome = run(Plan(1, "answer by ann", (5,), plant="acknowledges first"))
    text = report(outcome)
    assert "I4: update" in text
    assert "python -m tests.simulation --seed 1 --scenario 'answer by ann' --deaths 5 --plant 'acknowledges first'" in text
    assert "ann       writes 101 in ann: ann1 briefly" in text
    assert "--        the program dies" in text
