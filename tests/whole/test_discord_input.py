"""Rows U of the list of faults on Discord, through the whole house: what people and programs write there by mistake or on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.replies import texts
from tests.fakes.discord import Channel, FakeDiscord, Message, Person
from tests.fakes.openai_script import Reply
from tests.fakes.openai_server import FakeOpenAI
from tests.whole.bombs import BOMB, MIB, PICTURE
from tests.whole.club import Club, club, hasty, standing
from tests.whole.house import Held, until
from tests.whole.plan import POLICY, HastyClock

Files = Sequence[tuple[str, bytes, str]]

FILES: dict[str, Files] = {
    "too large": [("film.mov", bytes(30 * MIB), "video/quicktime")],
    "archive": [("a.zip", BOMB, "application/zip")],
    "document": [("a.docx", BOMB, "application/msword")],
    "picture": [("a.png", PICTURE, "image/png")],
    "several": [("a.zip", BOMB, "application/zip"), ("a.png", PICTURE, "image/png")],
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("words", ["", "what is in it?"])
async def test_u6_u7_u8_what_would_be_heavy_is_not_even_fetched(there: Club, kind: str, words: str) -> None:
    """Files are not read yet: what came with words is answered by them, and that is said."""
    await there.says(words, attachments=FILES[kind])
    assert sorted(there.chat.texts) == sorted([f"You said: {words}", texts.WORDS_ONLY] if words else [texts.TEXT_ONLY])
    assert len(there.openai.requests) == bool(words)
    assert there.discord.downloaded == []


def said(place: Channel, by: Person, text: str = "", kind: int = 0, **extra: object) -> Message:
    """A message with whatever else Discord may put into one."""
    world = by.world
    message = Message(world.new_id(), place, by.user, world.now(), text)
    message.type, message.extra = kind, dict(extra)
    message.mentions = [user for user in world.users.values() if f"<@{user.id}>" in text] + [world.bot] * (f"<@{world.bot.id}>" in text)
    return world.add(message)


POLL = {"question": {"text": "?"}, "answers": [], "expiry": "2026-12-24T00:00:00+00:00", "allow_multiselect": False, "layout_type": 1}
STICKER = {"id": "1", "name": "wave", "format_type": 1}
LINES: dict[str, tuple[dict[str, object], str]] = {
    "sticker": ({"sticker_items": [STICKER]}, texts.TEXT_ONLY),
    "poll": ({"poll": POLL}, texts.TEXT_ONLY),
    "blank": ({"text": "\u200b\u2060"}, texts.BLANK),
}


@pytest.mark.parametrize("kind", LINES)
async def test_u1_u2_what_cannot_be_read_is_a_polite_line_at_most_once_a_minute(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI, kind: str
) -> None:
    plan = replace(hasty(), clock=HastyClock(3))
    fields, line = LINES[kind]
    async with club(tmp_path / "parley.db", discord, openai, plan) as there:
        await there.ready()
        for lines in (1, 2):
            for _ in range(2):
                said(there.chat, there.ann, **fields)  # type: ignore[arg-type]
                await there.settle()
            assert there.chat.texts == [line] * lines
            plan.clock.skipped += 61  # type: ignore[attr-defined]
        assert openai.requests == []


async def test_u3_a_long_paste_that_comes_in_pieces_is_answered_once(there: Club) -> None:
    pieces = [f"{number}" * 1900 for number in (1, 2, 3)]
    there.openai.always = lambda body: Reply("all read", first_token_after=0.2)
    for piece in pieces:
        await there.ann.says(there.chat, piece)
    await there.settle()
    assert there.chat.texts == ["all read"]
    assert there.prompts() == ["\n\n".join(pieces)]


async def test_u15_x15_a_flood_costs_a_few_calls_and_one_line(tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI) -> None:
    openai.always = lambda body: Reply("well", first_token_after=0.05)
    plan = replace(hasty(), policy=replace(POLICY, rate=20), clock=SystemClock())
    async with club(tmp_path / "parley.db", discord, openai, plan) as there:
        await there.ready()
        for number in range(300):
            await there.ann.says(there.chat, f"m{number}")
            if number == 150:
                await there.bob.says(there.general, "me too", mention=True)
        await there.general.wait_for("well")
        await there.settle()
        assert [text for text in there.chat.texts if text != "well"] == [texts.TOO_FAST]
        assert standing(there.general) == ["well"]
        assert len(openai.requests) <= 22


async def test_u16_commands_during_the_answer_leave_it_to_its_session(there: Club) -> None:
    held = Held()
    there.openai.script(held.step)
    await there.ann.says(there.chat, "one")
    await there.chat.wait_for("some words")
    await (await there.ann.slash(there.chat, "new", title="Other")).wait_message("A fresh session")
    held.on()
    await there.settle()
    await there.says("two")
    assert there.prompts() == ["two"]
    there.openai.script(Held().step)
    await there.ann.says(there.chat, "three")
    await until(lambda: there.chat.last.text == f"some words  {texts.WAITING}")
    await there.slash("end")
    await until(lambda: not there.openai.streams)
    assert any(text.endswith("*(stopped)*") for text in there.chat.texts)


async def test_u18_u19_what_no_person_wrote_is_not_answered(there: Club) -> None:
    """Programs that post into a channel, and Discord's own notes."""
    mention = f"<@{there.discord.bot.id}> hello"
    said(there.general, there.bob, mention, webhook_id="77")
    for kind in (6, 7, 8, 18, 19 + 5):  # a pin, a join, a boost, a thread, a finding of the moderation
        said(there.general, there.bob, mention, kind)
    await there.settle()
    assert there.openai.requests == []
    assert there.general.texts == []
    await there.says("hello", there.general, mention=True)
    assert there.general.texts == ["You said: hello"]


async def test_u20_an_edit_of_last_week_is_taken_and_one_without_a_change_is_not(there: Club) -> None:
    asked = await there.says("one")
    there.discord.advance(hours=24 * 7)
    for text in ("one", "/end", " "):
        await there.ann.edits(asked, text)
        await there.settle()
    assert len(there.openai.requests) == 1
    await there.ann.edits(asked, "uno")
    await there.settle()
    assert there.chat.texts == ["You said: uno"]
