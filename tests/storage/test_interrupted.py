"""Cancelled, closed and killed in the middle of writing: what the SQLite store keeps."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from bot.changes import SetCursor
from bot.errors import StorageError
from storage.sqlite.database import Database
from storage.sqlite.store import SqliteStore
from tests.storage.filling import count, write


async def test_s13_what_was_begun_is_finished_before_closing(path: Path) -> None:
    database = await Database.open(path)
    tasks = [asyncio.create_task(database.write(write)) for _ in range(5)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await database.close()
    assert [type(result) for result in await asyncio.gather(*tasks, return_exceptions=True)] == [asyncio.CancelledError] * 5
    again = await Database.open(path)
    assert await again.read(count) == 5
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
    await database.write(write)


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
