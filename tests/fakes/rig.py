"""What the tests of each platform's adapter stand on: time that goes fast, waiting for what is to become true, an adapter that
receives, and a core that keeps a list."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from bot.commands.catalog import BY_NAME
from bot.errors import StorageError
from bot.events import Author, Event, MessageRef, Place
from bot.posts import Ask, Choice, Part

CoreT_contra = TypeVar("CoreT_contra", contravariant=True)


class FastClock:
    """Real time, but sleeping takes a hundredth of it, or as `faster` says."""

    def __init__(self, faster: float = 100.0) -> None:
        self.slept: list[float] = []
        self.faster = faster

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(seconds / self.faster)


class RealClock(FastClock):
    """Sleeping takes its time."""

    def __init__(self) -> None:
        super().__init__(faster=1.0)


@dataclass
class ListCore:
    """A core that accepts everything. `failures` is how many times the storage fails first; `line` is said to who presses."""

    events: list[Event] = field(default_factory=list)
    caught: list[str] = field(default_factory=list)
    failures: int = 0
    attempts: int = 0
    line: str | None = None
    known: set[MessageRef] = field(default_factory=set)
    kept: dict[str, str] = field(default_factory=dict)
    before_accept: Callable[[Event], object] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, event: Event) -> str | None:
        self.attempts += 1
        if self.before_accept is not None:
            self.before_accept(event)
        if self.failures > 0:
            self.failures -= 1
            raise StorageError("disk full")
        self.events.append(event)
        self.changed.set()
        return self.line

    async def caught_up(self, platform: str) -> None:
        self.caught.append(platform)
        self.changed.set()

    async def settled(self, place: Place) -> None:
        return

    async def suggest(self, author: Author, place: Place, option: str, prefix: str) -> Sequence[Choice]:
        return ()

    async def prompt_for(self, author: Author, place: Place, command: str, subject: MessageRef | None = None) -> Ask | None:
        return None

    async def is_private(self, place: Place, command: str) -> bool:
        return BY_NAME[command].private

    async def knows(self, ref: MessageRef) -> bool:
        return ref in self.known

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return {name: value for name, value in self.kept.items() if name.startswith(prefix)}

    async def keep(self, cursors: Mapping[str, str]) -> None:
        self.kept.update(cursors)

    async def wait(self, condition: Callable[[], object], seconds: float = 60.0) -> None:
        """Until the condition is true of what was accepted."""
        await until(condition, seconds)


class Receives(Protocol[CoreT_contra]):
    """The part of an adapter that has a life."""

    def run(self, core: CoreT_contra) -> Coroutine[object, object, None]: ...

    async def close(self) -> None: ...


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Looks every few milliseconds; AssertionError when it does not become true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def running(adapter: Receives[CoreT_contra], core: CoreT_contra) -> AsyncIterator[asyncio.Task[None]]:
    """The adapter receives meanwhile, and is closed afterwards."""
    task = asyncio.create_task(adapter.run(core))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
        await adapter.close()


def plain(text: str, **fields: object) -> Part:
    return Part(0, len(text), text, **fields)  # type: ignore[arg-type]
