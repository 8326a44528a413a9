"""Power cuts by the thousand: `python -m tests.power --states 20000 --seed 1`.

What the real store writes is recorded, and the disk is rebuilt as it could be if the power went at each moment. With synchronous=FULL, as
Parley has it, nothing may be corrupt or lost. NORMAL must lose what was acknowledged and OFF must corrupt, or the check is blind.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.power.campaign import Leg, judged, play
from tests.syscalls.strace import missing

LESS = 10
"""The legs that must fail get a tenth of the states."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.power", description="cuts the power at every write of the database")
    parser.add_argument("--states", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--side-by-side", type=int, default=2)
    given = parser.parse_args()
    if reason := missing():
        print(reason)
        return 1
    wrong: list[str] = []
    for leg in (Leg("FULL", given.states), *(Leg(name, given.states // LESS, 1 / LESS) for name in ("NORMAL", "OFF"))):
        began = time.monotonic()
        verdict = play(leg, given.seed, given.side_by_side)
        print(f"{leg.synchronous}: {verdict.line()}; {time.monotonic() - began:.0f} s", flush=True)
        found = judged(leg, verdict)
        print("\n".join(found), end="\n" if found else "")
        wrong += found
    print("all well" if not wrong else "there are problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
