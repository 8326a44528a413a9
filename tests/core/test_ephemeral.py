"""Private answers in front of others, on a platform that shows a message to one person alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.events import Author, Place
from tests.core.talk import POLICY, Talk, talking
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel

CLUB = Place("memory", "-5", "", "group")
BEN = Author("8", "Ben")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, private="ephemeral"))
    async with talking(tmp_path / "parley.db", adapter=adapter, model=ScriptedModel()) as talk:
        yield talk


async def test_a_private_list_turns_its_pages_where_it_is_shown(talk: Talk) -> None:
    for number in range(8):
        await talk.says(f"question {number}", place=CLUB)
    await talk.says("/history", place=CLUB)
    shown = talk.chat(CLUB)[-1]
    assert "page 2 of 2" in shown.text
    assert await talk.presses("‹", shown) is None
    assert "page 1 of 2" in shown.text
    assert len(talk.chat(CLUB)) == 9


async def test_only_where_others_read_along_is_anything_for_one_pair_of_eyes(talk: Talk) -> None:
    assert await talk.core.is_private(CLUB, "history")
    talk.adapter.settings = replace(DEFAULT, private="none")
    assert not await talk.core.is_private(talk.place, "history")


async def test_what_is_no_longer_shared_is_private_from_the_first_command_on(tmp_path: Path) -> None:
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, private="ephemeral"))
    async with talking(tmp_path / "parley.db", adapter=adapter, policy=replace(POLICY, shared=frozenset({"memory:-5"}))) as talk:
        await talk.says("one", place=CLUB)
        assert not await talk.core.is_private(CLUB, "history")
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        assert await talk.core.is_private(CLUB, "history")


async def test_x3_a_list_that_all_can_read_never_becomes_a_private_one(talk: Talk) -> None:
    """A post without an audience, as a shared place has them, takes no page of a person's own."""
    for number in range(8):
        await talk.says(f"secret {number}", place=CLUB)
    await talk.says("/help", place=CLUB)
    public = talk.chat(CLUB)[-1]
    session = await talk.store.sessions(1, (), 0, 1)
    public.buttons.append(("forged", f"page history #{session[0].session.id} 1"))
    assert await talk.presses("forged", public) is not None
    assert "secret" not in public.text


async def test_x3_the_page_of_somebody_elses_list_stays_theirs(talk: Talk) -> None:
    for number in range(8):
        await talk.says(f"question {number}", place=CLUB)
    await talk.says("/history", place=CLUB)
    shown = talk.chat(CLUB)[-1]
    assert await talk.presses("‹", shown, author=BEN) is not None
    assert "page 2 of 2" in shown.text
