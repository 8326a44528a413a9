"""A full disk: what is refused at once, what is owed goes on out of the reserve, and all is well again when there is room (S1)."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import DatabaseBlocked
from storage.sqlite.database import Database
from storage.sqlite.store import SqliteStore
from tests.storage.filling import count, limit_pages, write


async def test_s1_a_full_disk_keeps_what_is_there_and_heals(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    await database.write(write)
    await database.write(lambda connection: limit_pages(connection, 60))
    for _ in range(3):
        with pytest.raises(DatabaseBlocked, match="the disk is full"):
            await database.write(write)
    assert await database.read(count) == 1
    await database.read(lambda connection: limit_pages(connection, 1_000_000))
    await database.write(write)
    assert await database.read(count) == 2
    assert [line.message.partition(".")[0] for line in caplog.records if line.name == "storage.sqlite.database"] == [
        "the disk is full: free some space, 32 MiB at the least",
        "the database takes what is written again",
    ]


@pytest.mark.parametrize("cause", ["full", "locked"])
async def test_s1_s2_what_is_owed_waits_until_it_can_be_written(path: Path, database: Database, cause: str) -> None:
    await database.write(write)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        if cause == "full":
            await database.read(lambda connection: limit_pages(connection, 60))
        else:
            other.execute("BEGIN IMMEDIATE")
        owed = asyncio.create_task(database.write_owed(write))
        await asyncio.sleep(0.15)
        assert not owed.done()
        assert await database.read(count) == 1
        if cause == "full":
            await database.read(lambda connection: limit_pages(connection, 1_000_000))
        else:
            other.execute("ROLLBACK")
    await asyncio.wait_for(owed, 3)
    assert await database.read(count) == 2


async def test_s1_the_reserve_is_for_what_is_owed_and_is_made_again(path: Path) -> None:
    """What the reserve gives back here is pages: the limit is lifted when the file is gone."""
    database = await Database.open(path, reserve=100_000)
    kept = path.with_name("parley.db.reserve")
    assert (kept.stat().st_size, kept.stat().st_mode & 0o777) == (100_000, 0o600)
    assert kept.stat().st_blocks * 512 >= 100_000, "it takes real room"
    await database.write(write)
    await database.read(lambda connection: limit_pages(connection, 60))
    with pytest.raises(DatabaseBlocked):
        await database.write(write)
    assert kept.exists(), "a new message does not get it"
    owed = asyncio.create_task(database.write_owed(write))
    while kept.exists():
        await asyncio.sleep(0.005)
    kept.mkdir()  # nothing can be made there
    await database.read(lambda connection: limit_pages(connection, 1_000_000))
    await asyncio.wait_for(owed, 3)
    with pytest.raises(DatabaseBlocked):
        await database.write(write)  # what room there is now is for what is owed
    kept.rmdir()
    await database.write(write)
    assert kept.stat().st_size == 100_000
    assert await database.read(count) == 3
    await database.close()


async def test_s1_a_note_that_has_no_room_is_refused_at_once_and_costs_no_reserve(path: Path) -> None:
    database = await Database.open(path, reserve=100_000)
    store = SqliteStore(database)
    await store.keep({"far": "1"})
    await database.read(lambda connection: limit_pages(connection, 60))
    for _ in range(3):
        with pytest.raises(DatabaseBlocked):
            await asyncio.wait_for(store.keep({"far": "2" * 200_000}), 1)
    assert path.with_name("parley.db.reserve").exists()
    assert await store.cursors("far") == {"far": "1"}
    await store.close()


async def test_s1_a_start_goes_on_without_room_for_the_reserve(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.with_name("parley.db.reserve").mkdir()
    database = await Database.open(path, reserve=100_000)
    await database.write(write)
    await database.close()
    assert "there is no room for" in caplog.text
