"""An event loop whose time passes only when nobody has anything to do: long waits take no time, and the order of things repeats."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


class _Selector(selectors.BaseSelector):
    """Instead of waiting it moves the time on. That nobody ever wakes again is an error. There is nothing to listen to: no sockets, and no
    threads. To make a pipe for them with each loop, and to look into it with each step, was an eighth of what a simulation costs."""

    def __init__(self, now: float) -> None:
        self.now = now

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("everybody waits for something that never comes")
        self.now += max(timeout, 0.0)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        raise AssertionError("in virtual time nobody listens to anything real")

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        raise KeyError(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return {}


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time is in seconds, from the `now` it is given."""

    def __init__(self, now: float = 0.0) -> None:
        self._virtual = _Selector(now)
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now

    def _make_self_pipe(self) -> None:
        """No other thread wakes it."""

    def _close_self_pipe(self) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


class VirtualClock:
    """The loop's time, as the core is given it. It goes on from one life of the program to the next."""

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
