"""What the adapter has to have kept before it goes on waits for room; nothing of it is lost meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.discord.adapter import SALT, _salt
from adapters.discord.cursors import Channel, Cursors
from bot.errors import DatabaseBlocked
from tests.discord.receiving import ListCore, alive
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import FastClock, until


@dataclass
class FullCore(ListCore):
    """A core whose storage has no room for a note the first times."""

    refusals: int = 0

    async def keep(self, cursors: Mapping[str, str]) -> None:
        if self.refusals > 0:
            self.refusals -= 1
            raise DatabaseBlocked("the disk is full")
        await super().keep(cursors)


@dataclass
class SlowCore(FullCore):
    """Keeps nothing before it may."""

    asked: int = 0
    may: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self, cursors: Mapping[str, str]) -> None:
        self.asked += 1
        await self.may.wait()
        await super().keep(cursors)


async def test_s1_a_channel_that_could_not_be_kept_is_kept_when_it_is_met_again() -> None:
    core = FullCore(refusals=1)
    cursors = Cursors(core, 1)
    assert not await cursors.met(Channel(7, 100))
    assert core.kept == {}
    assert await cursors.met(Channel(7, 101))
    assert core.kept["discord/1/channel/7"].startswith("99 ")
    core.refusals = 1
    assert await cursors.met(Channel(7, 102)), "what is kept already needs no room"
    assert core.refusals == 1


async def test_s1_what_somebody_else_is_keeping_is_not_yet_kept() -> None:
    core = SlowCore()
    cursors = Cursors(core, 1)
    first = asyncio.create_task(cursors.met(Channel(7, 100)))
    await until(lambda: core.asked == 1)
    second = asyncio.create_task(cursors.keep())
    third = asyncio.create_task(cursors.met(Channel(7, 101)))
    await asyncio.sleep(0.01)
    assert not second.done()
    assert not third.done()
    core.refusals = 1
    core.may.set()
    assert not await first
    assert await second
    assert await third
    assert core.kept["discord/1/channel/7"].startswith("99 ")


async def test_s1_a_first_message_is_accepted_only_once_its_channel_is_kept(tmp_path: Path) -> None:
    core = FullCore()
    async with FakeDiscord() as fake, alive(fake, tmp_path, core=core):
        await until(lambda: core.caught)
        ann = fake.person(1001, "Ann")
        dm, core.refusals = fake.dm(ann), 10_000
        await ann.says(dm, "one")
        await until(lambda: core.refusals < 9_998)
        assert core.texts == []
        core.refusals = 0
        await until(lambda: core.texts == ["one"])
        assert any(name.endswith(f"/channel/{dm.id}") for name in core.kept)


async def test_s1_the_salt_of_nonces_waits_for_room() -> None:
    core = FullCore(refusals=2)
    assert await _salt(core, FastClock()) == core.kept[SALT]
