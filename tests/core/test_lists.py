"""Lists fit into one post, so that a button can turn their pages in place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.lists import LEAST_SHOWN, fitted
from tests.core.talk import Talk, talking
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel

ROOM = 2000


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, max_text=ROOM))
    async with talking(tmp_path / "parley.db", adapter=adapter, model=ScriptedModel()) as talk:
        yield talk


async def test_a_page_of_long_messages_is_one_post(talk: Talk) -> None:
    for _ in range(5):
        await talk.says("a_b*c " * 300)
    await talk.says("/history")
    assert len(talk.last.text) <= ROOM
    assert talk.last.text.count("…") >= 5
    assert "10. " in talk.last.text


async def test_a_page_of_short_messages_is_whole(talk: Talk) -> None:
    await talk.says("one short question")
    await talk.says("/history")
    assert "one short question" in talk.last.text
    assert "…" not in talk.last.text


@given(st.lists(st.text(alphabet="ab_*\n é😀", max_size=500), min_size=1, max_size=10), st.integers(0, 4000))
def test_what_is_fitted_stays_within_its_room(wanted: list[str], room: int) -> None:
    shown = fitted(wanted, room)
    assert len(shown) == len(wanted)
    assert sum(map(len, shown)) <= max(room, LEAST_SHOWN * len(wanted) * 2)


def test_short_texts_leave_their_room_to_long_ones() -> None:
    short, long = fitted(["yes", "x" * 400], 300)
    assert short == "yes"
    assert len(long) == 297
