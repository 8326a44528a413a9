"""Both platforms as in the torture runs, with many people, more kinds of faults, and books that do not grow with the hours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Protocol

from tests.fakes.discord import Call as OnDiscord
from tests.fakes.discord import Channel
from tests.fakes.telegram import Call as OnTelegram
from tests.fakes.telegram import Chat
from tests.soak.crowds import ManyOnDiscord, ManyOnTelegram
from tests.torture import discord, telegram
from tests.torture.crowd import Said, Tags
from tests.torture.discord import DiscordSide, SlowDiscord
from tests.torture.sides import MakeSide, Side
from tests.torture.telegram import SlowTelegram, TelegramSide
from tests.torture.words import answered, tags

FAULT_CHANCE = 0.004
"""Of each fault, before and after the effect."""
LIMIT_CHANCE = 0.004
ASKED_TO_WAIT = 1
RECENT = 60.0
"""Seconds after which nothing about a call changes any more."""


class Unstored(Protocol):
    """People of whom nothing is stored in the end, and what is wrong with what they see."""

    def problems(self) -> list[str]: ...


class Calls:
    """The book of a fake, cut short now and then. `count` is of all calls up to the last cut."""

    def __init__(self, calls: list[OnTelegram] | list[OnDiscord]) -> None:
        self.count = 0
        self._calls = calls
        self._kept = 0

    def fold(self) -> None:
        """Keeps what is recent, and what took effect although it was refused."""
        calls = self._calls
        self.count += len(calls) - self._kept
        since = calls[-1].at - RECENT if calls else 0.0
        calls[:] = [call for call in calls if call.at > since or (call.refused and call.result is not None)]
        self._kept = len(calls)


class Soaked(Side, Protocol):
    """A side that lasts, with what the bot called."""

    @property
    def deleters(self) -> Unstored: ...
    @property
    def calls(self) -> Calls: ...


class SoakedTelegram(TelegramSide):
    """See Soaked. Everybody says something in the beginning, so that from then on the bot knows all of them."""

    greets = True

    def __init__(self, fake: SlowTelegram, crowd: ManyOnTelegram, *, limits: bool) -> None:
        super().__init__(fake, crowd)
        self.deleters = crowd.deleters
        self.calls = Calls(fake.calls)
        self._limits = limits

    async def greet(self) -> None:
        for talker in (*self.crowd.talkers, *self.deleters.talkers):
            await self.crowd.says(talker)

    def break_network(self) -> None:
        for method in ("*", "getUpdates"):
            for what in telegram.FAULTS:
                for after in (False, True):
                    self.fake.faults.add(method, after=after, chance=FAULT_CHANCE, times=None, **what)
        if self._limits:
            self.fake.faults.add("*", retry_after=ASKED_TO_WAIT, chance=LIMIT_CHANCE, times=None)

    def rooms(self) -> Iterable[Chat]:
        return (chat for chat in self.fake.chats.values() if id(chat) not in self.deleters.rooms)


class SoakedDiscord(DiscordSide):
    """See Soaked."""

    def __init__(self, fake: SlowDiscord, crowd: ManyOnDiscord, *, limits: bool) -> None:
        super().__init__(fake, crowd)
        self.deleters = crowd.deleters
        self.calls = Calls(fake.calls)
        self._limits = limits

    def break_network(self) -> None:
        for what in discord.FAULTS:
            for after in (False, True):
                self.fake.faults.add("*", after=after, chance=FAULT_CHANCE, times=None, **what)
        if self._limits:
            self.fake.faults.add("*", retry_after=ASKED_TO_WAIT, chance=LIMIT_CHANCE, times=None)

    def rooms(self) -> Iterable[Channel]:
        return (channel for channel in self.fake.channels.values() if id(channel) not in self.deleters.rooms)

    def is_stub(self, message: Said) -> bool:
        """As in the torture runs, looked up once: nobody deletes anything any more when this is asked."""
        return bool(answered(message.text)) and set(answered(message.text)) <= self._deleted

    @cached_property
    def _deleted(self) -> set[str]:
        return {tags(said.text)[0] for talker in self.crowd.talkers for said in talker.messages if said.deleted}


def makers(platform: str, people: int, *, limits: bool, groups: bool) -> list[MakeSide]:
    """How to make the sides of `telegram`, `discord` or `both`, with so many people on each, and with groups on Telegram or without."""

    @asynccontextmanager
    async def on_telegram(seed: int, names: Tags) -> AsyncIterator[SoakedTelegram]:
        async with SlowTelegram(token=f"{700_000_000 + seed % 1_000_000}:soak-opens-nothing", seed=seed) as fake:
            yield SoakedTelegram(fake, ManyOnTelegram(fake, seed, names, people, groups=groups), limits=limits)

    @asynccontextmanager
    async def on_discord(seed: int, names: Tags) -> AsyncIterator[SoakedDiscord]:
        async with SlowDiscord(seed=seed) as fake:
            yield SoakedDiscord(fake, ManyOnDiscord(fake, seed, names, people), limits=limits)

    by_name: dict[str, list[MakeSide]] = {"telegram": [on_telegram], "discord": [on_discord], "both": [on_telegram, on_discord]}
    return by_name[platform]
