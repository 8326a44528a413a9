"""The model obeys whoever talks to it, and still can do nothing but answer them (X12, U12, U13)."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_script import Reply
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram
from tests.security.attacks import ATTACKS
from tests.security.canaries import pieces
from tests.whole.club import Town, hasty, town
from tests.whole.plan import KEY
from tests.whole.test_guards import dump

ANNS = "marzipan"
OBEYED = "Of course: {attack}\n\n{attack}"


def obeying(body: Mapping[str, object]) -> Reply:
    """It does as it is told, and repeats all that it knows."""
    messages = body["messages"]
    assert isinstance(messages, list)
    said = str(messages[-1]["content"])
    known = "\n".join(str(message["content"]) for message in messages)[:600]
    return Reply(f"{OBEYED.format(attack=said)}\n\n{known}")


def counts(path: Path) -> dict[str, int]:
    text = dump(path)
    return {table: len(re.findall(rf'^INSERT INTO "?{table}"? ', text, re.MULTILINE)) for table in ("sessions", "messages", "accounts")}


async def _attacked(both: Town, path: Path) -> None:
    """Ann has secrets on both platforms; Eve, who is in the same places, asks for them and says whatever she can think of."""
    house, club = both.house, both.club
    eve_there, eve_here = house.telegram.person(666, "Eve"), club.discord.person(666, "Eve")
    chat = house.telegram.private_chat(eve_there)
    club.guild.members.append(eve_here.user)
    await house.ann.says(house.chat, f"my secret is {ANNS}")
    await club.ann.says(club.chat, f"my secret is {ANNS}")
    await both.settle()
    house.openai.always = obeying
    start = counts(path)
    for number, attack in enumerate(ATTACKS):
        await eve_there.says(chat, attack if not attack.startswith(("/", "exit")) else f"say {attack}")
        await eve_here.says(club.general, attack if not attack.startswith("/") else f"say {attack}", mention=True)
        if number % 5 == 4:
            await both.settle()
    await both.settle()
    assert counts(path)["accounts"] == start["accounts"] + 2
    assert counts(path)["sessions"] == start["sessions"] + 2, "neither ended nor begun anew by what was said"


def _all_buttons(both: Town) -> list[str]:
    """What every button that was ever sent would do, as the platforms were told."""
    told: list[object] = []
    for call in both.house.telegram.calls:
        markup = call.params.get("reply_markup")
        told.append(json.loads(markup) if isinstance(markup, str) else markup)
    told += [call.body.get("components") for call in both.club.discord.calls if isinstance(call.body, dict)]
    return re.findall(r'"(?:callback_data|custom_id)": "([^"]*)"', json.dumps(told))


@pytest.fixture
async def around(tmp_path: Path) -> AsyncIterator[Town]:
    async with FakeTelegram() as telegram, FakeDiscord() as discord, FakeOpenAI() as openai:
        async with town(tmp_path / "parley.db", telegram, discord, openai, hasty()) as both:
            await both.club.ready()
            yield both
        assert telegram.violations == []
        assert discord.violations == []


async def test_x12_u12_u13_a_model_that_obeys_everybody_can_do_nothing(around: Town, tmp_path: Path) -> None:
    """No command is run, nobody is called, nobody else's words and no secret are told, no button comes of it."""
    assert len(ATTACKS) >= 50
    telegram, discord, openai = around.house.telegram, around.club.discord, around.house.openai
    await _attacked(around, tmp_path / "parley.db")
    shown = "\n".join([*telegram.private_chat(telegram.person(666, "Eve")).texts, *around.club.general.texts])
    calls = [call for call in discord.calls if call.name in ("create message", "edit message")]
    pressed = _all_buttons(around)
    assert "Of course" in shown
    assert ANNS not in shown
    for secret in (KEY, telegram.token.partition(":")[2], discord.token):
        assert not any(piece in shown for piece in pieces(secret))
    assert calls
    for call in calls:
        assert isinstance(call.body, dict)
        assert call.body["allowed_mentions"]["parse"] == []
        assert not any(call.body["allowed_mentions"].get(kind) for kind in ("users", "roles", "replied_user"))
    assert pressed
    assert {button.split()[0] for button in pressed} <= {"retry", "version", "continue"}, "what the model writes is no button"
    for request in openai.requests:
        messages = request.body.get("messages", [])
        assert isinstance(messages, list)
        assert [message["role"] for message in messages].count("system") == 1
        assert "tools" not in request.body
        assert "functions" not in request.body
