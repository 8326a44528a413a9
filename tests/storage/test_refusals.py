"""Files that are damaged, cut or foreign in any way: refused with a plain line and not touched, or opened with all that was there."""

# ruff: noqa: ASYNC240 (a test may wait for its own small files)

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.errors import DatabaseRefused
from storage.sqlite.migrations import migrations
from storage.sqlite.store import SqliteStore
from tests.contracts.store_builders import begin, chain

LENGTH = 120
_KILLED = """
import asyncio, os, sys
from bot.changes import SetCursor
from storage.sqlite.store import SqliteStore

async def main():
    store = await SqliteStore.open(sys.argv[1])
    for number in range(30):
        await store.apply([SetCursor(f"n{number}", "1" * 2000)])
    os._exit(9)

asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Files:
    """What stands under the name of a database: the file itself, and the log that a killed process left."""

    path: Path

    def all(self) -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in sorted(self.path.parent.iterdir()) if each.suffix != ".lock"}

    def kept(self, before: dict[str, bytes]) -> bool:
        """Reading may add an index of the log, and a log that is empty; it changes nothing."""
        now = self.all()
        return all(now[name] == content for name, content in before.items() if not name.endswith("-shm")) and all(
            name.endswith("-shm") or (name.endswith("-wal") and content == b"") for name, content in now.items() if name not in before
        )


async def _copy(kept: Path, folder: Path) -> Files:
    folder.mkdir()
    for each in kept.parent.iterdir():
        shutil.copy(each, folder / each.name)
    return Files(folder / kept.name)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("original") / "parley.db"


@pytest.fixture
async def kept(original: Path) -> Path:
    """A database with a conversation in it, and a log with what came last, as a kill leaves it."""
    if not original.exists():
        store = await SqliteStore.open(original, driver="inline")
        await begin(store)
        await chain(store, LENGTH)
        await store.close()
        ended = subprocess.run([sys.executable, "-c", _KILLED, str(original)], check=False, timeout=20)  # noqa: ASYNC221, S603
        assert ended.returncode == 9
        assert original.with_name("parley.db-wal").stat().st_size > 30 * 2000
    return original


async def _outcome(files: Files) -> str:
    """Empty where all is there, else the line of the refusal; then the files are as they were."""
    before = files.all()
    try:
        store = await SqliteStore.open(files.path, driver="inline")
    except DatabaseRefused as refused:
        said = str(refused)
        assert files.kept(before)
        assert "\n" not in said
        return said
    whole = len(await store.branch(1000 + LENGTH - 1, 1000)) == LENGTH and len(await store.cursors("n")) == 30
    await store.close()
    assert whole, "opened, and not everything is there"
    return ""


async def test_a_whole_one_is_opened(kept: Path, tmp_path: Path) -> None:
    assert await _outcome(await _copy(kept, tmp_path / "whole")) == ""


async def test_s3_cut_at_every_page_and_anywhere_it_is_refused_and_not_touched(kept: Path, tmp_path: Path) -> None:
    length, chance = kept.stat().st_size, random.Random(3)  # noqa: S311 - repeatable
    cuts = [*range(4096, length, 4096), 1, 15, 16, 71, 72, 99, 100, 101, 512, 4095, *(chance.randrange(1, length) for _ in range(40))]
    for number, cut in enumerate(cuts):
        files = await _copy(kept, tmp_path / str(number))
        content = files.path.read_bytes()[:cut]
        files.path.write_bytes(content)
        files.path.with_name("parley.db-wal").write_bytes(b"")
        assert await _outcome(files) != "", cut
        assert files.path.read_bytes() == content


async def test_s3_random_bytes_anywhere_are_refused_or_do_no_harm(kept: Path, tmp_path: Path) -> None:
    """With and without a log beside it, which may hold newer pages than those that are damaged."""
    chance, refused = random.Random(33), 0  # noqa: S311 - repeatable
    for number in range(150):
        files = await _copy(kept, tmp_path / str(number))
        content = bytearray(files.path.read_bytes())
        count = chance.choice((1, 4, 64, 4096))
        at = chance.choice((chance.randrange(100), chance.randrange(len(content) - count)))
        content[at : at + count] = chance.randbytes(count)
        files.path.write_bytes(content)
        refused += bool(await _outcome_of_damage(files))
    assert refused > 40


async def _outcome_of_damage(files: Files) -> str:
    """No checksum is in a page, so a letter of a text may have changed; what it must not be is a traceback or a changed file."""
    before = files.all()
    try:
        store = await SqliteStore.open(files.path, driver="inline")
    except DatabaseRefused as refused:
        assert files.kept(before)
        return str(refused)
    await store.close()
    return ""


async def test_s3_a_damaged_letter_costs_that_letter(kept: Path, tmp_path: Path) -> None:
    """No check finds it, and each answer in its session reads it."""
    files = await _copy(kept, tmp_path / "letter")
    store = await SqliteStore.open(files.path, driver="inline")
    before = (await store.branch(1000 + LENGTH - 1, 1))[0].text
    await store.close()
    content = files.path.read_bytes()
    assert content.count(before.encode()) >= 1
    files.path.write_bytes(content.replace(before.encode(), b"\xff" + before.encode()[1:]))
    store = await SqliteStore.open(files.path, driver="inline")
    assert (await store.branch(1000 + LENGTH - 1, 1))[0].text == "\ufffd" + before[1:]
    await store.close()


async def test_s3_names_that_are_damaged_are_refused_with_a_line_too(kept: Path, tmp_path: Path) -> None:
    """SQLite quotes them in its messages, which are no text then."""
    files = await _copy(kept, tmp_path / "names")
    content = files.path.read_bytes()
    files.path.write_bytes(content.replace(b"CREATE TABLE turns", b"CREATE TABLE\x86turns", 1).replace(b"turns", b"\x9b\x86rns"))
    assert "is damaged: restore the last good backup" in await _outcome_of_damage(files)


async def test_s3_a_damaged_log_is_no_damaged_file(kept: Path, tmp_path: Path) -> None:
    """What stands in the log behind the damage was never whole for SQLite; the file is sound without it."""
    for number, keep in enumerate((0, 10, 32, 5000, 20_000)):
        files = await _copy(kept, tmp_path / str(number))
        log = files.path.with_name("parley.db-wal")
        log.write_bytes(log.read_bytes()[:keep])
        assert await _outcome_of_damage(files) == ""


async def _spoil(files: Files, sql: str) -> None:
    with closing(sqlite3.connect(files.path, isolation_level=None)) as other:
        other.execute(sql)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("PRAGMA user_version = 99", f"version 99, this Parley knows versions up to {len(migrations())}"),
        ("PRAGMA application_id = 7", "another program"),
    ],
)
async def test_s5_s8_what_is_not_ours_to_change_is_left_with_its_log(kept: Path, tmp_path: Path, sql: str, said: str) -> None:
    """With a log in use beside it: whoever closes it last would bring that into the file."""
    files = await _copy(kept, tmp_path / "other")
    await _spoil(files, sql)
    with closing(sqlite3.connect(files.path, isolation_level=None)) as theirs:
        theirs.execute("CREATE TABLE theirs (x)")
        beside = await _copy(files.path, tmp_path / "beside")
    assert beside.all()["parley.db-wal"] != b""
    assert said in await _outcome(beside)


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("/dev/full"), lambda path: path.write_bytes(b"\0")])
async def test_s5_what_is_no_file_of_ours_is_refused(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "parley.db"
    make(path)
    with pytest.raises(DatabaseRefused, match=r"is no (database|file):"):
        await SqliteStore.open(path, driver="inline")


async def test_s5_a_link_is_followed_and_not_replaced(tmp_path: Path) -> None:
    path, there = tmp_path / "parley.db", tmp_path / "disk" / "kept.db"
    there.parent.mkdir()
    path.symlink_to(there)
    await (await SqliteStore.open(path, driver="inline")).close()
    assert path.is_symlink()
    assert there.stat().st_size > 0
