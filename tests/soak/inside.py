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
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot import __main__ as program
from bot.lag import Lag
from bot.process import run
from bot.sessions.dispatcher import Dispatcher
from tests.soak.leaks import LEAKS
from tests.soak.tables import caches, module_tables, sizes

T = TypeVar("T")
READY_WITHIN = 30.0
PURGED_BEFORE = "SOAK_PURGE_EVERY"


@dataclass(frozen=True, slots=True)
class Orders:
    """What the harness wants, told by the environment. Times are in seconds; `kinds`: count all objects by their type as well."""

    file: Path
    every: float
    purge_every: float
    leak: str
    kinds: bool

    @classmethod
    def given(cls) -> Orders:
        told = os.environ
        return cls(
            Path(told["SOAK_FILE"]),
            float(told["SOAK_EVERY"]),
            float(told["SOAK_PURGE_EVERY"]),
            told.get("SOAK_LEAK", ""),
            bool(told.get("SOAK_KINDS")),
        )


def found(kind: type[T]) -> T | None:
    """The only object of its kind. It takes a while, so it is looked for once."""
    return next((one for one in gc.get_objects() if type(one) is kind), None)


async def _ready(kind: type[T]) -> T:
    async with asyncio.timeout(READY_WITHIN):
        while (one := found(kind)) is None:
            await asyncio.sleep(0.1)
    return one


class Counting:
    """Counts every few seconds, as long as the program runs."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._slowest = 0.0

    async def run(self) -> None:
        dispatcher, lag = await _ready(Dispatcher), await _ready(Lag)
        leaking = asyncio.ensure_future(LEAKS[self._orders.leak](dispatcher)) if self._orders.leak else None
        purged = time.monotonic()
        with self._orders.file.open("a", encoding="utf-8") as file:
            while leaking is None or not leaking.done() or not leaking.exception():
                print(json.dumps(self._counted(dispatcher, lag)), file=file, flush=True)
                await asyncio.sleep(self._orders.every)
                if time.monotonic() - purged > self._orders.purge_every:
                    purged = time.monotonic()
                    desk = dispatcher._desk
                    await desk.store.purge(desk.clock.now() - desk.policy.delete_grace)

    def _counted(self, dispatcher: Dispatcher, lag: Lag) -> dict[str, object]:
        """The time that the counting takes is the harness's own, and is told."""
        began = time.monotonic()
        figures = lag.figures()
        counted: dict[str, object] = {
            "at": time.time(),
            "tasks": len(asyncio.all_tasks()),
            "lag": {"counts": figures.counts, "longest": figures.longest, "late": figures.late},
            "tables": sizes({"Dispatcher": dispatcher, "Model": dispatcher._runner._model}) | caches() | module_tables(),
        }
        if self._orders.kinds:
            counted["kinds"] = dict(Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects()).most_common(80))
        self._slowest = max(self._slowest, time.monotonic() - began)
        counted["counting"] = self._slowest
        return counted


async def _beside(orders: Orders) -> int:
    settings = program._settings()
    if settings is None:
        return program.WRONG_SETTINGS
    program._log(settings, settings.parley_log_level)
    counting = asyncio.ensure_future(Counting(orders).run())
    try:
        return await program._serve(settings, program._platforms(settings))
    finally:
        counting.cancel()


def main() -> None:
    os.umask(0o077)
    sys.exit(run(_beside(Orders.given())))


if __name__ == "__main__":
    main()
