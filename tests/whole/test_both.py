"""One transcript for each command, and for what people do without one, that must read the same on both platforms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.commands.catalog import visible
from bot.policy import Policy
from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram
from tests.whole.club import club, hasty
from tests.whole.house import parley
from tests.whole.plan import POLICY
from tests.whole.stage import OnDiscord, OnTelegram, Stage
from tests.whole.transcript import FOLDER, Player

SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.txt"))


def _policy(script: str, place: str) -> Policy:
    return replace(POLICY, shared=frozenset({place})) if script.startswith("In a shared group:") else POLICY


@asynccontextmanager
async def on_telegram(path: Path, openai: FakeOpenAI, script: str) -> AsyncIterator[Stage]:
    async with FakeTelegram() as telegram:
        ann, bob = telegram.person(1001, "Ann"), telegram.person(1002, "Bob")
        chat = telegram.group("Club", ann, bob, admins=[ann]) if script.startswith("In a ") else None
        plan = replace(hasty(), policy=_policy(script, f"telegram:{chat.id}" if chat is not None else ""))
        async with parley(path, telegram, openai, plan) as house:
            telegram.private_chat(bob)
            yield OnTelegram(house, chat, {"Ann": house.ann, "Bob": bob})
        assert telegram.violations == []


@asynccontextmanager
async def on_discord(path: Path, openai: FakeOpenAI, script: str) -> AsyncIterator[Stage]:
    async with FakeDiscord(message_content=True) as discord:
        ann, bob = discord.person(1001, "Ann"), discord.person(1002, "Bob")
        general = discord.guild("Club", ann, bob, admins=[ann]).channel("general")
        plan = replace(hasty(), policy=_policy(script, f"discord:{general.id}"))
        async with club(path, discord, openai, plan) as house:
            await house.ready()
            yield OnDiscord(house, general if script.startswith("In a ") else None, {"Ann": house.ann, "Bob": house.bob})
        assert discord.violations == []


PLATFORMS = {"telegram": on_telegram, "discord": on_discord}


def test_every_command_has_a_transcript() -> None:
    assert {command.name for command in visible()} <= set(SCRIPTS)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", SCRIPTS)
async def test_it_reads_the_same_everywhere(tmp_path: Path, openai: FakeOpenAI, name: str, platform: str) -> None:
    script = (FOLDER / f"{name}.txt").read_text("utf-8")
    async with PLATFORMS[platform](tmp_path / "parley.db", openai, script) as stage:
        assert await Player(stage, openai).play(script) == script
