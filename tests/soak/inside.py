"""Parley as operators run it, with somebody beside it on the same loop who counts now and then what it holds, and writes that down.

As a process of its own: `python -m tests.soak.inside`, with the settings in the environment, and what is to be counted besides.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import __main__ as program
from bot.lag import Lag
from bot.process import run
from bot.sessions.dispatcher import Dispatcher
from tests.soak.allocated import in_use
from tests.soak.leaks import leak
from tests.soak.tables import caches, module_tables, sizes

READY_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Orders:
    """What the harness wants, told by the environment. Times are in seconds."""

    file: Path
    every: float
    purge_every: float
    leak: str

    @classmethod
    def given(cls) -> Orders:
        told = os.environ
        return cls(Path(told["SOAK_FILE"]), float(told["SOAK_EVERY"]), float(told["SOAK_PURGE_EVERY"]), told.get("SOAK_LEAK", ""))


def sign_for(file: Path) -> Path:
    """What is there once leaks may begin."""
    return file.with_suffix(".leaks")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the running program has in hand."""

    dispatcher: Dispatcher
    lag: Lag


def parts(life: Coroutine[Any, Any, int]) -> Parts | None:
    """As the coroutine that waits for the program's end holds them. To look through all objects there are instead would break tuples that
    the database's thread is just making."""
    inner: Any = life
    while inner is not None and getattr(inner, "cr_frame", None) is not None:
        held = inner.cr_frame.f_locals
        if isinstance(held.get("dispatcher"), Dispatcher) and isinstance(held.get("lag"), Lag):
            return Parts(held["dispatcher"], held["lag"])
        inner = inner.cr_await
    return None


class Counting:
    """Counts every few seconds, as long as the program runs."""

    def __init__(self, orders: Orders, life: Coroutine[Any, Any, int]) -> None:
        self._orders = orders
        self._life = life
        self._slowest = 0.0

    async def run(self) -> None:
        async with asyncio.timeout(READY_WITHIN):
            while (found := parts(self._life)) is None:
                await asyncio.sleep(0.05)
        dispatcher = found.dispatcher
        leaking: asyncio.Future[None] | None = None
        purged = time.monotonic()
        with self._orders.file.open("a", encoding="utf-8") as file:
            while leaking is None or not leaking.done() or not leaking.exception():
                print(json.dumps(self._counted(found)), file=file, flush=True)
                await asyncio.sleep(self._orders.every)
                if leaking is None and self._orders.leak and sign_for(self._orders.file).exists():
                    leaking = asyncio.ensure_future(leak(self._orders.leak, dispatcher))
                if time.monotonic() - purged > self._orders.purge_every:
                    purged = time.monotonic()
                    desk = dispatcher._desk
                    await desk.store.purge(desk.clock.now() - desk.policy.delete_grace)

    def _counted(self, found: Parts) -> dict[str, object]:
        """The time that the counting takes is the harness's own, and is told."""
        began = time.thread_time()
        dispatcher, figures = found.dispatcher, found.lag.figures()
        remembered = dispatcher._context._branches._weight
        counted: dict[str, object] = {
            "at": time.time(),
            "remembered": remembered,
            "in_use": in_use(),
            "frozen": gc.get_freeze_count(),
            "tasks": len(asyncio.all_tasks()),
            "lag": {"counts": figures.counts, "longest": figures.longest, "late": figures.late},
            "tables": sizes({"Dispatcher": dispatcher, "Model": dispatcher._runner._model})
            | {"Branches._weight": remembered}
            | caches()
            | module_tables(),
        }
        self._slowest = max(self._slowest, time.thread_time() - began)
        counted["counting"] = self._slowest
        return counted


async def _beside(orders: Orders) -> int:
    settings = program._settings()
    if settings is None:
        return program.WRONG_SETTINGS
    program._log(settings, settings.parley_log_level)
    life = program._serve(settings, program._platforms(settings))
    counting = asyncio.ensure_future(Counting(orders, life).run())
    try:
        return await life
    finally:
        counting.cancel()


def main() -> None:
    os.umask(0o077)
    sys.exit(run(_beside(Orders.given())))


if __name__ == "__main__":
    main()
