"""Row S1 with a disk that is really full: `parley run` on both platforms loses nothing, and answers once when there is room."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.process import LONGEST_END
from storage.sqlite.database import TOLD_EVERY
from storage.sqlite.reserve import SIZE
from tests.fakes import discord as on_discord
from tests.fakes import telegram as on_telegram
from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_script import Reply
from tests.fakes.openai_server import FakeOpenAI, prompts
from tests.fakes.telegram import FakeTelegram
from tests.whole.plan import WHOLE, Held, until
from tests.whole.small_disk import Life, SmallDisk, small_disk

pytestmark = pytest.mark.timeout(300)  # for machines that are busy with something else: alone it takes ten seconds

PATIENT = 60.0
"""Seconds for what takes one or two where nothing else runs."""


@dataclass
class Talk:
    """Ann on Telegram and Bob on Discord."""

    telegram: FakeTelegram
    discord: FakeDiscord
    openai: FakeOpenAI
    said: list[str]

    def __post_init__(self) -> None:
        self.ann, self.bob = self.telegram.person(1001, "Ann"), self.discord.person(1002, "Bob")
        self.anns, self.bobs = self.telegram.private_chat(self.ann), self.discord.dm(self.bob)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "TELEGRAM_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.url,
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "OPENAI_API_KEY": "sk-of-nobody",
            "OPENAI_BASE_URL": self.openai.base_url,
            "PARLEY_TITLES": "false",
            "PARLEY_RATE": "100000",
        }

    async def both_say(self, word: str) -> None:
        self.said.append(word)
        await self.ann.says(self.anns, word)
        await self.bob.says(self.bobs, word)

    async def both_are_answered(self, within: float = PATIENT) -> None:
        """Each of the words that were said stands in one answer to each of the two."""
        for chat in (self.anns, self.bobs):
            await until(lambda chat=chat: _answered(chat) == sorted(self.said), within)


def _answered(chat: on_telegram.Chat | on_discord.Channel) -> list[str]:
    return sorted(re.findall(r"one|two\d+|three", "".join(chat.texts)))


@pytest.fixture
def talk(telegram: FakeTelegram, discord: FakeDiscord, openai: FakeOpenAI) -> Talk:
    openai.always = lambda body: Reply(f"You said: {prompts(body)[-1]}")
    return Talk(telegram, discord, openai, [])


@pytest.mark.parametrize("ended", [False, True])
async def test_s1_on_a_full_disk_nothing_is_lost_and_all_is_answered_once_there_is_room(tmp_path: Path, talk: Talk, ended: bool) -> None:
    async with small_disk(tmp_path) as disk:
        await _through_a_full_disk(disk, talk, ended=ended)


async def _through_a_full_disk(disk: SmallDisk, talk: Talk, *, ended: bool) -> None:
    began = time.monotonic()
    life = await disk.start(talk.settings)
    await talk.discord.gateway.wait_connected(PATIENT)
    start = time.monotonic() - began
    await talk.both_say("one")
    await talk.both_are_answered()
    assert disk.reserve.stat().st_size == SIZE
    anns, bobs = Held(), Held()
    await _both_answers_begin(talk, disk, life, anns, bobs)
    full_since = time.monotonic()
    disk.fill()
    await _until_both_are_refused(talk, disk, life)
    assert disk.reserve.stat().st_size == SIZE  # what comes again takes nothing of it
    anns.on()
    await until(lambda: WHOLE in talk.anns.texts, PATIENT)
    await until(lambda: not disk.reserve.exists(), PATIENT)  # what is owed does
    await _take_all_room(disk, life)
    bobs.on()  # and this one has to wait
    await talk.both_say("three")
    await asyncio.sleep(0.3)
    assert life.process.returncode is None
    _is_told_now_and_then(life, time.monotonic() - full_since)
    life = await (_the_next_life(talk, disk, life, start) if ended else _room_again(disk, life))
    await talk.both_are_answered()
    assert talk.anns.texts.count(WHOLE) == 1
    (bobs_text,) = (text for text in talk.bobs.texts if WHOLE in text or "begun before" in text)
    assert (WHOLE in bobs_text) is not ended  # what could not be stored before the end was asked for anew
    for each in disk.lives:
        assert "Traceback" not in each.told
    assert disk.reserve.stat().st_size == SIZE
    assert await life.end() == 0


async def _both_answers_begin(talk: Talk, disk: SmallDisk, life: Life, anns: Held, bobs: Held) -> None:
    """Until nothing is owed but their ends. Where a post is, is stored a moment after people can read it, and has the reserve as well."""
    talk.openai.script(anns.step, bobs.step)
    await talk.ann.says(talk.anns, "begun before")
    await talk.anns.wait_for("some words", PATIENT)
    await talk.bob.says(talk.bobs, "begun before")
    await talk.bobs.wait_for("some words", PATIENT)
    await until(lambda: disk.states_of_posts(life) == ["final", "final", "placed", "placed"], PATIENT)


def _is_told_now_and_then(life: Life, seconds: float) -> None:
    """Once, and once more after each minute that it lasts, or when something found room in between."""
    times = life.told.count("Nothing is lost") - life.told.count("the database takes what is written again")
    assert 1 <= times <= 1 + seconds / TOLD_EVERY


async def _the_next_life(talk: Talk, disk: SmallDisk, life: Life, start: float) -> Life:
    """`start` is in seconds, and says what this machine needs beside what Parley waits for."""
    began = time.monotonic()
    assert await life.end() == 0  # though what is owed could not be stored
    assert time.monotonic() - began < LONGEST_END + max(0.5, start)
    await (await disk.start(talk.settings)).tells("the disk is full")  # and waits, or ends with that line where it cannot begin
    disk.free()
    await disk.lives[-1].kill()
    return await disk.start(talk.settings)


async def _room_again(disk: SmallDisk, life: Life) -> Life:
    disk.free()
    await life.tells("the database takes what is written again")
    return life


async def _until_both_are_refused(talk: Talk, disk: SmallDisk, life: Life) -> None:
    """Says more and more: there may be room in the log for some of it."""
    refusals = ("the disk is full", "Nothing is lost", "did not take an update", "did not take an event")
    for number in range(200):
        await talk.both_say(f"two{number}")
        await asyncio.sleep(0.05)
        if all(words in life.told for words in refusals):
            return
        disk.fill()  # what brings the log into the file frees the room of the log
    raise AssertionError("the disk never was full")


async def _take_all_room(disk: SmallDisk, life: Life) -> None:
    """Who tries to take the reserve again holds some of the room for a moment, and gives it back."""
    for _ in range(200):
        with life.standing_still():
            if not disk.reserve.exists():
                disk.fill()
                assert disk.room() == 0
                return
        await asyncio.sleep(0.01)
    raise AssertionError("the reserve was always about to be taken")
