"""A message that kills the program each time it is answered: it is given up, says so, and nothing else suffers, not even what is
answered at the same time."""

from __future__ import annotations

import asyncio
from functools import partial
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


BESIDE = 2
"""Lives in which what is answered beside the poison takes longer than the poison."""


def answer(life: int, body: Json) -> Step:
    slow = last_prompt(body) == "poison" or (last_prompt(body) == "tea" and life <= BESIDE)
    return Raw((ROLE,), end="hang") if slow else Reply()


async def test_r2_r8_what_kills_the_program_three_times_is_given_up_and_the_rest_is_answered(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram, FakeDiscord() as discord, FakeOpenAI() as openai, Nursery() as nursery:
        ann, eve = telegram.person(1001, "Ann"), discord.person(1002, "Eve")
        bob, dan = telegram.person(1003, "Bob"), discord.person(1004, "Dan")
        chat, direct, bobs, dans = telegram.private_chat(ann), discord.dm(eve), telegram.private_chat(bob), discord.dm(dan)
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

        def asked(words: str) -> int:
            return [last_prompt(request.body) for request in openai.requests].count(words)

        for life in range(1, LIVES + 2):  # the last tries are made one by one, and there are two that kill
            openai.always = partial(answer, life)
            bot = await nursery.start(environment, tmp_path)
            await discord.gateway.wait_connected(20)
            if life == 1:
                await ann.says(chat, "poison")
                await eve.says(direct, "poison")
                await bob.says(bobs, "tea")
                await dan.says(dans, "tea")
            async with asyncio.timeout(20):
                while asked("poison") < (2 * life if life <= BESIDE else BESIDE + life) or asked("tea") < 2 * min(life, BESIDE):
                    await asyncio.sleep(0.005)
            assert await bot.kill() == -9
        bot = await nursery.start(environment, tmp_path)
        await chat.wait_for(texts.GAVE_UP, timeout=20)
        await direct.wait_for(texts.GAVE_UP, timeout=20)
        await bobs.wait_for("You said: tea", timeout=20)
        await dans.wait_for("You said: tea", timeout=20)
        await ann.says(chat, "water")
        await chat.wait_for("water", timeout=20)
        await eve.says(direct, "water")
        await direct.wait_for("water", timeout=20)
        status, took = await bot.end(5.0)
        assert (status, took < 2.0) == (0, True)
        assert (asked("poison"), asked("tea")) == (2 * LIVES, 2 * LIVES)
        for place in (chat, direct):
            shown = [text for text in place.texts if not text.endswith(texts.WAITING)]
            assert shown == [texts.GAVE_UP, "You said: poison\n\nwater"], "what was asked stays in the conversation"
        for place in (bobs, dans):
            assert [text for text in place.texts if not text.endswith(texts.WAITING)] == ["You said: tea"]
