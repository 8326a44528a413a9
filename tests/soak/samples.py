"""What is looked at while the bot lives: from outside what the kernel says, from inside what the program counted itself."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.lag import BOUNDS

MIB = 2**20
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Outside:
    """`at` is wall time in seconds, `cpu` seconds since the start of the process; memory and files in MiB."""

    at: float
    rss: float
    anonymous: float
    descriptors: int
    threads: int
    cpu: float
    wal: float
    database: float
    folder: float
    load: float


def look(pid: int, database: Path) -> Outside:
    """Raises OSError where the process is gone."""
    root = Path("/proc") / str(pid)
    told = dict(line.split(":", 1) for line in (root / "status").read_text().splitlines() if ":" in line)
    if "VmRSS" not in told:
        raise ProcessLookupError(pid)
    fields = (root / "stat").read_text().rpartition(")")[2].split()
    files = {path.name: path.stat().st_size for path in database.parent.iterdir() if path.is_file()}
    return Outside(
        time.time(),
        int(told["VmRSS"].split()[0]) / 1024,
        int(told["RssAnon"].split()[0]) / 1024,
        len(os.listdir(root / "fd")),
        int(told["Threads"]),
        (int(fields[11]) + int(fields[12])) / TICK,
        files.get(f"{database.name}-wal", 0) / MIB,
        files.get(database.name, 0) / MIB,
        sum(files.values()) / MIB,
        os.getloadavg()[0],
    )


@dataclass(frozen=True, slots=True)
class Inside:
    """`lag` counts looks by lateness since the start, as bot.lag does; `tables` by path; `counting` is the longest look's
    time; `frozen` counts objects that are not looked through for garbage, `remembered` bytes of branches that are kept at hand,
    `in_use` bytes that allocators gave out, 0 where they do not say."""

    at: float
    tasks: int
    lag: Sequence[int]
    longest_lag: float
    late: int
    tables: Mapping[str, int]
    counting: float
    frozen: int = 0
    remembered: int = 0
    in_use: int = 0


def read_inside(path: Path) -> list[Inside]:
    """Oldest first; a last line that is only half there is left out."""
    lines = path.read_text("utf-8").split("\n")[:-1] if path.exists() else []
    return [_inside(json.loads(line)) for line in lines]


def _inside(told: dict[str, object]) -> Inside:
    lag, tables = told["lag"], told["tables"]
    assert isinstance(lag, dict)
    assert isinstance(tables, dict)
    return Inside(
        float(str(told["at"])),
        int(str(told["tasks"])),
        lag["counts"],
        lag["longest"],
        lag["late"],
        tables,
        float(str(told["counting"])),
        int(str(told["frozen"])),
        int(str(told["remembered"])),
        int(str(told["in_use"])),
    )


def late_by(counts: Sequence[int], share: float) -> float:
    """The bound up to which this share of the looks was; infinite beyond the last."""
    passed, looks = 0, sum(counts)
    for bound, count in zip(BOUNDS, counts, strict=False):
        passed += count
        if passed >= share * looks:
            return bound
    return float("inf")
