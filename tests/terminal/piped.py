"""The terminal adapter between two pipes, in front of a core that only keeps a list."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.terminal import TerminalAdapter
from adapters.terminal.pipe import Pipe
from bot.events import Author, CommandInvoked, Event, MessageReceived, MessageRef, Place
from bot.posts import Ask, Choice, Content

HERE = Place("terminal", "me")


@dataclass
class ListCore:
    """Keeps what it accepts, and answers each event with what `answer` makes of it, a moment later."""

    adapter: TerminalAdapter
    answer: Callable[[Event], Content]
    accepted: list[Event] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    ready: bool = False

    async def accept(self, event: Event) -> str | None:
        self.accepted.append(event)
        self.tasks.append(asyncio.create_task(self._reply(event)))
        return None

    async def _reply(self, event: Event) -> None:
        await asyncio.sleep(0.01)
        for part in self.adapter.render(self.answer(event)):
            await self.adapter.send(HERE, part, key=str(len(self.accepted)))

    async def settled(self, place: Place) -> None:
        await asyncio.gather(*self.tasks)
        self.tasks.clear()

    async def caught_up(self, platform: str) -> None:
        self.ready = True

    async def suggest(self, author: Author, place: Place, option: str, prefix: str) -> Sequence[Choice]:
        return ()

    async def prompt_for(self, author: Author, place: Place, command: str, subject: MessageRef | None = None) -> Ask | None:
        return None

    async def is_private(self, place: Place, command: str) -> bool:
        return False

    async def knows(self, ref: MessageRef) -> bool:
        return False

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return {}

    async def keep(self, cursors: Mapping[str, str]) -> None:
        return


def echo(event: Event) -> Content:
    match event:
        case MessageReceived(text=text):
            return Content(f"You said {text}")
        case CommandInvoked(name=name, args=args):
            return Content(f"Command {name}({args})")
        case _:
            raise AssertionError(event)


@asynccontextmanager
async def descriptors(typed: bytes) -> AsyncIterator[tuple[int, int, int]]:
    """What is typed, where output goes, and where it can be read."""
    stdin, keyboard = os.pipe()
    shown, stdout = os.pipe()
    os.write(keyboard, typed)
    os.close(keyboard)
    try:
        yield stdin, stdout, shown
    finally:
        for descriptor in (stdin, stdout, shown):
            try:
                os.close(descriptor)
            except OSError:
                continue


async def talk(typed: bytes, answer: Callable[[Event], Content] = echo) -> tuple[str, ListCore]:
    async with descriptors(typed) as (stdin, stdout, shown):
        adapter = TerminalAdapter(Pipe(stdin, stdout))
        core = ListCore(adapter, answer)
        await asyncio.wait_for(adapter.run(core), 5)
        os.close(stdout)
        return os.read(shown, 1_000_000).decode(), core
