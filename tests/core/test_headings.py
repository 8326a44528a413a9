"""What was given to a command stands above its answer, on a platform that shows it to nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.errors import StorageError
from bot.events import Author, MessageReceived, MessageRef, Place
from bot.found import Showing
from bot.sessions.dispatcher import Dispatcher
from bot.sessions.showing import QUOTED
from storage.sqlite.database import Database
from storage.sqlite.store import SqliteStore
from tests.core.talk import POLICY, Talk, talking
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, commands_seen=False))
    async with talking(tmp_path / "parley.db", adapter=adapter, model=ScriptedModel()) as talk:
        yield talk


async def test_the_words_of_a_command_head_its_answer(talk: Talk) -> None:
    await talk.says("/ask what is *this*?")
    assert talk.last.text.startswith("> what is \\*this\\*?\n\n")
    await talk.presses("Retry")
    assert talk.last.text.startswith("> what is \\*this\\*?\n\n"), "each version stands under its question"


async def test_what_stands_in_the_chat_is_not_said_again(talk: Talk) -> None:
    await talk.says("hello")
    assert not talk.last.text.startswith(">")


async def test_long_words_are_cut_and_stay_on_one_line(talk: Talk) -> None:
    await talk.says("/ask " + "many words\n" * 100)
    heading, _, _ = talk.last.text.partition("\n\n")
    assert heading.startswith("> many words many words")
    assert heading.endswith("…")
    assert len(heading) <= QUOTED + 3


async def test_where_commands_are_seen_there_is_no_heading(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db", model=ScriptedModel()) as talk:
        await talk.says("/ask hello")
        assert not talk.last.text.startswith(">")


class Forgetful(SqliteStore):
    """Cannot read what an answer shows."""

    async def showing(self, reply_id: int) -> Showing:
        raise StorageError("the disk is full")


async def test_what_cannot_be_read_before_a_turn_counts_as_no_attempt_at_it(tmp_path: Path) -> None:
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, commands_seen=False))
    store = Forgetful(await Database.open(tmp_path / "parley.db", driver="inline"))
    core = Dispatcher(store, ScriptedModel(), {"memory": adapter}, POLICY, SystemClock())
    await core.start()
    await core.caught_up("memory")
    place = Place("memory", "7")
    await core.accept(MessageReceived(MessageRef(place, "1"), Author("7", "Ann"), "hello", datetime.now(UTC), "memory:1"))
    assert isinstance(await core.failed(), StorageError)
    ((session_id, _),) = await store.owing_sessions()
    (turn,) = await store.open_turns(session_id)
    assert (turn.status, turn.attempts) == ("pending", 0)
    await core.stop()
    await store.close()
