"""Calls under way and small errands: whoever asked may be cancelled, a call to Telegram never is, and nothing ends unnoticed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import TypeVar

from telegram.error import TelegramError

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Flights:
    """Everything that must land before the session to Telegram is closed."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    async def land(self, call: Coroutine[object, object, T]) -> T:
        """Runs the call to its end and gives its result. When the caller is cancelled, the call goes on without it: a cancelled edit
        could still arrive, after a later one."""
        task = asyncio.create_task(call)
        self._tasks.add(task)
        task.add_done_callback(self._landed)
        return await asyncio.shield(task)

    def errand(self, call: Coroutine[object, object, object], name: str) -> None:
        """Runs something that nobody waits for; a refusal by Telegram is logged and of no further consequence."""
        task: asyncio.Task[object] = asyncio.create_task(_noticed(call, name), name=f"telegram-{name}")
        self._tasks.add(task)
        task.add_done_callback(self._landed)

    async def drain(self, seconds: float) -> None:
        """Waits so long for what is under way, then gives up on it."""
        if self._tasks:
            _, pending = await asyncio.wait(set(self._tasks), timeout=seconds)
            for task in pending:
                task.cancel()
            if pending:
                await asyncio.wait(pending, timeout=seconds)

    def _landed(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # who asked may be gone; then nobody else looks


async def _noticed(call: Coroutine[object, object, object], name: str) -> None:
    try:
        await call
    except TelegramError as error:
        _log.info("telegram: %s did not work: %s", name, type(error).__name__)
