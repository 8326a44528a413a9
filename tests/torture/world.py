"""What lives on while the bot dies: the platforms and the model, slow and unreliable as asked, and the folder with the database."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from tests.fakes.openai_server import FakeOpenAI
from tests.torture.crowd import Tags
from tests.torture.discord import discord
from tests.torture.sides import MakeSide, Side
from tests.torture.telegram import telegram
from tests.torture.telegram_webhook import telegram_by_webhook
from tests.torture.words import Echo, tags

PLATFORMS: Mapping[str, Sequence[MakeSide]] = {"telegram": (telegram,), "discord": (discord,), "both": (telegram, discord)}


@dataclass(frozen=True, slots=True)
class World:
    """Everything around one bot."""

    seed: int
    folder: Path
    sides: Sequence[Side]
    model: FakeOpenAI
    names: Tags

    @property
    def database(self) -> Path:
        return self.folder / "parley.db"

    def environment(self) -> dict[str, str]:
        """The operator's settings."""
        own = {
            "OPENAI_BASE_URL": self.model.base_url,
            "OPENAI_API_KEY": "sk-of-nobody",
            "PARLEY_MODEL": "fake-1",
            "PARLEY_DATABASE": str(self.database),
            "PARLEY_RATE": "1000000",
            "PARLEY_TITLES": "false",
            "PARLEY_LOG_LEVEL": "ERROR",
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
        }
        for side in self.sides:
            own |= side.environment()
        return own

    async def do(self, chance: random.Random) -> None:
        """Somebody does something somewhere."""
        await chance.choice(self.sides).crowd.do()

    def unknown_sends(self) -> int:
        """Sends that took effect although the bot was not told so."""
        return sum(side.unknown_sends() for side in self.sides)

    def done_by_bot(self) -> tuple[int, int]:
        """How often the model was asked, and how often something was sent, edited or deleted."""
        return len(self.model.requests), sum(side.shown() for side in self.sides)

    def signs(self) -> list[int]:
        """Of each platform, signs that the bot is there."""
        return [side.signs() for side in self.sides]

    def looks(self) -> list[int]:
        """Of each platform, how often the bot has looked for news."""
        return [side.looks() for side in self.sides]

    def owes(self) -> str:
        """What is still to be done, in words; empty when all is quiet."""
        if not self.database.exists():
            return "there is no database yet"
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, isolation_level=None)) as connection:
            try:
                turns, posts, stored = look(connection)
            except sqlite3.OperationalError as error:
                return f"the database cannot be read yet: {error}"
        for side in self.sides:
            if waiting := side.waits(stored):
                return waiting
        return f"{turns} turns and {posts} posts are open" if turns or posts else ""


def look(connection: sqlite3.Connection) -> tuple[int, int, set[str]]:
    """How many turns and posts are open, and which tags are stored: all of one moment. What is taken in between two of them would be owed
    and not be seen to be."""
    connection.execute("BEGIN")
    turns = connection.execute("SELECT count(*) FROM turns WHERE status IN ('pending', 'streaming')").fetchone()[0]
    posts = connection.execute("SELECT count(*) FROM posts WHERE state NOT IN ('final', 'gone')").fetchone()[0]
    words = connection.execute("SELECT text FROM messages WHERE role = 'user'").fetchall()
    return turns, posts, {tag for row in words for tag in tags(row[0])}


class LastingOpenAI(FakeOpenAI):
    """Its clients may die before the first byte of their answer."""

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        try:
            return await super()._chat(request)
        except ConnectionError:
            return web.Response(status=400)


@asynccontextmanager
async def world(folder: Path, seed: int, platform: str = "telegram", *, webhook: bool = False) -> AsyncIterator[World]:
    """A fresh one; with `webhook` Telegram posts its updates instead of being polled."""
    names = Tags()
    makers = [telegram_by_webhook if webhook and make is telegram else make for make in PLATFORMS[platform]]
    async with AsyncExitStack() as stack:
        sides = [await stack.enter_async_context(make(seed, names)) for make in makers]
        model = await stack.enter_async_context(LastingOpenAI())
        model.always = Echo(seed)
        yield World(seed, folder, sides, model, names)
