"""Which runs are made: a death at every single moment, at every pair of moments, or whatever a seed makes of people and troubles."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from tests.simulation.run import Outcome, Plan, run

DEATHS = (0.0, 0.005, 0.02, 0.05)
FAULTS = (0.0, 0.0, 0.03, 0.1)
TROUBLES = (0.0, 0.0, 0.1)


def random_plan(seed: int, plant: str = "") -> Plan:
    """All of it by the seed: who does what and when, and how much goes wrong."""
    chance = random.Random(f"plan {seed}")  # noqa: S311 - repeatable, not secret
    return Plan(seed, "random", (), chance.choice(DEATHS), chance.choice(FAULTS), chance.choice(TROUBLES), plant)


def singles(plan: Plan) -> Iterator[Outcome]:
    """The run without a death, and then one death at each of its moments."""
    whole = run(plan)
    yield whole
    for moment in range(1, whole.moments + 1):
        yield run(replace(plan, deaths=(moment,)))


def seconds(plan: Plan, first: int) -> Iterator[Outcome]:
    """After a death at the moment `first` another one at each moment that comes after it."""
    once = run(replace(plan, deaths=(first,)))
    for moment in range(first + 1, once.moments + 1):
        yield run(replace(plan, deaths=(first, moment)))


def pairs(plan: Plan, share: int = 0, shares: int = 1) -> Iterator[Outcome]:
    """Every pair of moments; of `shares` equal parts the one with the number `share`."""
    for first in range(1, run(plan).moments + 1):
        if first % shares == share:
            yield from seconds(plan, first)


def report(outcome: Outcome) -> str:
    """What is wrong, how to see it again, and what happened."""
    problems = "\n".join(outcome.problems)
    return f"{problems}\nto run it again: {outcome.plan.command()}\n\n{outcome.transcript}"
