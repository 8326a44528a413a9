"""Discord as the scenarios see it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self

from adapters.discord import cursors
from adapters.discord.places import snowflake_at
from tests.benchmarks.platforms import Home, Limited, Platform, Seat
from tests.fakes.discord import Channel, FakeDiscord, Limits, Message, Person
from tests.fakes.discord.places import Kind

TOKEN = f"NzAwMDAwMDAwMQ.B{os.getpid()}.benchmark-token-that-opens-nothing"  # of which a machine runs one bot
FIRST_PERSON = 1_100_000_000_000_000_000
FIRST_CHANNEL = 1_200_000_000_000_000_000
BOT = 7_000_000_001
SPOKE_LAST = datetime(2026, 1, 2, tzinfo=UTC)
OVERALL = 50
_LIMITS: dict[Limited, Callable[[], Limits | None]] = {
    "no": lambda: None,
    "chats": lambda: None,
    "all": lambda: Limits(overall=OVERALL),
}


class DiscordServer:
    """With limits a channel takes five messages and five edits in five seconds; all together 50 calls a second."""

    def __init__(self, limited: Limited) -> None:
        self._limits = _LIMITS[limited]()
        self._fake = FakeDiscord(token=TOKEN, limits=self._limits, promises=False)
        self._fake.listener = self._look
        self._people: dict[int, Person] = {}
        self.listener: Callable[[str], None] = lambda text: None
        self.ready = asyncio.Event()
        self.ready_at = 0.0
        self._guild = self._fake.guild("Benchmarks", self._person(0))

    async def __aenter__(self) -> Self:
        await self._fake.__aenter__()
        self._waiting = asyncio.create_task(self._await_ready())
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        self._waiting.cancel()
        await asyncio.wait([self._waiting])
        await self._fake.__aexit__(None, None, None)

    async def _await_ready(self) -> None:
        await self._fake.gateway.wait_connected(3600)
        self.ready_at = time.monotonic()
        self.ready.set()

    @property
    def refused(self) -> int:
        return self._limits.refused if self._limits is not None else 0

    @property
    def environment(self) -> dict[str, str]:
        return {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": self._fake.api_url, "DISCORD_GATEWAY_URL": self._fake.gateway_url}

    def seat(self, number: int) -> Seat:
        person, number = self._person(number), FIRST_CHANNEL + number
        if number not in self._fake.channels:
            self._fake.channels[number] = Channel(number, Kind.DM, people=[person.user])
        channel = self._fake.channels[number]
        return Seat(lambda text: person.says(channel, text), channel.transcript)

    def crowd(self, count: int) -> list[Seat]:
        """Every second one in direct messages, the others each in a channel of the same server, where the bot is mentioned."""
        return [self._in_channel(number) if number % 2 else self.seat(number) for number in range(count)]

    def _in_channel(self, number: int) -> Seat:
        person, channel = self._person(number), self._guild.channel(f"channel-{number}")
        if person.user not in self._guild.members:
            self._guild.members.append(person.user)
        return Seat(lambda text: person.says(channel, text, mention=True), channel.transcript)

    def _person(self, number: int) -> Person:
        if number not in self._people:
            self._people[number] = self._fake.person(FIRST_PERSON + number, f"Person {number}")
        return self._people[number]

    def _look(self, message: Message) -> None:
        if message.by_bot:
            self.listener(message.text)


def home(number: int) -> Home:
    """Direct messages are a channel with an id of its own, which is looked through for what it missed at each start."""
    channel = FIRST_CHANNEL + number
    cursor = cursors.Channel(channel, snowflake_at(SPOKE_LAST), private=True)
    return Home(str(FIRST_PERSON + number), str(channel), (f"discord/{BOT}/channel/{channel}", cursor.to_text()))


DISCORD = Platform(
    name="discord",
    title="Discord",
    ready="READY",
    overall=OVERALL,
    baseline="tests.benchmarks.baseline_discord",
    server=DiscordServer,
    home=home,
    cursors=((f"discord/{BOT}/alive", str(int(time.time()))),),
)
