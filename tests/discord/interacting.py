"""What the tests of interactions stand on: a core that records, answers that record, and the real client on the loopback Discord."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import discord
from yarl import URL

from adapters.discord.interactions import Answers, Interactions
from adapters.discord.places import InteractionRef
from bot.clock import SystemClock
from bot.commands.catalog import BY_NAME
from bot.errors import StorageError
from bot.events import Author, CommandInvoked, Event, MessageRef, Place
from bot.ports import Core
from bot.posts import Ask, Choice
from tests.fakes.discord import FakeDiscord


@dataclass
class RecordingCore:
    """A core that accepts everything. `asks` is what to ask by what is asked for; `suggested` what autocomplete gives; `slow` are seconds
    by the method's name; `storage` is raised by every method, `accepting` by accept alone."""

    events: list[CommandInvoked] = field(default_factory=list)
    line: str | None = None
    asks: dict[str, Ask] = field(default_factory=dict)
    asked: list[tuple[str, str, MessageRef | None]] = field(default_factory=list)
    suggested: Sequence[Choice] = ()
    prefixes: list[tuple[str, str]] = field(default_factory=list)
    slow: dict[str, float] = field(default_factory=dict)
    storage: StorageError | None = None
    accepting: StorageError | None = None
    kept: dict[str, str] = field(default_factory=dict)
    on_accept: Callable[[], object] | None = None
    places: list[Place] = field(default_factory=list)

    async def _touched(self, method: str) -> None:
        if self.slow.get(method):
            await asyncio.sleep(self.slow[method])
        if self.storage is not None:
            raise self.storage

    async def accept(self, event: Event) -> str | None:
        await self._touched("accept")
        if self.accepting is not None:
            raise self.accepting
        assert isinstance(event, CommandInvoked)
        self.events.append(event)
        if self.on_accept is not None:
            self.on_accept()
        return self.line

    async def caught_up(self, platform: str) -> None:
        await self._touched("caught_up")

    async def settled(self, place: Place) -> None:
        await self._touched("settled")

    async def suggest(self, author: Author, place: Place, option: str, prefix: str) -> Sequence[Choice]:
        await self._touched("suggest")
        self.prefixes.append((option, prefix))
        self.places.append(place)
        return self.suggested

    async def prompt_for(self, author: Author, place: Place, command: str, subject: MessageRef | None = None) -> Ask | None:
        await self._touched("prompt_for")
        self.asked.append((author.id, command, subject))
        return self.asks.get(command)

    async def is_private(self, place: Place, command: str) -> bool:
        await self._touched("is_private")
        return command in BY_NAME and BY_NAME[command].private

    async def knows(self, ref: MessageRef) -> bool:
        await self._touched("knows")
        return False

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        await self._touched("cursors")
        return {name: value for name, value in self.kept.items() if name.startswith(prefix)}

    async def keep(self, cursors: Mapping[str, str]) -> None:
        await self._touched("keep")
        self.kept.update(cursors)


@dataclass
class RecordingAnswers:
    """Answers that are only written down: the method, the interaction, and what went with it."""

    said: list[tuple[str, InteractionRef, object]] = field(default_factory=list)

    def opened(self, ref: InteractionRef) -> None:
        self.said.append(("opened", ref, None))

    async def defer(self, ref: InteractionRef) -> None:
        self.said.append(("defer", ref, None))

    async def modal(self, ref: InteractionRef, ask: Ask) -> None:
        self.said.append(("modal", ref, ask))

    async def choices(self, ref: InteractionRef, choices: list[dict[str, object]]) -> None:
        self.said.append(("choices", ref, choices))

    async def line(self, ref: InteractionRef, line: str) -> None:
        self.said.append(("line", ref, line))

    @property
    def kinds(self) -> list[str]:
        """Without `opened`, which nobody sees."""
        return [kind for kind, _, _ in self.said if kind != "opened"]


class FastClock(SystemClock):
    """Real time, but a wait takes a tenth of it."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 10)


@dataclass
class Bench:
    """The real client, connected to the loopback Discord, that hands every interaction to `interactions`, for `core` or the `behind`."""

    fake: FakeDiscord
    core: RecordingCore
    behind: Core
    answers: RecordingAnswers
    interactions: Interactions
    client: discord.Client
    failures: list[BaseException] = field(default_factory=list)
    taken: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, interaction: discord.Interaction) -> None:
        try:
            await self.interactions.take(self.behind, interaction)
        except StorageError as error:
            self.failures.append(error)
        self.taken += 1
        self.changed.set()

    async def after(self, count: int = 1) -> None:
        """Until so many interactions were taken since the last call."""
        async with asyncio.timeout(5):
            while self.taken < count:
                self.changed.clear()
                await self.changed.wait()
        self.taken -= count


class _Client(discord.Client):
    bench: Bench

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await self.bench.take(interaction)


@contextlib.asynccontextmanager
async def bench(
    core: RecordingCore | None = None,
    fake: FakeDiscord | None = None,
    *,
    behind: Core | None = None,
    real: Answers | None = None,
    entered: bool = False,
) -> AsyncIterator[Bench]:
    """Connected; `behind` and `real` stand in for what records, and `entered` says that the Discord runs already."""
    answers = RecordingAnswers()
    async with contextlib.nullcontext(fake) if fake is not None and entered else fake or FakeDiscord() as world:
        client = _Client(intents=discord.Intents(guilds=True), max_messages=None, guild_ready_timeout=0)
        recording = core or RecordingCore()
        client.bench = made = Bench(world, recording, behind or recording, answers, Interactions(real or answers, FastClock()), client)
        async with _connected(world, client):
            yield made
            await made.interactions.drain(1)


@contextlib.asynccontextmanager
async def _connected(fake: FakeDiscord, client: discord.Client) -> AsyncIterator[None]:
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = fake.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(fake.gateway_url)
    try:
        await client.login(fake.token)
        task = asyncio.create_task(client.connect())
        try:
            await asyncio.wait_for(client.wait_until_ready(), 5)
            yield
        finally:
            await client.close()
            await asyncio.wait_for(task, 5)
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
