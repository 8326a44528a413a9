"""What happens to the SQLite store when the disk, another program or a signal gets in its way."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import resource
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

import pytest

from bot.changes import AddMessage, AddPost, Change, DirtyPosts, SetCursor, SetDeleted
from bot.errors import DatabaseBlocked, DatabaseBroken, DatabaseRefused, StorageError
from bot.posts import Content, File, PostState
from storage.sqlite.applying import carry_out
from storage.sqlite.database import Database
from storage.sqlite.store import SqliteStore
from tests.contracts.store_builders import LATER, NOW, begin, message, post, session


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "parley.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(path, busy_timeout=0.05)
    yield opened
    await opened.close()


def _count(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("SELECT count(*) FROM cursors").fetchone()[0]
    return found


def _write(connection: sqlite3.Connection, length: int = 100_000) -> None:
    connection.execute("INSERT INTO cursors SELECT lower(hex(randomblob(8))), hex(zeroblob(?))", (length,))


def _limit_pages(connection: sqlite3.Connection, pages: int) -> None:
    connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()


@contextmanager
def _files_no_longer_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_every_change_can_be_carried_out() -> None:
    unknown = carry_out.dispatch(object)
    assert [kind.__name__ for kind in get_args(Change) if carry_out.dispatch(kind) is unknown] == []


async def test_s1_a_full_disk_keeps_what_is_there_and_heals(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    await database.write(_write)
    await database.write(lambda connection: _limit_pages(connection, 60))
    for _ in range(3):
        with pytest.raises(DatabaseBlocked, match="the disk is full"):
            await database.write(_write)
    assert await database.read(_count) == 1
    await database.read(lambda connection: _limit_pages(connection, 1_000_000))
    await database.write(_write)
    assert await database.read(_count) == 2
    assert [line.message.partition(".")[0] for line in caplog.records if line.name == "storage.sqlite.database"] == [
        "the disk is full: free some space, 32 MiB at the least",
        "the database takes what is written again",
    ]


async def test_s2_a_start_beside_who_holds_the_lock_is_refused(path: Path) -> None:
    await (await Database.open(path)).close()
    for held in ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"):
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute(held)
            with pytest.raises(DatabaseRefused, match="is in use by another program: close it there"):
                await Database.open(path, busy_timeout=0.05)
            other.execute("ROLLBACK")
    await (await Database.open(path)).close()


@pytest.mark.parametrize("cause", ["full", "locked"])
async def test_s1_s2_what_is_owed_waits_until_it_can_be_written(path: Path, database: Database, cause: str) -> None:
    await database.write(_write)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        if cause == "full":
            await database.read(lambda connection: _limit_pages(connection, 60))
        else:
            other.execute("BEGIN IMMEDIATE")
        owed = asyncio.create_task(database.write_owed(_write))
        await asyncio.sleep(0.15)
        assert not owed.done()
        assert await database.read(_count) == 1
        if cause == "full":
            await database.read(lambda connection: _limit_pages(connection, 1_000_000))
        else:
            other.execute("ROLLBACK")
    await asyncio.wait_for(owed, 3)
    assert await database.read(_count) == 2


async def test_s1_the_reserve_is_for_what_is_owed_and_is_made_again(path: Path) -> None:
    """What the reserve gives back here is pages: the limit is lifted when the file is gone."""
    database = await Database.open(path, reserve=100_000)
    kept = path.with_name("parley.db.reserve")
    assert (kept.stat().st_size, kept.stat().st_mode & 0o777) == (100_000, 0o600)
    assert kept.stat().st_blocks * 512 >= 100_000, "it takes real room"
    await database.write(_write)
    await database.read(lambda connection: _limit_pages(connection, 60))
    with pytest.raises(DatabaseBlocked):
        await database.write(_write)
    assert kept.exists(), "a new message does not get it"
    owed = asyncio.create_task(database.write_owed(_write))
    while kept.exists():
        await asyncio.sleep(0.005)
    kept.mkdir()  # nothing can be made there
    await database.read(lambda connection: _limit_pages(connection, 1_000_000))
    await asyncio.wait_for(owed, 3)
    with pytest.raises(DatabaseBlocked):
        await database.write(_write)  # what room there is now is for what is owed
    kept.rmdir()
    await database.write(_write)
    assert kept.stat().st_size == 100_000
    assert await database.read(_count) == 3
    await database.close()


async def test_s1_a_note_that_has_no_room_is_refused_at_once_and_costs_no_reserve(path: Path) -> None:
    database = await Database.open(path, reserve=100_000)
    store = SqliteStore(database)
    await store.keep({"far": "1"})
    await database.read(lambda connection: _limit_pages(connection, 60))
    for _ in range(3):
        with pytest.raises(DatabaseBlocked):
            await asyncio.wait_for(store.keep({"far": "2" * 200_000}), 1)
    assert path.with_name("parley.db.reserve").exists()
    assert await store.cursors("far") == {"far": "1"}
    await store.close()


async def test_s1_a_start_goes_on_without_room_for_the_reserve(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.with_name("parley.db.reserve").mkdir()
    database = await Database.open(path, reserve=100_000)
    await database.write(_write)
    await database.close()
    assert "there is no room for" in caplog.text


async def test_s2_a_lock_held_elsewhere_is_an_error_and_nothing_is_written(path: Path, database: Database) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBlocked, match="another program holds the database"):
            await database.write(_write)
        assert await database.read(_count) == 0
        other.execute("ROLLBACK")
    await database.write(_write)
    assert await database.read(_count) == 1


async def test_s16_after_an_error_of_the_disk_nothing_is_run(path: Path) -> None:
    database = await Database.open(path)
    await database.write(_write)
    with _files_no_longer_than(300_000), pytest.raises(DatabaseBroken, match="the disk failed"):
        await database.write(lambda connection: _write(connection, 10_000_000))
    for _ in range(2):
        with pytest.raises(DatabaseBroken, match="the disk failed"):
            await database.read(_count)
    await database.close()
    again = await Database.open(path)
    assert await again.read(_count) == 1
    await again.close()


async def test_s3_a_file_that_is_damaged_while_it_is_open_ends_the_work(path: Path) -> None:
    database = await Database.open(path)
    await database.write(_write)
    await database.checkpoint()
    with path.open("r+b") as file:
        length = file.seek(0, os.SEEK_END)
        file.seek(4096)
        file.write(b"\xff" * (length - 4096))
    await database.read(lambda connection: connection.execute("PRAGMA shrink_memory").fetchall())
    with pytest.raises(DatabaseBroken, match="SQLITE_CORRUPT"):
        await database.read(_count)
    with pytest.raises(DatabaseBroken):
        await database.write(_write)
    await database.close()


async def test_s13_what_was_begun_is_finished_before_closing(path: Path) -> None:
    database = await Database.open(path)
    tasks = [asyncio.create_task(database.write(_write)) for _ in range(5)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await database.close()
    assert [type(result) for result in await asyncio.gather(*tasks, return_exceptions=True)] == [asyncio.CancelledError] * 5
    again = await Database.open(path)
    assert await again.read(_count) == 5
    await again.close()


async def test_s13_a_storm_of_cancellations_leaves_whole_transactions(database: Database) -> None:
    """Each writes twice; whoever waited for it is cancelled at some moment, or not at all."""
    chance = random.Random(13)  # noqa: S311 - repeatable

    def twice(number: int, connection: sqlite3.Connection) -> None:
        for half in (1, 2):
            connection.execute("INSERT INTO cursors VALUES (?, ?)", (f"{number}/{half}", "x" * 5000))

    for storm in range(20):
        tasks = [asyncio.create_task(database.write(partial(twice, storm * 20 + number))) for number in range(20)]
        for task in chance.sample(tasks, 12):
            await asyncio.sleep(chance.choice((0, 0, 0.001)))
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(each) for each in ended} <= {type(None), asyncio.CancelledError}
        kept = set(await database.read(lambda connection: [name for (name,) in connection.execute("SELECT name FROM cursors")]))
        for number, outcome in enumerate(ended, storm * 20):
            assert (f"{number}/1" in kept) == (f"{number}/2" in kept), "half a transaction"
            assert outcome is not None or f"{number}/1" in kept
    await database.write(_write)


async def test_s15_s17_one_connection_writes_and_none_maps_the_file_or_stays_in_a_transaction(database: Database) -> None:
    assert await database.read(lambda connection: connection.execute("PRAGMA mmap_size").fetchone()[0]) == 0
    await database.read(_count)
    assert not await database._driver.run(lambda connection: connection.in_transaction)
    with pytest.raises(ZeroDivisionError):
        await database.read(lambda connection: 1 // 0)
    assert not await database._driver.run(lambda connection: connection.in_transaction)


async def test_s17_the_wal_stays_small(path: Path, database: Database) -> None:
    for _ in range(200):
        await database.write(_write)
        await database.read(_count)
    assert path.with_name("parley.db-wal").stat().st_size < 16 * 2**20


async def test_x7_no_parameter_is_logged(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        store = await SqliteStore.open(path)
        await begin(store)
        await store.apply([AddMessage(message(10, text="canary-5f1e"))])
        with pytest.raises(StorageError) as failed:
            await store.apply([AddMessage(message(10, text="canary-5f1e"))])
        await store.close()
    assert "canary-5f1e" not in caplog.text + str(failed.value)


async def test_m23_half_a_character_is_an_error_of_the_store(path: Path) -> None:
    store = await SqliteStore.open(path)
    await begin(store)
    with pytest.raises(StorageError):
        await store.apply([AddMessage(message(10, text="\ud800"))])
    await store.close()


async def test_x22_nothing_erased_stays_in_the_files(path: Path) -> None:
    """Its messages, its title, and what commands showed of it: shown, taken away, put in place of other words, or never sent."""
    store = await SqliteStore.open(path)
    begun = await begin(store, session(title="canary-5f1e"))
    canary = Content("canary-5f1e" * 1000, file=File("a.md", "text/markdown", b"canary-5f1e" * 1000))
    states: tuple[PostState, ...] = ("final", "gone", "placed", "planned", "final")
    pages = [AddPost(replace(post(number, number + 80, state=state), content=canary)) for number, state in enumerate(states, 11)]
    await store.apply([AddMessage(message(10, text="canary-5f1e" * 1000)), *pages], at=NOW)
    await store.apply([DirtyPosts(95, Content("other words"))], at=LATER)
    await store.apply([SetDeleted(begun.id, NOW)])
    assert _holding(path.parent, b"canary-5f1e") != []
    assert await store.purge(LATER) == 1
    assert _holding(path.parent, b"canary-5f1e") == []
    assert _holding(path.parent, b"other words") != []
    await store.close()


def _holding(folder: Path, words: bytes) -> list[str]:
    return [each.name for each in folder.iterdir() if words in each.read_bytes()]


_WRITER = """
import asyncio, sys
from bot.changes import SetCursor
from storage.sqlite.store import SqliteStore

async def main():
    store = await SqliteStore.open(sys.argv[1])
    for number in range(int((await store.cursors("n")).get("n", "0")) + 1, 1_000_000):
        await store.apply([SetCursor("n", str(number))], key=f"test:{number}")
        print(number, flush=True)

asyncio.run(main())
"""


async def test_s6_kill_9_loses_nothing_that_was_accepted(path: Path) -> None:
    accepted = 0
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:  # noqa: ASYNC220, S603
            assert writer.stdout is not None
            for _ in range(20):
                accepted = int(writer.stdout.readline())
            writer.kill()
            for line in writer.stdout:
                accepted = int(line) if line.endswith("\n") else accepted
        store = await SqliteStore.open(path)
        kept = int((await store.cursors("n"))["n"])
        with pytest.raises(StorageError):
            await store.apply([SetCursor("n", "0")], key=f"test:{kept}")
        await store.close()
        assert kept in (accepted, accepted + 1)
