"""Death at every system call: `python -m tests.syscalls [--kind answer] [--every 1] [--seed 0]`.

For each kind of turn the calls that make a difference are counted once; then the whole program is killed just before each of them, is
started again, and everything is held against what people should see.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

from tests.syscalls.campaign import Plan, Tally, carry_out
from tests.syscalls.kinds import KINDS
from tests.syscalls.strace import missing
from tests.torture.nursery import Nursery
from tests.torture.plants import PLANTS

HEAD = f"{'kind':16} {'syscalls':>8} {'tried':>6} {'deaths':>6} {'lost':>5} {'doubled':>7} {'strays':>6} {'unsaid':>6} {'seconds':>7}"


def row(tally: Tally, seconds: float) -> str:
    return (
        f"{tally.kind:16} {tally.calls.total():8} {tally.sites:6} {tally.deaths:6} {tally.lost:5} {tally.doubled:7} {tally.strays:6} "
        f"{tally.unsaid:6} {seconds:7.0f}"
    )


async def _run(plans: Sequence[Plan], side_by_side: int) -> int:
    bad = 0
    print(HEAD, flush=True)
    async with Nursery() as nursery:
        for plan in plans:
            began = time.monotonic()
            tally = await carry_out(plan, nursery, side_by_side)
            print(row(tally, time.monotonic() - began), flush=True)
            print("\n".join(tally.problems), end="\n" if tally.problems else "", flush=True)
            bad += bool(tally.problems)
    print("all well" if not bad else f"{bad} of {len(plans)} kinds have problems")
    return 1 if bad else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.syscalls", description="kills Parley at every system call of a turn")
    parser.add_argument("--kind", choices=[*KINDS], action="append", help="may be given several times; all if not said")
    parser.add_argument("--every", type=int, default=1, help="die at every so many calls")
    parser.add_argument("--seed", type=int, default=0, help="which of them")
    parser.add_argument("--side-by-side", type=int, default=2, help="databases at a time")
    parser.add_argument("--plant", choices=[*PLANTS], default="", help="with a bug that must be found")
    given = parser.parse_args()
    if reason := missing():
        print(reason)
        return 1
    plans = [Plan(KINDS[name], given.every, given.seed, given.plant) for name in given.kind or KINDS]
    return asyncio.run(_run(plans, given.side_by_side))


if __name__ == "__main__":
    sys.exit(main())
