"""Fuzzing as long as one likes; what is found is made small and printed with the command that shows it again.

python -m tests.fuzz [--what telegram|discord|...|all] [--inputs 1000000] [--seed N] [--side-by-side 2] [--minutes M]
[--at NUMBER]
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor, wait
from typing import Final

from tests.fuzz.catalogue import FIELDS, planned
from tests.fuzz.field import Outcome, chance_for, judged, run
from tests.fuzz.shrinking import shrunk

CHUNKS: Final = 200
"""Into how many pieces of work the inputs of a field are cut, at most."""
LEAST: Final = 20
TELL_EVERY: Final = 60.0
SHOWN: Final = 3000

Work = tuple[str, int, range]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="reads and writes what nobody should send")
    parser.add_argument("--what", choices=[*FIELDS, "all"], default="all")
    parser.add_argument(
        "--inputs", type=int, default=1_000_000, help="of each group (renderers; stream; updates and events), or of the one that is named"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--side-by-side", type=int, default=2, help="processes")
    parser.add_argument("--minutes", type=float, default=0.0, help="stop then, with what was done by then; 0: do all")
    parser.add_argument("--at", type=int, default=-1, help="one input alone, by its number")
    given = parser.parse_args()
    if given.at >= 0:
        if given.what == "all":
            parser.error("--at needs --what")
        return _one(given.what, given.seed, given.at)
    return _all(planned(given.what, given.inputs), given.seed, given.side_by_side, given.minutes)


def again(name: str, seed: int, number: int) -> str:
    """The command that shows one input again."""
    return f"python -m tests.fuzz --what {name} --seed {seed} --at {number}"


def report(name: str, seed: int, number: int) -> str:
    """One input with its problems, made as small as it gets, for people to read."""
    what = FIELDS[name]()
    case = what.make(chance_for(name, seed, number))
    problems = judged(what, case)
    if not problems:
        return f"{name} {number}: no problem (time differs from run to run)"
    case, problems = shrunk(what, case, problems)
    lines = [f"PROBLEM in {name}", f"again: {again(name, seed, number)}"]
    return "\n".join([*lines, *(problem[:SHOWN] for problem in problems[:5]), "the smallest input that shows it:", what.show(case)[:SHOWN]])


def _one(name: str, seed: int, number: int) -> int:
    what = FIELDS[name]()
    case = what.make(chance_for(name, seed, number))
    print(what.show(case))
    problems = judged(what, case)
    print(report(name, seed, number) if problems else "no problem")
    return 1 if problems else 0


def _all(plan: dict[str, int], seed: int, side_by_side: int, minutes: float) -> int:
    totals = {name: Outcome() for name in plan}
    began = told = time.monotonic()
    with ProcessPoolExecutor(side_by_side) as pool:
        waiting = {pool.submit(_chunk, work): work[0] for work in _works(plan, seed)}
        while waiting:
            done, _ = wait(waiting, timeout=1, return_when="FIRST_COMPLETED")
            for future in done:
                name = waiting.pop(future)
                for number in _new(totals[name], future.result()):
                    print(f"{time.monotonic() - began:6.0f} s: a problem: {again(name, seed, number)}", flush=True)
            if minutes and time.monotonic() - began > minutes * 60:
                waiting = {future: name for future, name in waiting.items() if not future.cancel()}
            if time.monotonic() - told >= TELL_EVERY:
                told = time.monotonic()
                print(f"{told - began:6.0f} s: {_line(totals)}", flush=True)
    for name, total in totals.items():
        for found in total.found.values():
            print(report(name, seed, found.number), end="\n\n", flush=True)
    for name, total in totals.items():
        each = total.seconds / total.inputs * 1e3 if total.inputs else 0.0
        print(f"{name:9} {total.inputs:9} inputs, {total.bad} with problems, {total.unjudged} not judged, {each:.2f} ms of CPU each")
    bad = sum(total.bad for total in totals.values())
    print(f"seed {seed}, {time.monotonic() - began:.0f} s: {_line(totals)}: {'all well' if not bad else 'PROBLEMS'}")
    return 1 if bad else 0


def _works(plan: dict[str, int], seed: int) -> list[Work]:
    """The fields in turn, so that whatever time there is, each gets some."""
    works = []
    for name, inputs in plan.items():
        size = max(LEAST, inputs // CHUNKS)
        works += [(start / inputs, (name, seed, range(start, min(inputs, start + size)))) for start in range(0, inputs, size)]
    return [work for _, work in sorted(works, key=lambda pair: pair[0])]


def _chunk(work: Work) -> Outcome:
    name, seed, numbers = work
    return run(FIELDS[name](), seed, numbers)


def _new(total: Outcome, part: Outcome) -> list[int]:
    """Adds the part to the total; the inputs that show a problem of a kind that was not found before."""
    new = [found.number for kind, found in part.found.items() if kind not in total.found]
    total.add(part)
    return new


def _line(totals: dict[str, Outcome]) -> str:
    every = Outcome()
    for total in totals.values():
        every.add(total)
    kinds = sum(len(total.found) for total in totals.values())
    return f"{every.inputs} inputs, {every.bad} with problems of {kinds} kinds, {every.unjudged} not judged"


if __name__ == "__main__":
    sys.exit(main())
