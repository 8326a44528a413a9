"""What is one person's own where others are present: titles, lists, questions and turns in groups and shared places."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import Author, MessageEdited, MessageRef, Place
from tests.core.talk import BOB, GROUP, POLICY, Talk, talking
from tests.fakes.memory_adapter import MemoryAdapter


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path / "parley.db", policy=replace(POLICY, rate=4, context_tokens=200), speed=100.0) as talk:
        yield talk


async def test_strangers_who_edit_among_themselves_are_not_stored(talk: Talk) -> None:
    await talk.core.accept(MessageEdited(MessageRef(GROUP, "1"), BOB, "not for the bot", talk.clock.now(), talk.key()))
    assert (await talk.store.find(GROUP, BOB.id)).account is None


async def test_x16_a_private_title_is_not_said_in_a_group(talk: Talk) -> None:
    await talk.says("my secret plans")
    session = (await talk.store.find(talk.place, "7")).session
    assert session is not None
    await talk.says(f"/open #{session.id}", place=GROUP)
    await talk.says(f"/delete #{session.id}", place=GROUP)
    assert "secret" not in " ".join(talk.texts(GROUP))
    await talk.presses("Undo", talk.chat(GROUP)[-1])
    assert "secret" not in " ".join(talk.texts(GROUP))
    assert (await talk.store.find(GROUP, "7")).session is None


@pytest.fixture
async def free(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path / "free.db") as talk:
        yield talk


async def test_in_a_shared_place_nobody_takes_the_turns_of_others_off_the_branch(tmp_path: Path) -> None:
    async with talking(tmp_path / "shared.db", policy=replace(POLICY, shared=frozenset({"memory:-5"}))) as talk:
        await talk.says("from Ann", place=GROUP)
        await talk.says("from Bob", place=GROUP, author=BOB)
        for command in ("/retry", "/edit other words"):
            await talk.says(command, place=GROUP)
            assert talk.texts(GROUP)[-1] == "Only who asked for that answer can do that."
        await talk.says("/retry", place=GROUP, author=BOB)
        assert talk.asked()[-1] == "Bob: from Bob"


async def test_x16_what_is_asked_in_private_is_not_answered_in_a_group(free: Talk) -> None:
    free.model.says("held", gate=asyncio.Event())
    await free.says("/new", place=GROUP)
    session = (await free.store.find(GROUP, "7")).session
    assert session is not None
    await free.says(f"/open #{session.id}")
    await free.hears("public question", place=GROUP)
    await asyncio.sleep(0.005)
    await free.hears("my private secret")
    await free.says("/stop", place=GROUP)
    assert not any("secret" in text for text in free.texts(GROUP))
    assert any("my private secret" in text for text in free.texts())


async def test_undo_takes_back_nobody_elses_words(tmp_path: Path) -> None:
    async with talking(tmp_path / "shared.db", policy=replace(POLICY, shared=frozenset({"memory:-5"}))) as talk:
        await talk.hears("from Ann", place=GROUP)
        await talk.says("from Bob", place=GROUP, author=BOB)
        for author in (talk.person, BOB):
            await talk.says("/undo", place=GROUP, author=author)
            assert talk.texts(GROUP)[-1] == "Only who asked for that answer can do that."


async def test_x16_a_private_list_is_not_turned_in_front_of_others(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    async with talking(tmp_path / "p.db", policy=replace(POLICY, shared=frozenset({"memory:-5"})), adapter=adapter) as talk:
        for number in range(10):
            await talk.says(f"/new public {number}", place=GROUP, author=Author("9", "Chief", is_admin=True))
        await talk.says("/sessions", place=GROUP)
    async with talking(tmp_path / "p.db", policy=POLICY, adapter=adapter) as talk:
        for number in range(10):
            await talk.says(f"/new secret {number}", author=BOB, place=Place("memory", "8"))
        assert await talk.presses("›", talk.chat(GROUP)[-1], author=BOB) == "That is no longer there."
        assert not any("secret" in text for text in talk.texts(GROUP))
