"""One at a time for each key; a key at which nobody stands is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Gate:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    people: int = 0


class Turnstile:
    """Who comes to a key waits until all who came to it before are done."""

    def __init__(self) -> None:
        self._gates: dict[int, _Gate] = {}

    @asynccontextmanager
    async def passing(self, key: int) -> AsyncIterator[None]:
        gate = self._gates.setdefault(key, _Gate())
        gate.people += 1
        try:
            async with gate.lock:
                yield
        finally:
            gate.people -= 1
            if gate.people == 0:
                del self._gates[key]
