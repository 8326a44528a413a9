"""The whole house on a loopback Discord, and one with both platforms on the same core."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.options import DiscordOptions
from bot.sessions.dispatcher import Dispatcher
from bot.supervisor import Outcome
from storage.sqlite.store import SqliteStore
from tests.fakes.discord import Channel, FakeDiscord, Guild, Interaction, Message, Person
from tests.fakes.openai_server import FakeOpenAI, prompts
from tests.fakes.telegram import FakeTelegram
from tests.whole.house import House, on_telegram
from tests.whole.plan import LONGEST, HastyClock, Plan, living


def hasty() -> Plan:
    """A core that waits for nothing, and an adapter that is quick but keeps the three seconds of an interaction in proportion."""
    return Plan(clock=HastyClock(50), outside=HastyClock(4))


@dataclass(slots=True)
class Club:
    """What a test on Discord talks to: Ann and Bob in a server with the bot, and Ann's direct messages with it."""

    discord: FakeDiscord
    openai: FakeOpenAI
    core: Dispatcher
    store: SqliteStore
    adapter: DiscordAdapter
    ann: Person
    bob: Person
    chat: Channel
    guild: Guild
    receiving: asyncio.Task[Outcome]

    @property
    def general(self) -> Channel:
        return self.guild.channel("general")

    async def ready(self) -> None:
        """Waits until the bot hears and has caught up."""
        async with asyncio.timeout(LONGEST):
            while not self._hears():
                await asyncio.sleep(0.005)

    async def taken(self) -> None:
        """Waits until all that happened on Discord has come to the core; answers may still be on their way."""
        async with asyncio.timeout(LONGEST):
            while not self._has_taken():
                await asyncio.sleep(0.005)

    async def settle(self) -> None:
        """Waits until what was done has been heard, decided, answered and shown. Seen twice, since what has just been heard is for a moment
        nobody's work yet."""
        seen = 0
        async with asyncio.timeout(LONGEST):
            while seen < 2:
                await self.taken()
                await self.core.idle()
                seen = seen + 1 if self._has_taken() and not await self._owes() else 0
                await asyncio.sleep(0.005)

    async def _owes(self) -> bool:
        """For a moment after it has caught up nobody works yet at what is owed."""
        return any(place.platform == "discord" for _, place in await self.store.owing_sessions())

    def _hears(self) -> bool:
        session = self.adapter._receiver._session
        told = "discord" in self.core._caught_up
        return told and session is not None and session._caught_up_with and bool(self.discord.gateway.connected)

    def _has_taken(self) -> bool:
        session = self.adapter._receiver._session
        if session is None or not self._hears() or session.gateway.ws is None or self.adapter._interactions.busy:
            return False
        told = max(one.seq for one in self.discord.gateway.connected)
        return session.gateway.ws.sequence == told and not session._lanes.busy

    async def says(self, text: str, place: Channel | None = None, **more: object) -> Message:
        """Ann writes, and all is answered."""
        message = await self.ann.says(place or self.chat, text, **more)  # type: ignore[arg-type]
        await self.settle()
        return message

    async def slash(self, name: str, /, place: Channel | None = None, **options: str | int) -> Interaction:
        """Ann gives a slash command, and all is answered."""
        given = await self.ann.slash(place or self.chat, name, **options)
        await self.settle()
        return given

    async def presses(self, label: str, message: Message | None = None) -> Interaction:
        pressed = await self.ann.presses(message or self.chat.last, label)
        await self.settle()
        return pressed

    def prompts(self) -> list[str]:
        """What the model was asked last, without the system prompt."""
        return prompts(self.openai.requests[-1].body)[1:]


def standing(channel: Channel) -> list[str]:
    """What of the bot everybody there sees."""
    return [post.text for post in channel.from_bot if post.only_for is None]


def on_discord(path: Path, discord: FakeDiscord, plan: Plan) -> DiscordAdapter:
    options = DiscordOptions(
        discord.token,
        discord.api_url,
        discord.gateway_url,
        threads=plan.threads,
        state_folder=path.parent,
        lock_folder=str(path.parent),
        watch_interval=plan.watch_interval,
    )
    return DiscordAdapter(options, plan.outside)


def _people(discord: FakeDiscord) -> tuple[Person, Person, Guild]:
    """The same ones in each life."""
    club = next((guild for guild in discord.guilds.values() if guild.name == "Club"), None)
    if club is not None:
        return Person(discord, discord.users[1001]), Person(discord, discord.users[1002]), club
    ann, bob = discord.person(1001, "Ann"), discord.person(1002, "Bob")
    club = discord.guild("Club", ann, bob, admins=[ann])
    club.channel("general")
    return ann, bob, club


@asynccontextmanager
async def club(path: Path, discord: FakeDiscord, openai: FakeOpenAI, plan: Plan | None = None) -> AsyncIterator[Club]:
    """One life of Parley on Discord, on the database at `path`."""
    plan = plan or hasty()
    adapter = on_discord(path, discord, plan)
    ann, bob, guild = _people(discord)
    async with living(path, openai, [adapter], plan) as life:
        yield Club(discord, openai, life.core, life.store, adapter, ann, bob, discord.dm(ann), guild, life.receiving["discord"])


@dataclass(slots=True)
class Town:
    """Both platforms on one core."""

    house: House
    club: Club

    async def settle(self) -> None:
        await self.house.settle()
        await self.club.settle()
        await self.house.settle()


@asynccontextmanager
async def town(
    path: Path, telegram: FakeTelegram, discord: FakeDiscord, openai: FakeOpenAI, plan: Plan | None = None
) -> AsyncIterator[Town]:
    """One life of Parley on both platforms, on the database at `path`."""
    plan = plan or hasty()
    adapters = on_telegram(path, telegram, plan), on_discord(path, discord, plan)
    on_phone = telegram.person(1001, "Ann")
    ann, bob, guild = _people(discord)
    async with living(path, openai, adapters, plan) as life:
        chat = telegram.private_chat(on_phone)
        house = House(telegram, openai, life.core, life.store, adapters[0], on_phone, chat, life.receiving["telegram"])
        yield Town(
            house, Club(discord, openai, life.core, life.store, adapters[1], ann, bob, discord.dm(ann), guild, life.receiving["discord"])
        )
