"""The world around the bot: what it takes the bot to owe is true of one moment, or a bot at work would be taken for one at rest."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.sqlite.store import SqliteStore
from tests.contracts.store_builders import owe
from tests.torture.world import look

NOT_TAKEN = "BEGIN; UPDATE turns SET status = 'complete'; UPDATE messages SET text = 'words' WHERE role = 'user'; COMMIT"
TAKEN = "BEGIN; UPDATE turns SET status = 'pending'; UPDATE messages SET text = 'm1 words' WHERE role = 'user'; COMMIT"


@pytest.mark.parametrize("at", range(4))
async def test_a_message_that_is_taken_in_during_a_look_is_not_there_or_owed(tmp_path: Path, at: int) -> None:
    path = tmp_path / "parley.db"
    store = await SqliteStore.open(path, driver="inline")
    await owe(store)
    await store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as bot, closing(sqlite3.connect(path, isolation_level=None)) as looking:
        bot.executescript(NOT_TAKEN)
        statements = itertools.count()
        looking.set_trace_callback(lambda _: bot.executescript(TAKEN) if next(statements) == at else None)
        seen = look(looking)
        assert seen in ((0, 0, set()), (1, 0, {"m1"}))
        assert next(statements) > at
        assert bot.execute("SELECT status FROM turns").fetchall() == [("pending",)]
