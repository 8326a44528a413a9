"""Planted bugs, to see that the checks see: each breaks one promise and is right in everything else."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aiohttp import web

import adapters.discord.adapter as discord
import adapters.telegram.adapter as telegram
from adapters.discord.adapter import DiscordAdapter
from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.webhook import Webhook
from bot.changes import Change
from bot.events import Author, Event, MessageRef, Place
from bot.ports import Capabilities, Core
from bot.posts import Ask, Choice, Part
from storage.sqlite.store import SqliteStore

FORGETFUL = 0.1
"""Seconds between the acknowledgement of an event and its storing."""


class PassingCore:
    """The core, as it is."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def accept(self, event: Event) -> str | None:
        return await self._core.accept(event)

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


class HastyCore(PassingCore):
    """Says that an event is stored before it is: what bots do that put updates into a queue in memory."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, event: Event) -> str | None:
        task = asyncio.create_task(self._later(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return None

    async def _later(self, event: Event) -> None:
        await asyncio.sleep(FORGETFUL)
        await self._core.accept(event)


class ForgetfulCore(PassingCore):
    """Keeps no cursors: what bots do that rely on the gateway alone."""

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return {name: text for name, text in (await self._core.cursors(prefix)).items() if name.endswith("/salt")}


class HastyAdapter(TelegramAdapter):
    """Lets Telegram forget what nobody has stored."""

    async def run(self, core: Core) -> None:
        await super().run(HastyCore(core))


class PlainAdapter(TelegramAdapter):
    """Claims that a send may be repeated: so the whole answer is sent at once, and again after a crash."""

    def capabilities(self, place: Place) -> Capabilities:
        return replace(super().capabilities(place), idempotent_send=True, streaming=False)


class HastyDiscord(DiscordAdapter):
    """Tells Discord to wait, and moves its cursors, for what nobody has stored."""

    async def run(self, core: Core) -> None:
        await super().run(HastyCore(core))


class ForgetfulDiscord(DiscordAdapter):
    """Fetches nothing of what was sent while it was dead."""

    async def run(self, core: Core) -> None:
        await super().run(ForgetfulCore(core))


class RandomDiscord(DiscordAdapter):
    """A fresh nonce for each try, as the library makes them, and no look at what stands there."""

    async def send(
        self,
        place: Place,
        part: Part,
        *,
        reply_to: MessageRef | None = None,
        via: MessageRef | None = None,
        audience: str = "",
        key: str,
        tried_since: datetime | None = None,
        preview: bool = False,
    ) -> MessageRef:
        key = secrets.token_hex(8)
        return await super().send(place, part, reply_to=reply_to, via=via, audience=audience, key=key, preview=preview)


def _on_telegram(adapter: type[TelegramAdapter]) -> Callable[[], None]:
    def put() -> None:
        telegram.TelegramAdapter = adapter  # type: ignore[misc]

    return put


def _on_discord(adapter: type[DiscordAdapter]) -> Callable[[], None]:
    def put() -> None:
        discord.DiscordAdapter = adapter  # type: ignore[misc]

    return put


def _posts_answered_first() -> None:
    """Says 200, and then stores what was posted."""
    whole = Webhook._post
    tasks: set[asyncio.Task[None]] = set()

    async def later(self: Webhook, request: web.Request) -> None:
        await asyncio.sleep(FORGETFUL)
        await whole(self, request)

    async def _post(self: Webhook, request: web.Request) -> web.Response:
        await request.read()
        task = asyncio.create_task(later(self, request))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return web.Response()

    Webhook._post = _post  # type: ignore[method-assign]


def _in_two_commits() -> None:
    """Keeps that an event was seen, and then what came of it: only who dies between the two commits loses it."""
    whole = SqliteStore.apply

    async def apply(self: SqliteStore, changes: Sequence[Change], *, key: str = "", at: datetime | None = None) -> None:
        if key:
            await whole(self, [], key=key, at=at)
        await whole(self, changes, at=at)

    SqliteStore.apply = apply  # type: ignore[method-assign]


PLANTS: Mapping[str, Callable[[], None]] = {
    "acknowledges_first": _on_telegram(HastyAdapter),
    "webhook_acknowledges_first": _posts_answered_first,
    "sends_plainly": _on_telegram(PlainAdapter),
    "discord_acknowledges_first": _on_discord(HastyDiscord),
    "discord_remembers_nothing": _on_discord(ForgetfulDiscord),
    "discord_random_nonces": _on_discord(RandomDiscord),
    "in_two_commits": _in_two_commits,
}


def plant(name: str) -> None:
    """Puts the bug where the composition root will find it. For a process that ends soon."""
    PLANTS[name]()
