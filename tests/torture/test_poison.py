"""A message that kills the program each time it is answered: it is given up, says so, and nothing else suffers, not even what is
answered at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from bot.replies import texts
from tests.fakes import discord, telegram
from tests.fakes.busy import within
from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_script import ROLE, Json, Raw, Reply, Step
from tests.fakes.openai_server import FakeOpenAI, last_prompt
from tests.fakes.telegram import FakeTelegram
from tests.torture.nursery import Nursery

pytestmark = pytest.mark.timeout(60)

LIVES = 3
BESIDE = 2
"""Lives in which what is answered beside the poison takes longer than the poison."""


def answer(life: int, body: Json) -> Step:
    slow = last_prompt(body) == "poison" or (last_prompt(body) == "tea" and life <= BESIDE)
    return Raw((ROLE,), end="hang") if slow else Reply()


@dataclass
class Table:
    """Ann and Eve, who say what kills the program, and Bob and Dan beside them; one of each on either platform."""

    telegram: FakeTelegram
    discord: FakeDiscord
    openai: FakeOpenAI

    def __post_init__(self) -> None:
        self.ann, self.eve = self.telegram.person(1001, "Ann"), self.discord.person(1002, "Eve")
        self.bob, self.dan = self.telegram.person(1003, "Bob"), self.discord.person(1004, "Dan")
        self.anns, self.eves = self.telegram.private_chat(self.ann), self.discord.dm(self.eve)
        self.bobs, self.dans = self.telegram.private_chat(self.bob), self.discord.dm(self.dan)

    def environment(self, folder: Path) -> dict[str, str]:
        return {
            "TELEGRAM_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.url,
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "OPENAI_BASE_URL": self.openai.base_url,
            "OPENAI_API_KEY": "sk-of-nobody",
            "PARLEY_DATABASE": str(folder / "parley.db"),
            "PARLEY_TITLES": "false",
            "HOME": str(folder),
            "TMPDIR": str(folder),
        }

    def asked(self, words: str) -> int:
        return [last_prompt(request.body) for request in self.openai.requests].count(words)

    async def say(self, dangerous: str, harmless: str = "") -> None:
        await self.ann.says(self.anns, dangerous)
        await self.eve.says(self.eves, dangerous)
        if harmless:
            await self.bob.says(self.bobs, harmless)
            await self.dan.says(self.dans, harmless)

    async def all_was_asked_in(self, life: int) -> None:
        """The last tries are made one by one."""
        poisons, teas = 2 * life if life <= BESIDE else BESIDE + life, 2 * min(life, BESIDE)
        async with asyncio.timeout(20):
            while self.asked("poison") < poisons or self.asked("tea") < teas:
                await asyncio.sleep(0.005)


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    async with FakeTelegram() as telegram, FakeDiscord() as discord, FakeOpenAI() as openai:
        yield Table(telegram, discord, openai)


def shown(place: telegram.Chat | discord.Channel) -> list[str]:
    return [text for text in place.texts if not text.endswith(texts.WAITING)]


async def test_r2_r8_what_kills_the_program_three_times_is_given_up_and_the_rest_is_answered(tmp_path: Path, table: Table) -> None:
    environment = table.environment(tmp_path)
    async with Nursery() as nursery:
        for life in range(1, LIVES + 2):  # there are two that kill, and their last tries are made one by one
            table.openai.always = partial(answer, life)
            bot = await nursery.start(environment, tmp_path)
            await table.discord.gateway.wait_connected(20)
            if life == 1:
                await table.say("poison", "tea")
            await table.all_was_asked_in(life)
            assert await bot.kill() == -9
        bot = await nursery.start(environment, tmp_path)
        for killer, other in ((table.anns, table.bobs), (table.eves, table.dans)):
            await killer.wait_for(texts.GAVE_UP, timeout=20)
            await other.wait_for("You said: tea", timeout=20)
        await table.say("water")
        for killer in (table.anns, table.eves):
            await killer.wait_for("water", timeout=20)
        status, took = await bot.end(6.0)
        assert (status, took < within(2.0)) == (0, True)
    assert (table.asked("poison"), table.asked("tea")) == (2 * LIVES, 2 * LIVES)
    for killer, other in ((table.anns, table.bobs), (table.eves, table.dans)):
        assert shown(killer) == [texts.GAVE_UP, "You said: poison\n\nwater"], "what was asked stays in the conversation"
        assert shown(other) == ["You said: tea"]
