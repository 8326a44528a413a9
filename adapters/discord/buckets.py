"""Discord's rate limits as the library knows them, with two of its ways mended: it refuses what comes while a stretch of time runs, though
there be room in it, and it keeps back the answer to the call that takes the last room until the stretch is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
from discord import RateLimited
from discord.http import HTTPClient, Ratelimit


class Bucket(Ratelimit):
    """A call waits where there is no room, up to the longest time that is given; beyond that it raises discord.RateLimited."""

    async def acquire(self) -> None:
        self._last_request = self._loop.time()
        while True:
            if self.is_expired():
                self.reset()  # type: ignore[no-untyped-call]
            if self.remaining > 0:
                break
            await self._room()
        self.remaining -= 1
        self.outgoing += 1

    async def _room(self) -> None:
        """Returns when there may be room again."""
        left = None if self.expires is None else max(0.001, self.expires - self._loop.time() + 0.001)
        if left is not None and self._max_ratelimit_timeout is not None and left > self._max_ratelimit_timeout:
            raise RateLimited(left)
        room = self._loop.create_future()
        self._pending_requests.append(room)
        await asyncio.wait({room}, timeout=left)
        room.cancel()

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        self.outgoing -= 1
        if self.expires is None:
            self.reset()  # type: ignore[no-untyped-call] # the answer named no limit
        self._wake(max(0, self.remaining))


class Http(HTTPClient):
    """The library's client with such buckets. `heard` gets the date of each answer."""

    def __init__(self, loop: asyncio.AbstractEventLoop, heard: Callable[[str], None]) -> None:
        async def ended(_session: object, _context: object, end: aiohttp.TraceRequestEndParams) -> None:
            heard(end.response.headers.get("Date", ""))

        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(ended)
        super().__init__(loop, http_trace=trace)

    def get_ratelimit(self, key: str) -> Ratelimit:
        found = self._buckets.get(key)
        if found is None:
            found = self._buckets[key] = Bucket(self.max_ratelimit_timeout)
            self._try_clear_expired_ratelimits()
        return found
