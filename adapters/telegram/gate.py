"""Waiting for the flood limits: the limiter's arithmetic with a clock, so that a call can say `async with gate.passing(...)`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from adapters.telegram.limiter import Limiter, Limits, Waits
from bot.errors import RateLimited
from bot.ports import Clock

_LOOK_AGAIN = 0.1  # at most so late is somebody noticed who came while the gate slept


class Gate:
    """One for each bot. First come, first served in each chat; finals before placeholders; previews only where there is room to spare."""

    def __init__(self, clock: Clock, limits: Limits = Limits()) -> None:  # noqa: B008 - it is frozen
        self._clock = clock
        self._limiter = Limiter(limits, clock.monotonic())
        self._futures: dict[int, asyncio.Future[None]] = {}
        self._keeper: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def passing(self, chat_id: str, kind: Waits) -> AsyncIterator[None]:
        """Waits until the call may be made, which is then made inside. Raises RateLimited as Limiter.join does."""
        ticket = self._limiter.join(self._clock.monotonic(), chat_id, kind)
        try:
            await self._enter(ticket)
            yield
        finally:
            self._limiter.leave(ticket)
            self._let_in()

    async def _enter(self, ticket: int) -> None:
        future = self._futures[ticket] = asyncio.get_running_loop().create_future()
        self._let_in()
        if future.done():
            return
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._keep(), name="telegram-gate")
        try:
            await future
        finally:
            self._futures.pop(ticket, None)

    def squeeze_in(self, chat_id: str) -> None:
        """For a preview: counts it, or raises RateLimited at once."""
        wait = self._limiter.squeeze_in(self._clock.monotonic(), chat_id)
        if wait > 0.0:
            raise RateLimited(wait)

    def has_room(self, chat_id: str) -> bool:
        """For a typing action, which is left out rather than waited for."""
        return self._limiter.has_room(self._clock.monotonic(), chat_id)

    def flooded(self, chat_id: str, retry_after: float) -> None:
        """Telegram itself refused."""
        self._limiter.flooded(self._clock.monotonic(), chat_id, retry_after)

    def interval(self, chat_id: str) -> float:
        """The time between two previews in this chat, as of now."""
        return self._limiter.interval(self._clock.monotonic(), chat_id)

    async def close(self) -> None:
        """Who waits is turned away with CancelledError."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        for future in self._futures.values():
            future.cancel()

    def _let_in(self) -> None:
        for ticket in self._limiter.grants(self._clock.monotonic()):
            future = self._futures.pop(ticket, None)
            if future is not None and not future.done():
                future.set_result(None)

    async def _keep(self) -> None:
        """Lives while somebody waits."""
        while (wait := self._limiter.wake_in(self._clock.monotonic())) is not None:
            await self._clock.sleep(min(max(wait, 0.002), _LOOK_AGAIN))
            self._let_in()
