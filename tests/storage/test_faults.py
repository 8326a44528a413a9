"""What happens to the SQLite store when the disk fails or another program is in its way, and what its files and logs hold."""

from __future__ import annotations

import logging
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from bot.changes import AddMessage, Change, SetDeleted
from bot.errors import DatabaseBlocked, DatabaseBroken, DatabaseRefused, StorageError
from bot.post_changes import AddPost, DirtyPosts
from bot.posts import Content, File, PostState
from storage.sqlite.applying import carry_out
from storage.sqlite.database import Database
from storage.sqlite.store import SqliteStore
from tests.contracts.store_builders import LATER, NOW, begin, message, post, session
from tests.storage.filling import count, write


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


async def test_s2_a_start_beside_who_holds_the_lock_is_refused(path: Path) -> None:
    await (await Database.open(path)).close()
    for held in ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"):
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute(held)
            with pytest.raises(DatabaseRefused, match="is in use by another program: close it there"):
                await Database.open(path, busy_timeout=0.05)
            other.execute("ROLLBACK")
    await (await Database.open(path)).close()


async def test_s2_a_lock_held_elsewhere_is_an_error_and_nothing_is_written(path: Path, database: Database) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBlocked, match="another program holds the database"):
            await database.write(write)
        assert await database.read(count) == 0
        other.execute("ROLLBACK")
    await database.write(write)
    assert await database.read(count) == 1


async def test_s16_after_an_error_of_the_disk_nothing_is_run(path: Path) -> None:
    database = await Database.open(path)
    await database.write(write)
    with _files_no_longer_than(300_000), pytest.raises(DatabaseBroken, match="the disk failed"):
        await database.write(lambda connection: write(connection, 10_000_000))
    for _ in range(2):
        with pytest.raises(DatabaseBroken, match="the disk failed"):
            await database.read(count)
    await database.close()
    again = await Database.open(path)
    assert await again.read(count) == 1
    await again.close()


async def test_s3_a_file_that_is_damaged_while_it_is_open_ends_the_work(path: Path) -> None:
    database = await Database.open(path)
    await database.write(write)
    await database.checkpoint()
    with path.open("r+b") as file:
        length = file.seek(0, os.SEEK_END)
        file.seek(4096)
        file.write(b"\xff" * (length - 4096))
    await database.read(lambda connection: connection.execute("PRAGMA shrink_memory").fetchall())
    with pytest.raises(DatabaseBroken, match="SQLITE_CORRUPT"):
        await database.read(count)
    with pytest.raises(DatabaseBroken):
        await database.write(write)
    await database.close()


async def test_s15_s17_one_connection_writes_and_none_maps_the_file_or_stays_in_a_transaction(database: Database) -> None:
    assert await database.read(lambda connection: connection.execute("PRAGMA mmap_size").fetchone()[0]) == 0
    await database.read(count)
    assert not await database._driver.run(lambda connection: connection.in_transaction)
    with pytest.raises(ZeroDivisionError):
        await database.read(lambda connection: 1 // 0)
    assert not await database._driver.run(lambda connection: connection.in_transaction)


async def test_s17_the_wal_stays_small(path: Path, database: Database) -> None:
    for _ in range(200):
        await database.write(write)
        await database.read(count)
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
