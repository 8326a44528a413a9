"""Every write, cut, sync, making, renaming and removal of a file that a run of the workload made, in order, by strace."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.power.workload import MARKS
from tests.syscalls.strace import STRACE

CALLS = "openat,write,pwrite64,pwritev,?ftruncate,fsync,fdatasync,?unlink,?unlinkat,?rename,?renameat,?renameat2"
LONGEST = 1 << 24
_LINE = re.compile(r"(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?")
_STRING = re.compile(r'"([^"]*)"(\.\.\.)?')
_DESCRIPTOR = re.compile(r"\d+<([^>]*)>")


@dataclass(frozen=True, slots=True)
class Write:
    name: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """The file has this length from now on."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """What was written to the file is on the disk; with an empty name: what was made, renamed and removed in the folder is."""

    name: str


@dataclass(frozen=True, slots=True)
class Make:
    name: str


@dataclass(frozen=True, slots=True)
class Rename:
    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Remove:
    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What the database holds is acknowledged from here on."""

    content: str


Step = Write | Cut | Sync | Make | Rename | Remove | Mark


@dataclass(frozen=True, slots=True)
class Work:
    """What is recorded: `pages` is how long the WAL grows until it is brought into the file. With FULL the product syncs as it does; with
    NORMAL or OFF it is made to do so."""

    seed: int
    deeds: int
    synchronous: str = "FULL"
    pages: int = 1000


def record(work: Work, folder: Path) -> list[Step]:
    """Runs the workload in the empty folder. What is mapped into memory is not seen: that is the WAL's index, which no cut outlives."""
    log = folder / "strace.log"
    program = (
        sys.executable,
        "-m",
        "tests.power.workload",
        str(folder),
        str(work.seed),
        str(work.deeds),
        work.synchronous,
        str(work.pages),
    )
    tracing = (STRACE, "-y", "-xx", "-s", str(LONGEST), "-e", f"trace={CALLS}", "-o", str(log))
    subprocess.run([*tracing, *program], check=True, timeout=300, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        with log.open(encoding="ascii") as lines:
            return list(_steps(lines, str(folder)))
    finally:
        log.unlink()


def _steps(lines: Iterator[str], folder: str) -> Iterator[Step]:
    made: set[str] = set()
    positions: dict[str, int] = {}
    for line in lines:
        if (found := _LINE.match(line)) is None or found[3] == "-1":
            continue
        for step in _step(found, folder, made, positions):
            if not isinstance(step, Mark) and step.name.endswith(("-shm", "strace.log", MARKS)):
                continue
            yield step


def _step(found: re.Match[str], folder: str, made: set[str], positions: dict[str, int]) -> Iterator[Step]:
    call, given, result = found[1], found[2], int(found[3])
    strings = [_bytes(each[1], each[2]) for each in _STRING.finditer(given)]
    at = _DESCRIPTOR.match(given)
    path = _bytes(at[1]).decode() if at is not None and call != "openat" else ""
    name = path.removeprefix(folder).removeprefix("/")
    if call == "openat":
        path = strings[0].decode()
        name = path.removeprefix(folder + "/")
        if path.startswith(folder + "/") and "O_CREAT" in given and name not in made:
            made.add(name)
            positions[name] = 0
            yield Make(name)
    elif call in ("unlink", "unlinkat", "rename", "renameat", "renameat2"):
        yield from _names(call, [each.decode() for each in strings], folder, made)
    elif not path.startswith(folder):
        return
    elif call in ("fsync", "fdatasync"):
        yield Sync(name)
    elif call == "ftruncate":
        yield Cut(name, int(given.rpartition(",")[2]))
    elif call == "pwrite64":
        yield Write(name, int(given.rpartition(",")[2]), strings[0][:result])
    elif name == MARKS:
        yield Mark(strings[0].decode().strip())
    elif call == "write":
        yield Write(name, positions[name], strings[0][:result])
        positions[name] += result
    else:
        raise AssertionError(f"{call} is not understood")


def _names(call: str, paths: list[str], folder: str, made: set[str]) -> Iterator[Step]:
    inside = [path.removeprefix(folder + "/") for path in paths if path.startswith(folder + "/")]
    if inside and call.startswith("unlink"):
        made.discard(inside[0])
        yield Remove(inside[0])
    elif inside:
        made.discard(inside[0])
        made.add(inside[1])
        yield Rename(*inside)


def _bytes(text: str, more: str | None = None) -> bytes:
    if more:
        raise AssertionError("strace cut what was written")
    return bytes.fromhex(text.replace("\\x", ""))
