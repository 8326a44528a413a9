"""A disk of a few megabytes that only its own processes see, and the `parley` command on it: for what happens when it is full."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.command import environment

SIZE = 24
"""MiB: the reserve of 16, and a little for a conversation."""


@dataclass
class Life:
    """One running `parley run`. `told` is what it has printed so far."""

    process: asyncio.subprocess.Process
    log: Path

    @property
    def told(self) -> str:
        return self.log.read_text("utf-8")

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Nothing of it moves meanwhile, so that what is looked at and what is done then is of one moment, however busy the machine is."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    async def tells(self, words: str, within: float = 60.0) -> None:
        async with asyncio.timeout(within):
            while words not in self.told:
                assert self.process.returncode is None or words in self.told, self.told
                await asyncio.sleep(0.01)

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def end(self) -> int:
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            return await self.process.wait()


@dataclass
class SmallDisk:
    """A process that does nothing holds the disk; lives join its view of it."""

    folder: Path
    lives: list[Life] = field(default_factory=list)

    async def mount(self) -> str:
        """Why this machine lets its user mount nothing; empty once the disk is there."""
        if shutil.which("unshare") is None or shutil.which("nsenter") is None:
            return "there is no unshare"
        (self.folder / "disk").mkdir()
        for user in ((), ("--user", "--map-root-user")):
            script = (
                f"mount -t tmpfs -o size={SIZE}m,mode=700 tmpfs {shlex.quote(str(self.folder / 'disk'))} && echo mounted && exec sleep 600"
            )
            self._joined = ("--user", "--preserve-credentials") if user else ()
            self._holder = await asyncio.create_subprocess_exec(
                "unshare", *user, "--mount", "sh", "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
            )
            assert self._holder.stdout is not None
            if await self._holder.stdout.readline() == b"mounted\n":
                return ""
            _, said = await self._holder.communicate()
        why = said.decode().strip()
        assert "not permitted" in why or "denied" in why, f"this is no matter of rights: {why}"
        return why

    async def unmount(self) -> None:
        for life in self.lives:
            await life.kill()
        self._holder.kill()
        await self._holder.communicate()

    @property
    def path(self) -> Path:
        """The disk, as it is seen from here."""
        return Path(f"/proc/{self._holder.pid}/root{self.folder / 'disk'}")

    @property
    def reserve(self) -> Path:
        """What Parley keeps of the disk for the day on which it is full."""
        return self.path / "parley.db.reserve"

    async def start(self, settings: Mapping[str, str]) -> Life:
        own = {"PARLEY_DATABASE": str(self.folder / "disk" / "parley.db"), **settings}
        log = self.folder / f"told{len(self.lives)}"
        joined = ("nsenter", *self._joined, "--mount", "--target", str(self._holder.pid))
        line = f"cd {shlex.quote(str(self.folder))} && exec {shlex.quote(sys.executable)} -m bot run"
        with log.open("wb") as printed:
            process = await asyncio.create_subprocess_exec(
                *joined,
                "sh",
                "-c",
                line,
                env=environment(self.folder, own),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
            )
        life = Life(process, log)
        self.lives.append(life)
        return life

    def fill(self) -> None:
        """To the last byte."""
        with (self.path / "filler").open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0" * 4096)

    def free(self) -> None:
        (self.path / "filler").unlink()

    def room(self) -> int:
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    def states_of_posts(self, life: Life) -> list[str]:
        """As the database has them. A copy is read: SQLite would follow the way here to where no disk is to be seen."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        with life.standing_still():
            for name in ("parley.db", "parley.db-wal"):
                shutil.copyfile(self.path / name, copy / name)
        with closing(sqlite3.connect(copy / "parley.db")) as stored:
            return [state for (state,) in stored.execute("SELECT state FROM posts ORDER BY state")]

    async def read_only(self) -> None:
        script = f"mount -o remount,ro {shlex.quote(str(self.folder / 'disk'))}"
        joined = ("nsenter", *self._joined, "--mount", "--target", str(self._holder.pid))
        changed = await asyncio.create_subprocess_exec(*joined, "sh", "-c", script)
        assert await changed.wait() == 0


@asynccontextmanager
async def small_disk(folder: Path) -> AsyncIterator[SmallDisk]:
    """A disk for one test, which is skipped where nothing can be mounted."""
    disk = SmallDisk(folder)
    if why := await disk.mount():
        pytest.skip(f"nothing can be mounted here: {why}")
    try:
        yield disk
    finally:
        await disk.unmount()
