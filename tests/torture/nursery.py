"""Lives of the bot: forked from a parent that has imported everything and has neither a loop nor a thread, or started as operators do.

As a process of its own (`python -m tests.torture.nursery`) it is that parent: a line that says what to start in, the child's process id
out; a line with an id in, how that child ended out (null: it lives).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

from tests.torture.plants import plant

ROOT = Path(__file__).resolve().parents[2]
WARM = (
    "bot.__main__",
    "bot.serving",
    "bot.models.openai",
    "bot.models.openai_client",
    "adapters.telegram.adapter",
    "adapters.discord.adapter",
    "storage.sqlite.store",
    "openai",
    "uvloop",
)
LOG = "bot.log"
_PR_SET_PTRACER = 0x59616D61
_ANYBODY = 2**64 - 1

Traced = Literal["no", "later", "held"]
"""Whether a life is to be looked into by strace: not at all, some time, or from its first step on."""


class Life(Protocol):
    """One running bot."""

    async def kill(self) -> int:
        """kill -9; gives how it ended, as `os.waitstatus_to_exitcode` does: -9, unless it had ended by itself."""

    async def end(self, within: float) -> tuple[int | None, float]:
        """SIGTERM; gives how it ended (None: not in time, and it was killed) and after how many seconds."""


class Nursery:
    """The warmed parent, seen from the test. Use it with `async with`."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.torture.nursery",
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        if await self._ask({}) != "warm":
            raise AssertionError("the warmed parent did not start")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def start(
        self, environment: Mapping[str, str], folder: Path, *, planted: str = "", seed: int = 0, traced: Traced = "no"
    ) -> Forked:
        """A bot that is in the middle of its start a few milliseconds from now; one that is `held` waits for SIGCONT."""
        told = {"environment": dict(environment), "folder": str(folder), "plant": planted, "seed": seed, "traced": traced}
        pid = await self._ask(told)
        assert isinstance(pid, int)
        return Forked(self, pid)

    async def ended(self, pid: int) -> int | None:
        """How the child ended; None while it lives. To be asked until it is known."""
        answer = await self._ask({"pid": pid})
        assert answer is None or isinstance(answer, int)
        return answer

    async def _ask(self, question: object) -> object:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._lock:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            line = await asyncio.wait_for(self._process.stdout.readline(), 60)
        if not line:
            raise AssertionError("the warmed parent has ended")
        return json.loads(line)


@dataclass(frozen=True, slots=True)
class Forked:
    """A bot from the nursery."""

    nursery: Nursery
    pid: int

    async def kill(self) -> int:
        ended = await self.nursery.ended(self.pid)
        if ended is not None:
            return ended
        os.kill(self.pid, signal.SIGKILL)
        while (ended := await self.nursery.ended(self.pid)) is None:
            await asyncio.sleep(0.001)
        return ended

    async def end(self, within: float) -> tuple[int | None, float]:
        began = time.monotonic()
        ended = await self.nursery.ended(self.pid)
        if ended is None:
            os.kill(self.pid, signal.SIGTERM)
        while ended is None and time.monotonic() - began < within:
            await asyncio.sleep(0.002)
            ended = await self.nursery.ended(self.pid)
        took = time.monotonic() - began
        if ended is None:
            await self.kill()
        return ended, took


@dataclass(frozen=True, slots=True)
class Started:
    """A bot that was started as operators do: `python -m bot run`."""

    process: asyncio.subprocess.Process

    @classmethod
    async def start(cls, environment: Mapping[str, str], folder: Path) -> Started:
        with (folder / LOG).open("ab") as log:
            command = (sys.executable, "-m", "bot", "run")
            return cls(
                await asyncio.create_subprocess_exec(
                    *command,
                    cwd=folder,
                    env={**environment, "PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")},
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            )

    async def kill(self) -> int:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        return await self.process.wait()

    async def end(self, within: float) -> tuple[int | None, float]:
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            code = await asyncio.wait_for(self.process.wait(), within)
        except TimeoutError:
            await self.kill()
            return None, time.monotonic() - began
        return code, time.monotonic() - began


def _let_be_traced(traced: Traced) -> None:
    """Where only parents may trace, as Yama has it, everybody may trace this one; there may be no such rule to lift."""
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(_ANYBODY), 0, 0, 0)
    if traced == "held":
        os.kill(os.getpid(), signal.SIGSTOP)


def _be_bot(environment: Mapping[str, str], folder: str, planted: str, seed: int, traced: Traced) -> None:
    """The child: as good as a process of its own. Never returns."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    log = os.open(os.path.join(folder, LOG), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.chdir(folder)
    os.umask(0o077)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    random.seed(seed)
    if planted:
        plant(planted)
    if traced != "no":
        _let_be_traced(traced)
    code = 1
    try:
        code = importlib.import_module("bot.__main__").run_bot()
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    for name in WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        question = json.loads(line)
        answer: object = "warm"
        if "pid" in question:
            pid, status = os.waitpid(question["pid"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        elif question:
            pid = os.fork()
            if pid == 0:
                _be_bot(question["environment"], question["folder"], question["plant"], question["seed"], question["traced"])
            answer = pid
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
