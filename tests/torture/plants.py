"""Planted bugs, to see that the checks see: each is an adapter that breaks one promise and is right in everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import adapters.telegram.adapter as home
from adapters.telegram.adapter import TelegramAdapter
from bot.events import Author, Event, MessageRef, Place
from bot.ports import Capabilities, Choice, Core
from bot.posts import Ask

FORGETFUL = 0.1
"""Seconds between the acknowledgement of an event and its storing."""


class HastyCore:
    """Says that an event is stored before it is: what bots do that put updates into a queue in memory."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, event: Event) -> str | None:
        task = asyncio.create_task(self._later(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return None

    async def _later(self, event: Event) -> None:
        await asyncio.sleep(FORGETFUL)
        await self._core.accept(event)

    async def caught_up(self, platform: str) -> None:
        await self._core.caught_up(platform)

    async def settled(self, place: Place) -> None:
        await self._core.settled(place)

    async def suggest(self, author: Author, place: Place, option: str, prefix: str) -> Sequence[Choice]:
        return await self._core.suggest(author, place, option, prefix)

    async def prompt_for(self, author: Author, place: Place, command: str, subject: MessageRef | None = None) -> Ask | None:
        return await self._core.prompt_for(author, place, command, subject)

    async def is_private(self, place: Place, command: str) -> bool:
        return await self._core.is_private(place, command)

    async def knows(self, ref: MessageRef) -> bool:
        return await self._core.knows(ref)

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return await self._core.cursors(prefix)

    async def keep(self, cursors: Mapping[str, str]) -> None:
        await self._core.keep(cursors)


class HastyAdapter(TelegramAdapter):
    """Lets Telegram forget what nobody has stored."""

    async def run(self, core: Core) -> None:
        await super().run(HastyCore(core))


class PlainAdapter(TelegramAdapter):
    """Claims that a send may be repeated: so the whole answer is sent at once, and again after a crash."""

    def capabilities(self, place: Place) -> Capabilities:
        return replace(super().capabilities(place), idempotent_send=True, streaming=False)


PLANTS: dict[str, type[TelegramAdapter]] = {"acknowledges_first": HastyAdapter, "sends_plainly": PlainAdapter}


def plant(name: str) -> None:
    """Puts the bug where the composition root will find it. For a process that ends soon."""
    home.TelegramAdapter = PLANTS[name]  # type: ignore[misc]
