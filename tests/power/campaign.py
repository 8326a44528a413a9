"""Rounds of cuts, each with a workload of its own, and what must come of each way of syncing."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from tests.power.recording import Work
from tests.power.replay import Verdict, quiet, replay

DEEDS = 40
PAGES = (1000, 100)
"""How long the WAL grows until it is brought into the file: SQLite's own number, and one that lets it happen much more often."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One way of syncing, with how many states at least, at what share of the moments. FULL is the product, however it syncs; the
    others are the product with that changed, and show that what it would break is seen."""

    synchronous: str
    states: int
    share: float = 1.0


def judged(leg: Leg, verdict: Verdict) -> list[str]:
    """What is wrong with the outcome of the leg."""
    match leg.synchronous:
        case "FULL":
            return verdict.problems
        case "NORMAL":
            found = [] if verdict.lost else ["nothing was lost with NORMAL: the replay does not see what it should"]
            return found if not verdict.corrupt else [*found, "NORMAL may lose, but not corrupt"]
        case _:
            return [] if verdict.corrupt else ["nothing was corrupt with OFF: the replay does not see what it should"]


def play(leg: Leg, seed: int, side_by_side: int) -> Verdict:
    """Rounds until there are enough states."""
    total = Verdict()
    with ProcessPoolExecutor(side_by_side) as pool:
        while total.states < leg.states:
            works = [Work(seed + number, DEEDS, leg.synchronous, PAGES[(seed + number) % 2]) for number in range(side_by_side)]
            seed += side_by_side
            for verdict in pool.map(partial(_round, leg.share), works):
                total.add(verdict)
    return total


def _round(share: float, work: Work) -> Verdict:
    quiet()
    return asyncio.run(replay(work, share=share))
