"""Which files the SQLite store opens, which it refuses, and that a refused file stays as it was."""

# ruff: noqa: ASYNC240 (a test may wait for its own small files)

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.changes import SetCursor
from bot.errors import DatabaseRefused, StorageError
from storage.sqlite.database import DriverName
from storage.sqlite.migrations import migrations
from storage.sqlite.opening import lock_of, open_file
from storage.sqlite.store import SqliteStore
from tests.contracts.store_builders import begin, chain


async def _made(path: Path) -> Path:
    """A database with something in it."""
    store = await SqliteStore.open(path, driver="inline")
    await begin(store)
    await chain(store, 300)
    await store.close()
    return path


async def _refusal(path: Path, driver: DriverName = "inline") -> str:
    with pytest.raises(DatabaseRefused) as refused:
        await SqliteStore.open(path, driver=driver)
    return str(refused.value)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "parley.db"


@pytest.mark.parametrize("driver", ["aiosqlite", "inline"])
async def test_what_was_kept_is_there_again(path: Path, driver: DriverName) -> None:
    await _made(path)
    store = await SqliteStore.open(path, driver=driver)
    assert len(await store.branch(1299, 1000)) == 300
    await store.close()


async def test_x20_nobody_else_can_read_it(path: Path) -> None:
    before = os.umask(0o022)
    try:
        store = await SqliteStore.open(path)
        await store.apply([SetCursor("a", "1")])
        found = {each.name: _mode(each) for each in path.parent.iterdir()}
        await store.close()
    finally:
        os.umask(before)
    assert found == dict.fromkeys(("parley.db", "parley.db-wal", "parley.db-shm", "parley.db.lock"), 0o600)
    assert _mode(path.parent) == 0o700


async def test_x20_a_file_that_all_could_read_is_closed_to_them(path: Path) -> None:
    (await _made(path)).chmod(0o644)
    store = await SqliteStore.open(path)
    assert _mode(path) == 0o600
    await store.close()


@pytest.mark.parametrize("driver", ["aiosqlite", "inline"])
async def test_r3_a_second_one_is_refused_until_the_first_is_closed(path: Path, driver: DriverName) -> None:
    first = await SqliteStore.open(path, driver=driver)
    assert "in use by another Parley" in await _refusal(path, driver)
    await first.apply([SetCursor("a", "1")])
    await first.close()
    second = await SqliteStore.open(path, driver=driver)
    assert await second.cursors("a") == {"a": "1"}
    await second.close()


async def test_a_closed_store_says_so(path: Path) -> None:
    store = await SqliteStore.open(path)
    await store.close()
    with pytest.raises(StorageError, match="closed"):
        await store.last_id()


@pytest.mark.parametrize("offset", [4096, 20000])
async def test_s3_random_bytes_are_found(path: Path, offset: int) -> None:
    content = bytearray((await _made(path)).read_bytes())
    content[offset : offset + 3000] = os.urandom(3000)
    path.write_bytes(content)
    assert "restore the last good backup" in await _refusal(path)
    assert path.read_bytes() == content


async def test_s3_a_truncated_file_is_found(path: Path) -> None:
    content = (await _made(path)).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "restore the last good backup" in await _refusal(path, "aiosqlite")


async def test_s4_an_emptied_file_is_no_beginning(path: Path) -> None:
    (await _made(path)).write_bytes(b"")
    assert "restore a backup, or delete" in await _refusal(path)
    path.unlink()
    assert "restore a backup, or delete" in await _refusal(path)
    path.with_name("parley.db.lock").unlink()
    store = await SqliteStore.open(path)
    assert await store.last_id() == 0
    await store.close()


async def test_s4_an_empty_file_where_nothing_was_is_a_beginning(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    store = await SqliteStore.open(path)
    await store.close()
    assert path.stat().st_size > 0


async def test_s5_another_file_is_not_touched(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("Dear diary, " * 100)
    assert "is no database" in await _refusal(path)
    assert path.read_text() == "Dear diary, " * 100


async def test_s5_another_programs_database_is_not_touched(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.executescript("PRAGMA user_version = 1; CREATE TABLE notes (text)")
    content = path.read_bytes()
    assert "another program" in await _refusal(path)
    assert path.read_bytes() == content
    assert sorted(each.name for each in path.parent.iterdir()) == ["parley.db", "parley.db.lock"]


async def test_s8_a_file_from_the_future_is_refused_with_both_versions(path: Path) -> None:
    with closing(sqlite3.connect(await _made(path))) as newer:
        newer.execute("PRAGMA user_version = 99")
    said = await _refusal(path)
    assert "version 99" in said
    assert f"up to {len(migrations())}" in said


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """A folder that this user may read and not write; root, whom no mode stops, becomes nobody for the test."""
    folder = Path(tempfile.mkdtemp(prefix="parley-"))
    was_root = os.geteuid() == 0
    yield folder
    if was_root:
        os.seteuid(0)
    folder.chmod(0o700)
    shutil.rmtree(folder)


def _give_up_writing(folder: Path, *read_only: Path) -> None:
    for each in (*read_only, folder):
        each.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)


async def test_s10_a_folder_that_can_only_be_read_is_refused(nobodys_folder: Path) -> None:
    path = await _made(nobodys_folder / "parley.db")
    path.with_name("parley.db.lock").chmod(0o666)
    path.chmod(0o666)
    _give_up_writing(nobodys_folder)
    assert "give this user the right to write" in await _refusal(path)


async def test_s10_a_file_that_can_only_be_read_is_refused(nobodys_folder: Path) -> None:
    path = await _made(nobodys_folder / "parley.db")
    path.with_name("parley.db.lock").chmod(0o666)
    nobodys_folder.chmod(0o777)
    path.chmod(0o444)
    if os.geteuid() == 0:
        os.seteuid(65534)
    assert "give this user the right to write" in await _refusal(path)


async def test_s10_a_folder_that_cannot_be_made_is_refused(nobodys_folder: Path) -> None:
    _give_up_writing(nobodys_folder)
    assert "cannot be made" in await _refusal(nobodys_folder / "new" / "parley.db")


async def test_s15_an_old_sqlite_is_told_of(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "storage.sqlite.opening"):
        store = await SqliteStore.open(path)
        await store.close()
    warned = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert any(sqlite3.sqlite_version in record.getMessage() for record in caplog.records)
    assert len(warned) == (sqlite3.sqlite_version_info < (3, 51, 3))


def test_x22_what_is_deleted_is_overwritten_at_once(tmp_path: Path) -> None:
    """Before the file is ever written anew: each page as soon as the log is brought home."""
    path = tmp_path / "parley.db"
    lock = lock_of(path)
    with closing(open_file(path, lock, migrations(), 1.0)) as connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.executemany("INSERT INTO notes VALUES (?)", [(f"saffron {number} " * 40,) for number in range(50)])
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"saffron" in path.read_bytes()
        connection.execute("DELETE FROM notes")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"saffron" not in path.read_bytes()
    lock.release()
