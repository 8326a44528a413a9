"""The real `parley` command as a process, in a folder of its own and with no more of an environment than a test gives it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ended:
    status: int | None
    out: str
    told: str


def environment(folder: Path, settings: dict[str, str]) -> dict[str, str]:
    """Locks and history go to the folder too, so that tests side by side do not meet."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "HOME": str(folder), "LOGNAME": "ann", **settings}


class Parley:
    """`async with Parley(folder, "run", PARLEY_MODEL="x") as parley`: whatever happens, the process is gone afterwards."""

    def __init__(self, folder: Path, *words: str, **settings: str) -> None:
        self._folder, self._words, self._settings = folder, words, settings
        self.started = 0.0

    async def __aenter__(self) -> Self:
        self.started = time.monotonic()
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *self._words,
            cwd=self._folder,
            env=environment(self._folder, self._settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.communicate()

    async def end(self, typed: str = "", within: float = 60.0) -> Ended:
        """Types the lines, closes the input, and waits for the end."""
        async with asyncio.timeout(within):
            out, told = await self.process.communicate(typed.encode())
        return Ended(self.process.returncode, out.decode(), told.decode())

    async def terminate(self) -> tuple[Ended, float]:
        """SIGTERM, and how many seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        ended = await self.end()
        return ended, time.monotonic() - begun


async def parley(folder: Path, *words: str, typed: str = "", **settings: str) -> Ended:
    """One run from start to end."""
    async with Parley(folder, *words, **settings) as process:
        return await process.end(typed)
