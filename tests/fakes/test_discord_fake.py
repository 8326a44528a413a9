"""The fake Discord, checked with the real discord.py."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TypeVar

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.discord import FakeDiscord

T = TypeVar("T")


class Bot(discord.Client):
    """A client that writes down what it hears."""

    def __init__(self, fake: FakeDiscord, *, content: bool = False) -> None:
        intents = discord.Intents.default()
        intents.message_content = content
        super().__init__(intents=intents, guild_ready_timeout=0, max_messages=None, allowed_mentions=discord.AllowedMentions.none())
        self.fake = fake
        self.heard: list[discord.Message] = []
        self.running: asyncio.Task[None] | None = None
        self.news = asyncio.Event()
        self.other: list[object] = []

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.append(message)
        self.news.set()

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        self.note(event)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.note(event)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        self.note(event)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.note(interaction)

    def note(self, event: object) -> None:
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


@contextlib.asynccontextmanager
async def logged_in(fake: FakeDiscord, *, content: bool = False) -> AsyncIterator[Bot]:
    bot = Bot(fake, content=content)
    task = asyncio.create_task(bot.start(fake.token))
    await asyncio.wait([task, asyncio.ensure_future(_ready(bot))], return_when=asyncio.FIRST_COMPLETED, timeout=5)
    if task.done():
        await task
    try:
        yield bot
    finally:
        await bot.close()
        with contextlib.suppress(discord.DiscordException, RuntimeError):
            await task


async def _ready(bot: Bot) -> None:
    while not bot.is_ready():
        await asyncio.sleep(0.005)


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as server:
        monkeypatch.setattr(Route, "BASE", server.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway_url))
        yield server


@pytest.fixture
async def bot(fake: FakeDiscord) -> AsyncIterator[Bot]:
    async with logged_in(fake) as bot:
        yield bot


def quiet() -> dict[str, object]:
    return {"nonce": "n-1", "suppress_embeds": True}


async def test_a_conversation(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    guild = fake.guild("Club", ann)
    general = guild.channel("general")
    async with logged_in(fake) as bot:
        assert bot.get_channel(general.id) is not None
        await ann.says(dm, "hello")
        await ann.says(general, "you there?", mention=True)
        assert await bot.until(2) == ["hello", f"<@{fake.bot.id}> you there?"]
        sent = await bot.heard[0].reply("…", nonce="n-1", suppress_embeds=True)
        await sent.edit(content="Hi")
        assert dm.texts == ["Hi"]
        await bot.heard[1].channel.send("yes", nonce="n-2", suppress_embeds=True)
        assert (await general.wait_for("yes")).labels() == []
        await sent.delete()
    assert dm.texts == []
    assert fake.violations == []
