"""A bot as a process: how it is started and ended, and what the kernel says it costs."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.platforms import Platform

ROOT = str(Path(__file__).resolve().parents[2])
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Bot:
    """What to run, and on which platform. `name` stands over its column."""

    name: str
    command: tuple[str, ...]
    stores: bool
    platform: Platform


def baseline(platform: Platform) -> Bot:
    """The smallest bot that could do the same there."""
    return Bot("baseline", (sys.executable, "-m", platform.baseline), stores=False, platform=platform)


def parley(platform: Platform) -> Bot:
    """Parley as the environment says, or as it is in this folder."""
    command = shlex.split(os.environ.get("PARLEY_BENCH_COMMAND", "")) or [sys.executable, "-m", "bot", "run"]
    return Bot("Parley", tuple(command), stores=True, platform=platform)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU, user and system together, and resident memory in MiB."""

    cpu: float
    rss: float


class BotProcess:
    """One running bot."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self.log = log

    @classmethod
    async def start(cls, bot: Bot, environment: dict[str, str], folder: Path) -> BotProcess:
        """Starts the bot in `folder`; what it prints goes to bot.log there."""
        log = folder / "bot.log"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *bot.command,
                cwd=folder,
                env=kept | {"PYTHONPATH": ROOT} | environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return cls(process, log)

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    def cost(self) -> Cost:
        """What it has cost until now, with all its threads."""
        folder = Path("/proc") / str(self._process.pid)
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        return Cost((int(fields[11]) + int(fields[12])) / TICK, int(status["VmRSS"].split()[0]) / 1024)

    async def until(self, event: asyncio.Event, *, within: float) -> None:
        """Waits for the event, the end of the process, or so many seconds, whichever comes first."""
        waits = {asyncio.ensure_future(event.wait()), asyncio.ensure_future(self._process.wait())}
        _, pending = await asyncio.wait(waits, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        for wait in pending:
            wait.cancel()

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL after five seconds; this process and no other."""
        if not self.running:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
