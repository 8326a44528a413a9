"""strace, attached to a living process: it notes which system calls are made, or kills the process at a certain one of them."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

STRACE = shutil.which("strace") or ""

CALLS = (
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "sendto",
    "sendmsg",
    "fsync",
    "fdatasync",
    "ftruncate",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "mkdir",
    "mkdirat",
)
"""All that changes something outside of the process, or makes sure that it was changed. Some of them do not exist everywhere."""

Threads = Literal["main", "others", "all"]
"""Whose calls are counted: the event loop's; those of the threads beside it, one of which is the database's; or those of every thread,
each by itself, also of threads that are yet to come."""

ATTACHED_WITHIN = 20.0
_CALL = re.compile(r"(\d+) +(\w+)\(")


@cache
def missing() -> str:
    """Why it cannot be used, in one line; empty where it can."""
    if not STRACE:
        return "strace is not installed (apt install strace)"
    tried = subprocess.run([STRACE, "-o", "/dev/null", "true"], check=False, capture_output=True, text=True, timeout=20)  # noqa: S603
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip().splitlines()[-1:]}"


@dataclass(frozen=True, slots=True)
class Site:
    """Just before a thread makes such a call for the `number`th time since strace was attached."""

    threads: Threads
    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.call} {self.number} ({self.threads})"


@dataclass(frozen=True, slots=True)
class Tracer:
    """strace at work. It ends with the process."""

    process: asyncio.subprocess.Process

    @property
    def ended(self) -> bool:
        return self.process.returncode is not None

    async def detach(self) -> None:
        with suppress(ProcessLookupError):
            self.process.terminate()
        await self.process.wait()


async def note(pid: int, log: Path) -> Tracer:
    """Writes down the calls of all threads, for `counted`."""
    calls = ",".join(f"?{call}" for call in CALLS)
    return await _attach(pid, "all", "-e", f"trace={calls}", "-e", "signal=none", "-o", str(log))


async def kill_at(pid: int, site: Site) -> Tracer:
    """The call is not made any more."""
    return await _attach(
        pid, site.threads, "-e", f"trace={site.call}", "-e", f"inject={site.call}:signal=KILL:when={site.number}", "-o", "/dev/null"
    )


def counted(log: Path, pid: int, threads: Threads) -> list[Site]:
    """A place for each call of the threads of the process in the log; of several that make the same one, the busiest counts."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in log.read_text("utf-8", "replace").splitlines():
        if (found := _CALL.match(line)) is not None:
            counts[found[2], found[1]] += 1
    wanted = {key: count for key, count in counts.items() if threads == "all" or (key[1] == str(pid)) == (threads == "main")}
    most = {call: max(count for (name, _), count in wanted.items() if name == call) for call, _ in wanted}
    return [Site(threads, call, number) for call in sorted(most) for number in range(1, most[call] + 1)]


async def _attach(pid: int, threads: Threads, *options: str) -> Tracer:
    follow = ("-f",) if threads == "all" else ()
    process = await asyncio.create_subprocess_exec(
        STRACE, *follow, *options, *(f"-p{thread}" for thread in _threads(pid, threads)), stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    for _ in _threads(pid, threads):
        line = await asyncio.wait_for(process.stderr.readline(), ATTACHED_WITHIN)
        if b"attached" not in line:
            raise AssertionError(f"strace was not attached: {line.decode()}")
    return Tracer(process)


def _threads(pid: int, threads: Threads) -> Sequence[int]:
    if threads != "others":
        return [pid]
    return [thread for name in os.listdir(f"/proc/{pid}/task") if (thread := int(name)) != pid]
