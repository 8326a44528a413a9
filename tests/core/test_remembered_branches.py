"""What is remembered of a branch is as good as reading it, and is forgotten when a mark changes."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Sequence
from sys import getsizeof

import pytest

from bot.changes import ForgetUser
from bot.messages import Message
from bot.sessions.branches import REMEMBERED, Branches
from bot.store import Reader
from tests.core.made import message
from tests.core.talk import Talk
from tests.core.virtual import START


class CountingReader:
    """Counts the rows that are read."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.rows = 0

    async def branch(self, leaf: int | None, limit: int, *, down_to: int = 1) -> Sequence[Message]:
        read = await self._reader.branch(leaf, limit, down_to=down_to)
        self.rows += len(read)
        return read


async def test_a_turn_of_a_long_session_reads_only_what_is_new(talk: Talk) -> None:
    reader = CountingReader(talk.store)
    branches = Branches(reader)  # type: ignore[arg-type]
    for number in range(30):
        await talk.says(f"say {number}")
        session = (await talk.store.find(talk.place, "7")).session
        assert session is not None
        prompt = (await talk.store.branch(session.leaf, 2))[0]
        before = reader.rows
        assert await branches.read(session.id, prompt.id, 48) == tuple(await talk.store.branch(prompt.id, 1000))
        assert reader.rows - before <= 2


async def test_an_edited_answer_is_read_anew(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("two")
    await talk.says("/edit 2 my own words")
    await talk.says("three")
    assert talk.asked() == ["one", "my own words", "two", "Echo: two", "three"]
    await talk.says("/edit 2 other words")
    await talk.says("four")
    assert talk.asked()[:2] == ["one", "other words"]


async def test_a_removed_turn_is_read_anew(talk: Talk) -> None:
    await talk.says("one")
    ref = await talk.says("two")
    await talk.says("three")
    await talk.deletes(ref)
    await talk.says("four")
    assert "two" not in talk.asked()


async def test_going_back_to_a_version_reads_its_branch(talk: Talk) -> None:
    first = await talk.says("one")
    await talk.says("two")
    await talk.edits(first, "uno")
    await talk.says("due")
    await talk.presses("Back to version 1")
    await talk.says("three")
    assert talk.asked() == ["one", "Echo: one", "two", "Echo: two", "three"]


class LongTexts:
    """One message of a hundred thousand characters for every session."""

    def __init__(self, letter: str = "x") -> None:
        self._letter = letter

    async def branch(self, leaf: int | None, limit: int, *, down_to: int = 1) -> Sequence[Message]:
        return [message(leaf or 0, text=self._letter * 100_000)]


@pytest.mark.parametrize(("letter", "bytes_each"), [("x", 1), ("я", 2), ("\N{GRINNING FACE}", 4)])
async def test_r7_long_texts_are_remembered_by_the_memory_they_take(letter: str, bytes_each: int) -> None:
    branches = Branches(LongTexts(letter))  # type: ignore[arg-type]
    for number in range(1, 300):
        await branches.read(f"session {number}", number, 48)
    remembered = branches._branches
    assert sum(getsizeof(one.text) for branch in remembered.values() for one in branch) <= REMEMBERED
    assert len(remembered) > 50 / bytes_each
    assert "session 299" in remembered


async def test_r7_what_is_counted_is_what_is_taken(talk: Talk) -> None:
    """As messages come from the store, where none shares anything with another."""
    for number in range(20):
        await talk.says(f"say {number}")
    session = (await talk.store.find(talk.place, "7")).session
    assert session is not None
    branches = Branches(talk.store)
    await branches.read("before", session.leaf or 0, 1000)
    counted = branches._weight
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(10):
            await branches.read(f"session {number}", session.leaf or 0, 1000)
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.8 * taken < branches._weight - counted < 1.3 * taken


async def test_r7_after_somebody_was_forgotten_as_much_is_remembered_as_before() -> None:
    branches = Branches(LongTexts())  # type: ignore[arg-type]
    for number in range(1, 300):
        await branches.read(f"session {number}", number, 48)
    branches.forget([ForgetUser(1, START)])
    assert (branches._branches, branches._weight) == ({}, 0)
    for number in range(1, 300):
        await branches.read(f"session {number}", number, 48)
    assert len(branches._branches) > 50
