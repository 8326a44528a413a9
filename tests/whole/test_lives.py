"""Rows R and S of the list of faults through the whole house: ends, second processes, a storage that fails, a chat that is stuck."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.changes import Change, SetTurn
from bot.errors import DatabaseInUse, StorageError
from storage.sqlite.store import SqliteStore
from tests.fakes.busy import within
from tests.fakes.openai_script import ROLE, Raw, chunk
from tests.fakes.openai_server import FakeOpenAI, prompts
from tests.fakes.telegram import FakeTelegram
from tests.whole.house import WHOLE, Held, House, Plan, QuickClock, parley, until


class Failing(SqliteStore):
    """Takes no event while `deaf`, begins no turn while `idle`."""

    deaf = False
    idle = False
    refused = 0

    async def apply(self, changes: Sequence[Change], *, key: str = "", at: datetime | None = None) -> None:
        if (self.deaf and key) or (self.idle and any(isinstance(change, SetTurn) for change in changes)):
            self.refused += 1
            raise StorageError("the disk is full")
        await super().apply(changes, key=key, at=at)


class Shelf:
    """Keeps the store that a house was given at hand."""

    def __init__(self, *, deaf: bool = False, idle: bool = False) -> None:
        self._deaf, self._idle = deaf, idle
        self.store: Failing

    def __call__(self, store: SqliteStore) -> SqliteStore:
        self.store = Failing(store._database)
        self.store.deaf, self.store.idle = self._deaf, self._idle
        return self.store


async def test_r1_an_end_in_the_middle_of_twenty_answers_is_quick_and_loses_none(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan
) -> None:
    people = [telegram.person(3000 + number, f"P{number}") for number in range(20)]
    chats = [telegram.private_chat(person) for person in people]
    openai.always = lambda body: Raw((ROLE, chunk("some "), chunk("words ")), end="hang")
    async with parley(tmp_path / "parley.db", telegram, openai, plan):
        for person, chat in zip(people, chats, strict=True):
            await person.says(chat, f"I am {person.name}")
        for chat in chats:
            await chat.wait_for("some words")
        shown = [chat.last for chat in chats]
        begun = time.monotonic()
    assert time.monotonic() - begun < within(2.0)  # seconds; nothing else would end those answers in ten minutes
    openai.always = FakeOpenAI().always
    async with parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        for chat in chats:
            await chat.wait_for("You said")
        await house.settle()
    assert [chat.texts for chat in chats] == [[f"You said: I am {person.name}"] for person in people]
    assert [chat.last for chat in chats] == shown


async def test_r3_a_second_process_gets_neither_the_database_nor_the_token(
    tmp_path: Path, house: House, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    with pytest.raises(DatabaseInUse):
        async with parley(tmp_path / "parley.db", telegram, openai):
            pass
    async with parley(tmp_path / "other.db", telegram, openai) as second:
        await until(second.receiving.done)
        assert second.receiving.result() == "refused"
        await house.ann.says(house.chat, "one")
        await house.settle()
    assert house.chat.texts == ["You said: one"]


async def test_r5_s1_a_storage_that_fails_at_work_ends_the_core(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan
) -> None:
    shelf = Shelf(idle=True)
    async with parley(tmp_path / "parley.db", telegram, openai, replace(plan, storing=shelf)) as house:
        ann, chat = house.ann, house.chat
        await ann.says(chat, "one")
        async with asyncio.timeout(60):
            assert isinstance(await house.core.failed(), StorageError)
    assert openai.requests == []
    async with parley(tmp_path / "parley.db", telegram, openai, plan):
        await chat.wait_for("You said: one")


async def test_r6_a_chat_that_is_stuck_holds_up_no_other(house: House) -> None:
    house.openai.script(Raw((ROLE,), end="hang"))
    house.telegram.faults.add("sendMessage", hang=True, times=None, when=lambda call: call.params["chat_id"] in (1001, "1001"))
    await house.ann.says(house.chat, "one")
    await until(lambda: house.openai.streams)
    bob = house.telegram.person(2000, "Bob")
    other = house.telegram.private_chat(bob)
    for word in ("two", "three"):
        await bob.says(other, word)
        await other.wait_for(f"You said: {word}")
    house.telegram.faults.clear()


async def test_s1_while_nothing_can_be_stored_nothing_is_confirmed_and_then_all_is_answered(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan
) -> None:
    shelf = Shelf(deaf=True)
    async with parley(tmp_path / "parley.db", telegram, openai, replace(plan, storing=shelf)) as house:
        for word in ("one", "two"):
            await house.ann.says(house.chat, word)
        await until(lambda: shelf.store.refused >= 3)
        assert telegram.updates.confirmed == []
        assert house.chat.texts == []
        shelf.store.deaf = False
        await house.settle()
        assert house.chat.texts in (["You said: one\n\ntwo"], ["You said: one", "You said: two"])
        assert len(telegram.updates.confirmed) == 2


async def test_r10_a_machine_that_slept_for_hours_finishes_what_it_was_at(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    clock = QuickClock()
    async with parley(tmp_path / "parley.db", telegram, openai, Plan(clock=clock, outside=clock)) as house:
        held = Held()
        openai.script(held.step)
        await house.ann.says(house.chat, "one")
        await house.chat.wait_for("some words")
        clock.skipped += 8 * 3600
        telegram.advance(hours=8)
        held.on()
        await house.settle()
        assert house.chat.texts == [f"(late)\n\n{WHOLE}"]
        await house.ann.says(house.chat, "two")
        await house.settle()
        assert house.chat.last.text == "You said: two"


async def test_s7_s12_a_copy_of_a_running_database_is_whole(
    tmp_path: Path, house: House, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan
) -> None:
    """And the database runs with the settings that were found to lose nothing in a power cut."""
    await house.ann.says(house.chat, "one")
    await house.settle()
    assert await house.store._database.read(lambda db: db.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"
    assert await house.store._database.read(lambda db: db.execute("PRAGMA synchronous").fetchone()[0]) == 2  # FULL
    copy = tmp_path / "restored" / "parley.db"
    copy.parent.mkdir(mode=0o700)
    with sqlite3.connect(tmp_path / "parley.db") as database:
        database.execute("VACUUM INTO ?", (str(copy),))
    house.receiving.cancel()
    await asyncio.wait({house.receiving})
    async with parley(copy, telegram, openai, plan) as restored:
        await restored.ann.says(restored.chat, "two")
        await restored.settle()
    assert prompts(openai.requests[-1].body)[1:] == ["one", "You said: one", "two"]
