"""The program whose writes are recorded: the real core on the real store, with people who write, edit, retry, delete and press.

python -m tests.power.workload FOLDER SEED DEEDS FULL|NORMAL|OFF PAGES

With FULL the product is as it is, whatever it sets; with the others it is a product in which that one word was changed.

It makes a database of the first version, brings it to the newest, and lives twice; the second life ends without a word. After every
transaction that the store has acknowledged, a line in the file `marks` says which it was and what the database holds since.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.changes import Change
from bot.events import MessageRef, Place
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite import opening
from storage.sqlite.database import Database
from storage.sqlite.migrations import FOLDER
from storage.sqlite.store import SqliteStore
from tests.core.talk import POLICY, Talk
from tests.core.virtual import VirtualClock, VirtualLoop
from tests.fakes.memory_adapter import MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel
from tests.power.content import content_of

PRODUCT = "FULL"
DATABASE = "parley.db"
MARKS = "marks"
DEEDS = {"says": 9, "twice": 2, "edits": 3, "/edit": 2, "/retry": 2, "/new": 1, "/history": 1, "/delete": 1, "purge": 1, "/forget": 1}
"""What people do, and how often."""
FORGET = "/forget everything"
WORDS = "the quick brown fox jumps over the lazy dog while rain falls on quiet streets and nobody minds"

_FIRST_SHAPE = (
    "INSERT INTO users VALUES (1)",
    "INSERT INTO places (id, platform, chat_id, thread_id, kind) VALUES (1, 'memory', '7', '', 'private')",
    "INSERT INTO sessions (id, user_id, place_id, title, title_source, persona, model, newest, started_at) "
    "VALUES ('aaaa000000000000', 1, 1, 'Old', 'words', '', '', 11, 0)",
    "INSERT INTO messages "
    "(id, session_id, parent_id, number, role, status, created_at, first_version, author, model, finish, quoted, text) "
    "VALUES (10, 'aaaa000000000000', NULL, 1, 'user', 'complete', 0, 10, '', '', '', '', 'words'), "
    "(11, 'aaaa000000000000', 10, 2, 'assistant', 'complete', 0, 11, '', '', 'stop', '', 'an answer')",
    "INSERT INTO posts (id, reply_id, ordinal, place_id, state, key, content) "
    """VALUES (13, 99, 0, 1, 'final', 'p63-0', '{"text": "Text", "buttons": [], "file": null, "audience": "", "ask": null}')""",
    "INSERT INTO events VALUES ('memory:first', 0)",
)


class Marks:
    """The file of marks; each is one write, which the recording shows between the writes of the database."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def put(self, content: str) -> None:
        os.write(self._descriptor, content.encode() + b"\n")


class MarkedStore(SqliteStore):
    """The store, with a mark after each transaction that it says is kept."""

    def __init__(self, database: Database, marks: Marks) -> None:
        super().__init__(database)
        self._kept = database
        self._marks = marks

    async def apply(self, changes: Sequence[Change], *, key: str = "", at: datetime | None = None) -> None:
        await super().apply(changes, key=key, at=at)
        await self.mark()

    async def recover(self) -> frozenset[int]:
        found = await super().recover()
        await self.mark()
        return found

    async def purge(self, before: datetime) -> int:
        erased = await super().purge(before)
        await self.mark()
        return erased

    async def mark(self) -> None:
        self._marks.put(await self._kept.read(content_of))


def _change(synchronous: str) -> None:
    """Makes the product one that syncs in another way."""
    source = Path(opening.__file__).read_text("utf-8")
    changed = source.replace(f"PRAGMA synchronous = {PRODUCT}", f"PRAGMA synchronous = {synchronous}")
    if changed == source:
        raise AssertionError("the product does not say how it syncs, where it did")
    exec(compile(changed, opening.__file__, "exec"), vars(opening))  # noqa: S102 - our own source


def _set(connection: sqlite3.Connection, pages: int) -> None:
    """A pragma that stands outside of transactions, set between two. How it syncs stays as the product has it."""
    connection.execute("COMMIT")
    connection.execute(f"PRAGMA wal_autocheckpoint = {pages}")
    connection.execute("BEGIN")


async def _first_version(path: Path, marks: Marks) -> None:
    """A database as the first release made it, with a few rows."""
    empty = await Database.open(":memory:", driver="inline")
    marks.put(await empty.read(content_of))
    await empty.close()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(FOLDER / "0001_initial.sql", folder)
        old = await Database.open(path, driver="inline", folder=Path(folder))

    def fill(connection: sqlite3.Connection) -> None:
        for statement in _FIRST_SHAPE:
            connection.execute(statement)

    await old.write(fill)
    marks.put(await old.read(content_of))
    await old.close()


class Person:
    """Somebody who does things by a seed."""

    def __init__(self, talk: Talk, chance: random.Random) -> None:
        self._talk = talk
        self._chance = chance
        self._last: MessageRef | None = None

    def _words(self) -> str:
        long = self._chance.random() < 0.1
        return " ".join(self._chance.choices(WORDS.split(), k=900 if long else self._chance.randint(3, 40)))

    async def does(self) -> None:
        talk, chance = self._talk, self._chance
        match chance.choices(tuple(DEEDS), tuple(DEEDS.values()))[0]:
            case "twice":
                await talk.hears(self._words())
                self._last = await talk.says(self._words())
            case "edits" if self._last is not None:
                await talk.edits(self._last, self._words())
            case "/forget":
                await talk.says(FORGET)
            case "/edit":
                await talk.says(f"/edit {self._words()}")
            case "purge":
                await talk.store.purge(talk.clock.now() - timedelta(minutes=chance.choice((0, 1, 600))))
            case "/new" | "/retry" | "/history" | "/delete" as command:
                await talk.says(command)
            case _:
                self._last = await talk.says(self._words())

    async def leaves(self) -> None:
        """What was said last is deleted and erased, and then everything else."""
        await self._talk.says("some words")
        await self._talk.says("/delete")
        await self._talk.store.purge(self._talk.clock.now() + timedelta(minutes=1))
        await self._talk.says(FORGET)
        await self._talk.says("more words")


async def _live(path: Path, marks: Marks, chance: random.Random, deeds: int, pages: int, adapter: MemoryAdapter) -> Database:
    database = await Database.open(path, driver="inline")
    await database.read(lambda connection: _set(connection, pages))
    store, model, clock = MarkedStore(database, marks), ScriptedModel(), VirtualClock()
    core = Dispatcher(store, model, {adapter.platform: adapter}, POLICY, clock)
    await core.start()
    await core.caught_up(adapter.platform)
    talk = Talk(core, store, adapter, model, clock)  # type: ignore[arg-type]
    talk.place = Place("memory", str(chance.randint(1, 9)))
    person = Person(talk, chance)
    for _ in range(deeds):
        await person.does()
    await person.leaves()
    await core.stop(0.2)
    return database


async def _work(folder: Path, seed: int, deeds: int, pages: int) -> None:
    path, marks, chance, adapter = folder / DATABASE, Marks(folder / MARKS), random.Random(seed), MemoryAdapter()  # noqa: S311
    await _first_version(path, marks)
    database = await _live(path, marks, chance, deeds // 2, pages, adapter)
    await database.close()
    await _live(path, marks, chance, deeds - deeds // 2, pages, adapter)
    os._exit(0)


def main() -> None:
    folder, seed, deeds, synchronous, pages = sys.argv[1:]
    if synchronous != PRODUCT:
        _change(synchronous)
    loop = VirtualLoop()
    loop.run_until_complete(_work(Path(folder), int(seed), int(deeds), int(pages)))


if __name__ == "__main__":
    main()
