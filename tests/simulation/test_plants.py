"""Planted bugs are found: a check that cannot fail shows nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.simulation.exploring import random_plan, singles
from tests.simulation.plants import PLANTS
from tests.simulation.run import Outcome, Plan, run

MOST_SEEDS = 400
KNOWN = {
    "remembers no channel": Plan(1, "three, one at length by cat", (12,)),
    "reply apart from its effect": Plan(1, "lists by ann", (35,)),
    "mixes people": random_plan(5),
    "random keys": Plan(1, "three, one at length by cat", (23,)),
    "shows all to all": random_plan(60),
    "takes a lost answer for success": random_plan(42),
    "skips what is limited": random_plan(1),
}
"""Where the search below found those that took it long. When the core has changed, it may have to search again, which takes seconds."""


def _tried(plant: str) -> Iterator[Outcome]:
    """A death at each moment of three messages on each platform, and of some commands; then what seeds make."""
    if plant in KNOWN:
        yield run(replace(KNOWN[plant], plant=plant))
    for scenario in ("three, one at length by ann", "three, one at length by cat", "lists by ann"):
        yield from singles(Plan(1, scenario, plant=plant))
    for seed in range(MOST_SEEDS):
        yield run(random_plan(seed, plant))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_bug_is_found(plant: str) -> None:
    found = next((outcome for outcome in _tried(plant) if outcome.problems), None)
    assert found is not None, f"{plant} was not found"
    assert found.problems[0].startswith(f"{PLANTS[plant].breaks}:"), f"found for another reason: {found.problems}"
    assert run(found.plan).problems == found.problems, "the same plan is not the same run"
    assert run(replace(found.plan, plant="")).problems == (), "found without the bug, too"


def test_there_are_enough() -> None:
    assert len(PLANTS) >= 10
    assert {plant.breaks for plant in PLANTS.values()} == {f"I{number}" for number in range(1, 11)}
    assert all(a is not b for a, b in itertools.combinations(PLANTS.values(), 2))
