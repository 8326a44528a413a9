"""A message that kills the program each time it is answered: it is given up, says so, and nothing else suffers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.replies import texts
from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_script import ROLE, Json, Raw, Reply, Step
from tests.fakes.openai_server import FakeOpenAI, last_prompt
from tests.fakes.telegram import FakeTelegram
from tests.torture.nursery import Nursery

pytestmark = pytest.mark.timeout(60)

LIVES = 3


def answer(body: Json) -> Step:
    return Raw((ROLE,), end="hang") if last_prompt(body) == "poison" else Reply()


async def test_r2_r8_what_kills_the_program_three_times_is_given_up_and_the_rest_is_answered(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram, FakeDiscord() as discord, FakeOpenAI() as openai, Nursery() as nursery:
        openai.always = answer
        ann, eve = telegram.person(1001, "Ann"), discord.person(1002, "Eve")
        chat, direct = telegram.private_chat(ann), discord.dm(eve)
        environment = {
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "OPENAI_BASE_URL": openai.base_url,
            "OPENAI_API_KEY": "sk-of-nobody",
            "PARLEY_DATABASE": str(tmp_path / "parley.db"),
            "PARLEY_TITLES": "false",
            "HOME": str(tmp_path),
            "TMPDIR": str(tmp_path),
        }
        for life in range(1, LIVES + 1):
            bot = await nursery.start(environment, tmp_path)
            await discord.gateway.wait_connected(20)
            if life == 1:
                await ann.says(chat, "poison")
                await eve.says(direct, "poison")
            async with asyncio.timeout(20):
                while len(openai.requests) < 2 * life:
                    await asyncio.sleep(0.005)
            assert await bot.kill() == -9
        bot = await nursery.start(environment, tmp_path)
        await chat.wait_for(texts.GAVE_UP, timeout=20)
        await direct.wait_for(texts.GAVE_UP, timeout=20)
        await ann.says(chat, "water")
        await chat.wait_for("water", timeout=20)
        await eve.says(direct, "water")
        await direct.wait_for("water", timeout=20)
        status, took = await bot.end(5.0)
        assert (status, took < 2.0) == (0, True)
        assert [last_prompt(request.body) for request in openai.requests].count("poison") == 2 * LIVES
        for place in (chat, direct):
            shown = [text for text in place.texts if not text.endswith(texts.WAITING)]
            assert shown == [texts.GAVE_UP, "You said: poison\n\nwater"], "what was asked stays in the conversation"
