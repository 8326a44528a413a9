"""`python -m tests.simulation`: one run again and in words, or runs by the thousand.

python -m tests.simulation --seed 17 [--scenario 'retry by ann'] [--deaths 12,30] [--plant NAME]    one run, told
python -m tests.simulation --runs 1000000 [--first 0]                                               one for each seed
python -m tests.simulation --every-pair ['retry by ann']                                            a death at every pair of moments
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from tests.simulation.exploring import pairs, random_plan, report, singles
from tests.simulation.run import Plan, run
from tests.simulation.scenarios import NAMED

PEOPLE = ("ann", "cat")
"""One on each platform."""
PORTION = 250
SHARES = 20
MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Portion:
    """What came of some runs. `wrong` are reports."""

    runs: int = 0
    deaths: int = 0
    seconds: float = 0.0
    wrong: tuple[str, ...] = ()


def _of_seeds(first: int, last: int) -> Portion:
    outcomes = [run(random_plan(seed)) for seed in range(first, last)]
    return Portion(
        len(outcomes), sum(o.deaths for o in outcomes), sum(o.seconds for o in outcomes), tuple(report(o) for o in outcomes if o.problems)
    )


def _of_pairs(scenario: str, share: int) -> Portion:
    plan, runs, deaths, lasted, wrong = Plan(1, scenario), 0, 0, 0.0, []
    for outcome in [*(singles(plan) if share == 0 else ()), *pairs(plan, share, SHARES)]:
        runs, deaths, lasted = runs + 1, deaths + outcome.deaths, lasted + outcome.seconds
        wrong += [report(outcome)] if outcome.problems else []
    return Portion(runs, deaths, lasted, tuple(wrong))


def _many(work: Callable[..., Portion], jobs: Sequence[tuple[object, ...]]) -> int:
    """On all cores; what is wrong is told at once."""
    began, told = time.monotonic(), time.monotonic()
    total, bad = Portion(), 0
    for portion in _side_by_side(work, jobs):
        total = Portion(total.runs + portion.runs, total.deaths + portion.deaths, total.seconds + portion.seconds)
        for wrong in portion.wrong:
            bad += 1
            print(f"{wrong}\n" if bad <= MOST_TOLD else wrong.partition("\n\n")[0], flush=True)
        if time.monotonic() - told > 60:
            told = time.monotonic()
            print(_line(total, bad, told - began), flush=True)
    print(_line(total, bad, time.monotonic() - began))
    print("all well" if not bad else f"{bad} runs have problems")
    return 1 if bad else 0


def _side_by_side(work: Callable[..., Portion], jobs: Sequence[tuple[object, ...]]) -> Iterator[Portion]:
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(work, *zip(*jobs, strict=True))


def _line(total: Portion, bad: int, took: float) -> str:
    return f"{took:6.0f} s: {total.runs} runs, {total.deaths} deaths, {total.seconds / 3600:.0f} hours of the world, {bad} with problems"


def _portions(first: int, runs: int) -> Iterable[tuple[int, int]]:
    return [(start, min(start + PORTION, first + runs)) for start in range(first, first + runs, PORTION)]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int)
    parser.add_argument("--scenario", default="random")
    parser.add_argument("--deaths", default="")
    parser.add_argument("--plant", default="")
    for chance in ("--death", "--fault", "--trouble"):
        parser.add_argument(chance, type=float, default=0.0, help="for a scenario with a name; at random the seed says it")
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--every-pair", nargs="?", const="all")
    given = parser.parse_args()
    if given.seed is not None:
        plan = (
            Plan(given.seed, given.scenario, (), given.death, given.fault, given.trouble)
            if given.scenario != "random"
            else random_plan(given.seed)
        )
        deaths = tuple(int(moment) for moment in given.deaths.split(",") if moment)
        outcome = run(replace(plan, deaths=deaths, plant=given.plant))
        print(report(outcome))
        return 1 if outcome.problems else 0
    if given.every_pair:
        named = [f"{name} by {who}" for name in NAMED for who in PEOPLE] if given.every_pair == "all" else [given.every_pair]
        return _many(_of_pairs, [(scenario, share) for scenario in named for share in range(SHARES)])
    return _many(_of_seeds, list(_portions(given.first, given.runs)))


if __name__ == "__main__":
    sys.exit(main())
