"""What lives on while the bot dies: Telegram and the model, slow and unreliable as asked, and the folder with the database."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram
from tests.torture.crowd import Crowd, Echo

LONGEST_DELAY = 0.04
FAULTS = ({"error": 500}, {"error": 502, "html": True}, {"cut": True})
FAULT_CHANCE = 0.03
SHOWN = frozenset({"sendMessage", "editMessageText", "deleteMessage"})


class SlowTelegram(FakeTelegram):
    """Takes its time before and after each call's effect, so that deaths fall on both sides of it."""

    def __init__(self, *, token: str, seed: int) -> None:
        super().__init__(token=token, seed=seed)
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.delay = LONGEST_DELAY

    async def _call(self, request: web.Request) -> web.StreamResponse:
        try:
            await request.read()
        except ConnectionError:  # the bot died in the middle of its words
            return web.Response(status=400)
        await asyncio.sleep(self._random.uniform(0, self.delay / 2))
        response = await super()._call(request)
        await asyncio.sleep(self._random.uniform(0, self.delay / 2))
        return response


@dataclass(frozen=True, slots=True)
class World:
    """Everything around one bot."""

    seed: int
    folder: Path
    fake: SlowTelegram
    model: FakeOpenAI
    crowd: Crowd

    @property
    def database(self) -> Path:
        return self.folder / "parley.db"

    def environment(self) -> dict[str, str]:
        """The operator's settings."""
        return {
            "TELEGRAM_TOKEN": self.fake.token,
            "TELEGRAM_API_URL": self.fake.url,
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

    def break_network(self) -> None:
        """From now on calls fail before or after their effect, polls too."""
        for method in ("*", "getUpdates"):
            for what in FAULTS:
                for after in (False, True):
                    self.fake.faults.add(method, after=after, chance=FAULT_CHANCE, times=None, **what)

    def unknown_sends(self) -> int:
        """Sends that took effect although the bot was not told so."""
        return sum(call.refused != "" and call.result is not None for call in self.fake.calls_of("sendMessage"))

    def done_by_bot(self) -> tuple[int, int]:
        """How often the model was asked, and how often something was sent, edited or deleted."""
        return len(self.model.requests), sum(call.method in SHOWN for call in self.fake.calls)

    def owes(self) -> str:
        """What is still to be done, in words; empty when all is quiet."""
        if self.fake.updates.waiting:
            return f"{len(self.fake.updates.waiting)} updates wait at Telegram"
        if not self.database.exists():
            return "there is no database yet"
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            try:
                turns = connection.execute("SELECT count(*) FROM turns WHERE status IN ('pending', 'streaming')").fetchone()[0]
                posts = connection.execute("SELECT count(*) FROM posts WHERE state NOT IN ('final', 'gone')").fetchone()[0]
            except sqlite3.OperationalError as error:
                return f"the database cannot be read yet: {error}"
        return f"{turns} turns and {posts} posts are open" if turns or posts else ""


class LastingOpenAI(FakeOpenAI):
    """Its clients may die before the first byte of their answer."""

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        try:
            return await super()._chat(request)
        except ConnectionError:
            return web.Response(status=400)


@asynccontextmanager
async def world(folder: Path, seed: int) -> AsyncIterator[World]:
    """A fresh one."""
    async with AsyncExitStack() as stack:
        fake = await stack.enter_async_context(SlowTelegram(token=f"{700_000_000 + seed % 1_000_000}:torture-opens-nothing", seed=seed))
        model = await stack.enter_async_context(LastingOpenAI())
        model.always = Echo(seed)
        yield World(seed, folder, fake, model, Crowd(fake, seed))
