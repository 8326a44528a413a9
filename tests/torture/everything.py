"""`make torture`: everything that takes hours, one after the other, and in the end what came of each.

python -m tests.torture.everything                      all of it
python -m tests.torture.everything kills fuzz           some of it
python -m tests.torture.everything kills --kills 1000   one of it, with arguments of its own
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

KILLS = ("tests.torture", "--faults", "--side-by-side", "3")
PARTS: Mapping[str, tuple[str, ...]] = {
    "simulation": ("tests.simulation", "--runs", "1000000"),
    "pairs": ("tests.simulation", "--every-pair"),
    "kills": (*KILLS, "--platform", "both", "--kills", "10000"),
    "telegram": (*KILLS, "--platform", "telegram", "--kills", "10000"),
    "webhook": (*KILLS, "--platform", "telegram", "--webhook", "--kills", "10000"),
    "discord": (*KILLS, "--platform", "discord", "--kills", "10000"),
    "ends": (*KILLS, "--platform", "both", "--kills", "2000", "--terminated"),
    "impatient": (*KILLS, "--platform", "both", "--kills", "2000", "--impatient"),
    "syscalls": ("tests.syscalls",),
    "power": ("tests.power", "--states", "20000"),
    "fuzz": ("tests.fuzz", "--inputs", "1000000"),
    "conversations": ("pytest", "-q", "--timeout", "0", "tests/core/test_stateful.py"),
    "matrix": ("pytest", "-q", "-n", "auto", "--timeout", "0", "tests/security/test_objects.py"),
}
"""Modules to run, with what they are given."""
AROUND: Mapping[str, Mapping[str, str]] = {
    "conversations": {"PARLEY_TEST_EXAMPLES": "4000", "PARLEY_TEST_STEPS": "30"},
    "matrix": {"PARLEY_TEST_MATRIX": "whole"},
}
"""What is set around it, unless it is set otherwise: PARLEY_TEST_EXAMPLES=3 make torture ARGS=conversations."""


def chosen(words: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The parts to run by name, each with its whole command. Raises ValueError, with a line for people."""
    first = next((place for place, word in enumerate(words) if word.startswith("-")), len(words))
    names, more = words[:first], words[first:]
    if unknown := [name for name in names if name not in PARTS]:
        raise ValueError(f"there is no part called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if more and len(names) != 1:
        raise ValueError(f"{' '.join(more)} can be given to one part only: name it before, as in: kills --kills 1000")
    return {name: (*PARTS[name], *more) for name in dict.fromkeys(names) or PARTS}


def main(words: Sequence[str]) -> int:
    try:
        parts = chosen(words)
    except ValueError as refused:
        print(refused, file=sys.stderr)
        return 2
    told = []
    for part, given in parts.items():
        began = time.monotonic()
        print(f"== {part}: python -m {' '.join(given)}", flush=True)
        command = [sys.executable, "-m", *given]
        code = subprocess.run(command, env={**AROUND.get(part, {}), **os.environ}, check=False).returncode  # noqa: S603 - our own
        told.append((part, code, time.monotonic() - began))
    print("\n".join(f"{part:14} {'well' if code == 0 else f'NOT WELL ({code})'} after {took:.0f} s" for part, code, took in told))
    return max(code != 0 for _, code, _ in told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
