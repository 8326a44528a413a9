"""Row S11 through the whole house on both platforms: the clock on the wall is set forward or back in the middle of answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram
from tests.whole.club import Town, town
from tests.whole.plan import POLICY, WHOLE, HastyClock, Held, Plan, until


class Wall(HastyClock):
    """Its date can be set; seconds go on as they do."""

    def __init__(self, speed: float) -> None:
        super().__init__(speed)
        self.jumped = timedelta()

    def now(self) -> datetime:
        return super().now() + self.jumped


def set_by(jump: timedelta, *walls: Wall) -> None:
    for wall in walls:
        wall.jumped = jump


JUMPS = {
    "a_year_back": timedelta(days=-365),
    "an_hour_back": timedelta(hours=-1),
    "a_day_on": timedelta(days=1),
    "a_year_on": timedelta(days=365),
}


async def all_is_well(there: Town, said: list[str], word: str) -> None:
    """One more word is answered on both platforms, once, and a command is."""
    said.append(word)
    await there.house.ann.says(there.house.chat, word)
    await there.club.ann.says(there.club.chat, word)
    await there.house.settle()
    await there.club.settle()
    for texts in (there.house.chat.texts, there.club.chat.texts):
        assert [text.rpartition("You said: ")[2] for text in texts if "You said" in text] == said
    given = await there.club.slash("sessions", there.club.general)
    await until(lambda: given.messages)
    assert "Your sessions" in str(given.messages[-1].text), "a command is answered, to who gave it alone"


async def an_answer_on_each_meanwhile(there: Town, jump: Callable[[], None]) -> None:
    held = [Held(), Held()]
    there.house.openai.script(*(each.step for each in held))
    await there.house.ann.says(there.house.chat, "two")
    await there.house.chat.wait_for("some words")
    await there.club.ann.says(there.club.chat, "two")
    await there.club.chat.wait_for("some words")
    jump()
    for each in held:
        each.on()
    await there.house.settle()
    await there.club.settle()
    for texts in (there.house.chat.texts, there.club.chat.texts):
        assert [text for text in texts if WHOLE in text] == [texts[-1]]


@pytest.mark.parametrize("jump", JUMPS)
async def test_s11_a_clock_that_is_set_in_the_middle_of_answers_costs_none(
    jump: str, tmp_path: Path, telegram: FakeTelegram, discord: FakeDiscord, openai: FakeOpenAI
) -> None:
    """In the life in which it happens, in one that begins with the wrong time, and in one that finds it mended."""
    walls = Wall(50), Wall(10)
    plan = Plan(clock=walls[0], outside=walls[1], policy=replace(POLICY, timezone=ZoneInfo("Europe/Paris")))
    said: list[str] = []
    async with town(tmp_path / "parley.db", telegram, discord, openai, plan) as there:
        await there.club.ready()
        await all_is_well(there, said, "one")
        await an_answer_on_each_meanwhile(there, lambda: set_by(JUMPS[jump], *walls))
        await all_is_well(there, said, "three")
    said.append("meanwhile")
    await there.house.ann.says(there.house.chat, "meanwhile")
    await there.club.ann.says(there.club.chat, "meanwhile")
    async with town(tmp_path / "parley.db", telegram, discord, openai, plan) as there:
        await there.club.ready()
        await there.settle()
        await all_is_well(there, said, "four")
        set_by(timedelta(), *walls)
        await all_is_well(there, said, "five")
    async with town(tmp_path / "parley.db", telegram, discord, openai, plan) as there:
        await there.club.ready()
        await all_is_well(there, said, "six")
