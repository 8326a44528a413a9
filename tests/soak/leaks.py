"""Planted leaks, to see that the verdict sees: each is small and steady, as real ones are."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

from bot.sessions.dispatcher import Dispatcher

PAUSE = 0.1
AT_ONCE = 5
"""Seconds, and how many are left behind each time."""
BLOCKED = 0.12


async def task(dispatcher: Dispatcher) -> None:
    """Tasks that wait for what never comes."""
    kept: list[asyncio.Task[bool]] = []
    while True:
        kept += [asyncio.create_task(asyncio.Event().wait()) for _ in range(AT_ONCE)]
        await asyncio.sleep(PAUSE)


async def descriptor(dispatcher: Dispatcher) -> None:
    """Files that nobody closes."""
    kept: list[int] = []
    while True:
        kept += [os.open(os.devnull, os.O_RDONLY) for _ in range(AT_ONCE)]
        await asyncio.sleep(PAUSE)


async def thread(dispatcher: Dispatcher) -> None:
    """Threads that wait for what never comes."""
    while True:
        for _ in range(AT_ONCE):
            threading.Thread(target=threading.Event().wait, daemon=True).start()
        await asyncio.sleep(PAUSE)


async def table(dispatcher: Dispatcher) -> None:
    """Names in one of the core's own tables."""
    while True:
        dispatcher._caught_up |= {f"leak {len(dispatcher._caught_up) + number}" for number in range(AT_ONCE)}
        await asyncio.sleep(PAUSE)


async def memory(dispatcher: Dispatcher) -> None:
    """Bytes that no table of the program's knows."""
    kept: list[bytes] = []
    while True:
        kept += [os.urandom(400_000) for _ in range(AT_ONCE)]
        await asyncio.sleep(PAUSE)


async def drip(dispatcher: Dispatcher) -> None:
    """Twenty kilobytes a second, in small objects: the least that some minutes tell from noise."""
    kept: list[bytes] = []
    while True:
        kept += [os.urandom(400) for _ in range(AT_ONCE)]
        await asyncio.sleep(PAUSE)


async def block(dispatcher: Dispatcher) -> None:
    """Work on the event loop."""
    while True:
        end = time.monotonic() + BLOCKED
        while time.monotonic() < end:
            pass
        await asyncio.sleep(3 * BLOCKED)


async def reader(dispatcher: Dispatcher) -> None:
    """A reading transaction that never ends, so that the WAL cannot be taken in."""
    import sqlite3  # noqa: PLC0415 - beside the program's own connection

    connection = sqlite3.connect(f"file:{os.environ['PARLEY_DATABASE']}?mode=ro", uri=True, isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM events").fetchone()
    while True:
        await asyncio.sleep(PAUSE)


async def leak(names: str, dispatcher: Dispatcher) -> None:
    """All that are named, with commas between, at the same time."""
    await asyncio.gather(*(LEAKS[name](dispatcher) for name in names.split(",")))


LEAKS: dict[str, Callable[[Dispatcher], Coroutine[Any, Any, None]]] = {
    function.__name__: function for function in (task, descriptor, thread, table, memory, drip, block, reader)
}
