"""`make soak`: the whole program for as long as one likes, with faults on, and whether anything grew.

python -m tests.soak --seconds 86400 [--rate 1.0] [--platform telegram|discord|both] [--seed N]
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from tests.soak.leaks import LEAKS
from tests.soak.reporting import is_well, report
from tests.soak.soaking import Plan, soak
from tests.torture.world import PLATFORMS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="runs Parley for a long while, and says what grew")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--rate", type=float, default=1.0, help="what people do, a second")
    parser.add_argument("--platform", choices=[*PLATFORMS], default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=120, help="on each platform")
    parser.add_argument("--calm", action="store_true", help="without faults")
    parser.add_argument("--leak", default="", help=f"with leaks that must be found, of {', '.join(LEAKS)}")
    given = parser.parse_args()
    plan = Plan(given.seconds, given.rate, given.platform, given.seed, given.people, faults=not given.calm, leak=given.leak)
    with tempfile.TemporaryDirectory(prefix="parley-soak-") as folder:
        outcome = asyncio.run(soak(plan, Path(folder)))
        print(report(outcome), flush=True)
        if is_well(outcome):
            return 0
        kept = shutil.copytree(folder, tempfile.mkdtemp(prefix="parley-soak-kept-"), dirs_exist_ok=True)
        print(f"the database, the samples and the log are kept in {kept}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
