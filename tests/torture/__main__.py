"""`make torture`: kills by the thousand, in rounds with a database of their own, and the figures.

python -m tests.torture --kills 10000 [--platform telegram|discord|both] [--faults] [--terminated] [--impatient]
    [--real] [--webhook] [--seed N]
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from tests.torture.campaign import Outcome, Plan, run
from tests.torture.nursery import Nursery
from tests.torture.plants import PLANTS
from tests.torture.report import report
from tests.torture.world import PLATFORMS

ROUND = 100
"""Kills on one database."""
COUNTED = ("kills", "messages", "answers", "merged", "failed", "strays", "unknown_sends", "commands", "unsaid", "again", "lost", "doubled")


class Total:
    """The sum of the rounds."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.slowest = self.rest = 0.0
        self.bad = 0

    def add(self, outcome: Outcome) -> None:
        verdict = outcome.verdict
        self.counts += Counter(
            kills=outcome.plan.kills,
            messages=verdict.asked,
            answers=verdict.answers,
            merged=verdict.merged,
            failed=sum(verdict.failed.values()),
            strays=verdict.strays,
            unknown_sends=verdict.unknown_sends,
            commands=verdict.commands,
            again=verdict.again,
            unsaid=verdict.unsaid,
            lost=verdict.lost,
            doubled=verdict.doubled,
        )
        self.slowest, self.rest = max(self.slowest, outcome.slowest), max(self.rest, outcome.rest)
        self.bad += bool(outcome.problems)

    def line(self) -> str:
        return ", ".join(f"{self.counts[name]} {name.replace('_', ' ')}" for name in COUNTED)


async def _torture(plan: Plan, side_by_side: int) -> int:
    total, began = Total(), time.monotonic()
    rounds = [replace(plan, seed=plan.seed + first // ROUND, kills=min(ROUND, plan.kills - first)) for first in range(0, plan.kills, ROUND)]
    turnstile = asyncio.Semaphore(side_by_side)

    async def one(part: Plan) -> None:
        async with turnstile:
            with tempfile.TemporaryDirectory(prefix="parley-torture-") as folder:
                outcome = await run(part, Path(folder), nursery)
                total.add(outcome)
                if outcome.problems:
                    kept = shutil.copytree(folder, tempfile.mkdtemp(prefix="parley-torture-kept-"), dirs_exist_ok=True)
                    print(f"{report(outcome, Path(folder))}\nthe database is kept in {kept}", flush=True)
            print(f"{time.monotonic() - began:6.0f} s: {total.line()}", flush=True)

    async with Nursery() as nursery:
        await asyncio.gather(*(one(part) for part in rounds))
    print(f"the longest way to rest took {total.rest:.1f} s")
    if plan.terminated:
        print(f"the slowest end took {total.slowest:.2f} s")
    print("all well" if not total.bad else f"{total.bad} of {len(rounds)} rounds have problems")
    return 1 if total.bad else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description="kills Parley at random, and counts what was lost")
    parser.add_argument("--kills", type=int, default=10_000, help="on each platform")
    parser.add_argument("--platform", choices=[*PLATFORMS], default="", help="one, or both in one process; one after the other if not said")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", action="store_true", help="with calls that fail before or after their effect")
    parser.add_argument("--terminated", action="store_true", help="SIGTERM instead of kill -9")
    parser.add_argument("--impatient", action="store_true", help="SIGTERM, and kill -9 within the next quarter of a second")
    parser.add_argument("--real", action="store_true", help="start the bot as operators do, which takes longer")
    parser.add_argument("--webhook", action="store_true", help="Telegram posts its updates instead of being polled")
    parser.add_argument("--side-by-side", type=int, default=2, help="rounds at a time")
    parser.add_argument("--plant", choices=[*PLANTS], default="", help="with a bug that must be found")
    given = parser.parse_args()
    if given.webhook and given.platform == "discord":
        parser.error("--webhook is for Telegram; Discord's gateway knows none")
    found = 0
    for platform in [given.platform] if given.platform else ["telegram"] if given.webhook else ["telegram", "discord"]:
        plan = Plan(
            given.seed,
            given.kills,
            given.faults,
            given.plant,
            given.terminated,
            given.real,
            platform=platform,
            impatient=given.impatient,
            webhook=given.webhook,
        )
        print(f"{plan.kills} kills with {platform}" if platform != "both" else f"{plan.kills} kills with both platforms")
        found |= asyncio.run(_torture(plan, given.side_by_side))
    return found


if __name__ == "__main__":
    sys.exit(main())
