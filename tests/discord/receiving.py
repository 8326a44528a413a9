"""What the receiving tests stand on: the real receiver and library, the loopback Discord, a plain REST client, a core that keeps a list."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import discord

from adapters.discord.options import DiscordOptions
from adapters.discord.receiver import Receiver
from adapters.discord.rest import Rest
from bot.errors import AlreadySeen, ContentRefused, PlaceUnavailable, RateLimited, SendUnknown, StorageError, TokenRefused
from bot.events import Author, Event, MessageDeleted, MessageEdited, MessageReceived, MessageRef, Place
from bot.ports import Core
from bot.posts import Ask, Choice
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import FastClock, until

Json = dict[str, Any]


class PlainRest:
    """The part of the REST client that receiving needs, without its care for limits."""

    def __init__(self, fake: FakeDiscord) -> None:
        self._base = fake.api_url
        self._headers = {"Authorization": f"Bot {fake.token}"}
        self._session: aiohttp.ClientSession | None = None
        self.application_id = ""
        self.calls: list[str] = []

    async def _call(self, method: str, path: str, body: object = None) -> Any:
        self.calls.append(f"{method} {path}")
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers)
        try:
            async with self._session.request(method, self._base + path, json=body) as answer:
                if answer.status < 300:
                    return await answer.json()
                status = answer.status
        except (aiohttp.ClientError, OSError):
            raise SendUnknown("cut") from None
        errors: dict[int, Exception] = {401: TokenRefused(), 403: PlaceUnavailable(), 404: PlaceUnavailable(), 429: RateLimited(1.0)}
        raise errors.get(status, ContentRefused(str(status)) if status < 500 else SendUnknown(str(status)))

    async def login(self) -> Json:
        user: Json = await self._call("GET", "/users/@me")
        return user

    async def application(self) -> Json:
        found: Json = await self._call("GET", "/applications/@me")
        self.application_id = found["id"]
        return found

    async def gateway_bot(self) -> Json:
        found: Json = await self._call("GET", "/gateway/bot")
        return found

    async def put_commands(self, app_id: str, payload: list[dict[str, object]]) -> object:
        return await self._call("PUT", f"/applications/{app_id}/commands", payload)

    async def channel(self, channel_id: int) -> Json:
        found: Json = await self._call("GET", f"/channels/{channel_id}")
        return found

    async def messages(self, channel_id: int, *, after: int = 0, before: int = 0, limit: int = 100) -> list[Json]:
        where = f"&after={after}" if after else f"&before={before}" if before else ""
        found: list[Json] = await self._call("GET", f"/channels/{channel_id}/messages?limit={limit}{where}")
        return found

    async def member(self, guild_id: int, user_id: int) -> Json:
        found: Json = await self._call("GET", f"/guilds/{guild_id}/members/{user_id}")
        return found

    async def create_thread(self, channel_id: int, message_id: int, name: str) -> Json:
        found: Json = await self._call("POST", f"/channels/{channel_id}/messages/{message_id}/threads", {"name": name})
        return found

    async def create_message(self, channel_id: int, payload: Json) -> Json:
        found: Json = await self._call("POST", f"/channels/{channel_id}/messages", payload)
        return found

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


@dataclass
class NoInteractions:
    """Keeps what would be answered."""

    taken: list[discord.Interaction] = field(default_factory=list)

    async def take(self, core: Core, interaction: discord.Interaction) -> None:
        self.taken.append(interaction)

    async def drain(self, seconds: float) -> None:
        return


@dataclass
class ListCore:
    """A core that accepts each key once. `failures` is how often the storage fails first; `gate` lets a test hold an event up."""

    events: list[Event] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    caught: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    failures: int = 0
    gate: Callable[[Event], asyncio.Event | None] | None = None

    async def accept(self, event: Event) -> str | None:
        if self.failures > 0:
            self.failures -= 1
            raise StorageError("disk full")
        waits = self.gate(event) if self.gate is not None else None
        if waits is not None:
            await waits.wait()
        if event.key in self.keys:
            raise AlreadySeen(event.key)
        self.keys.append(event.key)
        self.events.append(event)
        return None

    async def caught_up(self, platform: str) -> None:
        self.caught.append(platform)

    async def settled(self, place: Place) -> None:
        return

    async def suggest(self, author: Author, place: Place, option: str, prefix: str) -> Sequence[Choice]:
        return ()

    async def prompt_for(self, author: Author, place: Place, command: str, subject: MessageRef | None = None) -> Ask | None:
        return None

    async def is_private(self, place: Place, command: str) -> bool:
        return False

    async def knows(self, ref: MessageRef) -> bool:
        return False

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return {name: value for name, value in self.kept.items() if name.startswith(prefix)}

    async def keep(self, cursors: Mapping[str, str]) -> None:
        self.kept.update(cursors)

    @property
    def messages(self) -> list[MessageReceived]:
        return [event for event in self.events if isinstance(event, MessageReceived)]

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.messages]

    @property
    def edits(self) -> list[MessageEdited]:
        return [event for event in self.events if isinstance(event, MessageEdited)]

    @property
    def deletions(self) -> list[MessageDeleted]:
        return [event for event in self.events if isinstance(event, MessageDeleted)]


def options_for(fake: FakeDiscord, folder: Path, **changes: object) -> DiscordOptions:
    base = DiscordOptions(token=fake.token, api_url=fake.api_url, gateway_url=fake.gateway_url, state_folder=folder)
    return replace(base, **changes)  # type: ignore[arg-type]


@dataclass
class Life:
    """One life of the receiver."""

    receiver: Receiver
    core: ListCore
    rest: PlainRest
    clock: FastClock
    interactions: NoInteractions
    task: asyncio.Task[None]

    async def caught_up(self) -> None:
        await until(lambda: self.core.caught or self.task.done())
        assert not self.task.done(), self.task


@contextlib.asynccontextmanager
async def alive(
    fake: FakeDiscord,
    folder: Path,
    core: ListCore | None = None,
    *,
    wait: bool = True,
    whole: bool = False,
    faster: float = 100.0,
    **changes: object,
) -> AsyncIterator[Life]:
    """The receiver runs meanwhile; with `wait` it has caught up first. `whole`: with the adapter's own REST client. Its clock runs so
    many times `faster`."""
    core = core or ListCore()
    core.caught.clear()
    options = options_for(fake, folder, **changes)
    clock, plain, interactions = FastClock(faster), PlainRest(fake), NoInteractions()
    rest = Rest(options, clock) if whole else plain
    receiver = Receiver(rest, options, clock, interactions)
    life = Life(receiver, core, plain, clock, interactions, asyncio.create_task(receiver.run(core)))
    try:
        if wait:
            await life.caught_up()
        yield life
    finally:
        life.task.cancel()
        await asyncio.gather(life.task, return_exceptions=True)
        await rest.close()
        await plain.close()
