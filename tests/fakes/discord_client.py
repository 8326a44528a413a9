"""The real discord.py, set against the fake Discord: a client that writes down what it hears."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, TypeVar, Unpack

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.server import Options

T = TypeVar("T")
NONE = discord.AllowedMentions.none()
SAFE: dict[str, Any] = {"allowed_mentions": {"parse": []}, "enforce_nonce": True, "flags": 4}
"""What each message of a careful bot carries, beside its text and its nonce."""


class Bot(discord.Client):
    """`heard` are the messages of others, `other` every other event."""

    def __init__(self, *, content: bool = False) -> None:
        intents = discord.Intents.default()
        intents.message_content = content
        super().__init__(intents=intents, guild_ready_timeout=0, max_messages=None, allowed_mentions=NONE)
        self.heard: list[discord.Message] = []
        self.other: list[object] = []
        self.news = asyncio.Event()
        self.running: asyncio.Task[None] | None = None

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No pause: discord.py's own is 5 s before every IDENTIFY but the first."""

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.append(message)
        self.news.set()

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        self._note(event)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self._note(event)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        self._note(event)

    async def on_interaction(self, interaction: discord.Interaction[Bot]) -> None:
        self._note(interaction)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self._note(guild)

    async def on_thread_create(self, thread: discord.Thread) -> None:
        self._note(thread)

    def _note(self, event: object) -> None:
        self.other.append(event)
        self.news.set()

    async def until(self, count: int) -> list[str]:
        """The texts heard, once there are that many."""
        async with asyncio.timeout(5):
            while len(self.heard) < count:
                self.news.clear()
                await self.news.wait()
        return [message.content for message in self.heard]

    async def next(self, kind: type[T]) -> T:
        """The next other event of a kind."""
        async with asyncio.timeout(5):
            while True:
                for event in self.other:
                    if isinstance(event, kind):
                        self.other.remove(event)
                        return event
                self.news.clear()
                await self.news.wait()

    async def asked(self) -> discord.Interaction[Bot]:
        """The next interaction."""
        return await self.next(discord.Interaction)

    async def call(self, method: str, path: str, body: object = None) -> object:
        """A raw call, as discord.py makes it."""
        if body is None:
            return await self.http.request(Route(method, path))
        return await self.http.request(Route(method, path), json=body)


@contextlib.asynccontextmanager
async def playing(**options: Unpack[Options]) -> AsyncIterator[FakeDiscord]:
    """A fake Discord that discord.py talks to."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with FakeDiscord(**options) as fake:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = fake.api_url, yarl.URL(fake.gateway_url)
        try:
            yield fake
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@contextlib.asynccontextmanager
async def logged_in(fake: FakeDiscord, *, content: bool = False) -> AsyncIterator[Bot]:
    """A bot from READY to its close. Raises what its start raises."""
    bot = Bot(content=content)
    bot.running = running = asyncio.create_task(bot.start(fake.token))
    ready = asyncio.create_task(_ready(bot))
    await asyncio.wait([running, ready], return_when=asyncio.FIRST_COMPLETED, timeout=5)
    ready.cancel()
    try:
        if running.done():
            await running
        yield bot
    finally:
        await bot.close()
        await asyncio.wait([running])
        running.exception()


async def _ready(bot: Bot) -> None:
    while not bot.is_ready():
        await asyncio.sleep(0.005)


async def refusal(bot: Bot, method: str, path: str, body: object = None) -> tuple[int, int]:
    """Status and code with which a call is refused."""
    with pytest.raises(discord.HTTPException) as caught:
        await bot.call(method, path, body)
    return caught.value.status, caught.value.code
