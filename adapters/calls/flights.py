"""Calls under way and small errands: whoever asked may be cancelled, a call to a platform never is, and nothing ends unnoticed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Flights:
    """Everything that must land before the connections to the platform are closed."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return bool(self._tasks)

    async def land(self, call: Coroutine[object, object, T]) -> T:
        """Runs the call to its end and gives its result. When the caller is cancelled, the call goes on without it: a cancelled edit
        could still arrive, after a later one."""
        task = asyncio.create_task(call)
        self._keep(task)
        return await asyncio.shield(task)

    def errand(self, call: Coroutine[object, object, object]) -> None:
        """Runs something that nobody waits for, and that says itself what went wrong; what it did not expect is a line of the log (R5)."""
        task = asyncio.create_task(call)
        self._keep(task)
        task.add_done_callback(_told)

    async def drain(self, seconds: float) -> None:
        """Waits so long for what is under way, then gives up on it."""
        if self._tasks:
            _, pending = await asyncio.wait(set(self._tasks), timeout=seconds)
            for task in pending:
                task.cancel()
            if pending:
                await asyncio.wait(pending, timeout=seconds)

    def _keep(self, task: asyncio.Task[T]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[T]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # who asked may be gone; then nobody else looks


def _told(errand: asyncio.Task[object]) -> None:
    if not errand.cancelled() and (error := errand.exception()) is not None:
        _log.error("an errand failed", exc_info=error)
