"""Steps from an older shape: each as a whole, also when the process dies between two statements of it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.posts import Content
from storage.sqlite.migrations import Migration, migrate, migrations
from storage.sqlite.store import SqliteStore

_FIRST = Migration(1, "CREATE TABLE a (x); INSERT INTO a VALUES (1), (2);")
_SECOND = Migration(2, "CREATE TABLE b (y); INSERT INTO b SELECT x FROM a; DROP TABLE a; CREATE INDEX i ON b (y);")

_DYING = """
import os, sqlite3, sys
from storage.sqlite.migrations import Migration, migrate
left = int(sys.argv[2])
def dies(statement):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.set_trace_callback(dies)
migrate(connection, (Migration(1, sys.argv[3]), Migration(2, sys.argv[4])))
"""


_BACK_TO_THE_FIRST = """
ALTER TABLE sessions DROP COLUMN titled_by;
DROP INDEX posts_by_user;
ALTER TABLE posts DROP COLUMN user_id;
ALTER TABLE erased DROP COLUMN unclean;
DROP INDEX posts_undated;
DROP INDEX posts_by_age;
ALTER TABLE posts DROP COLUMN written_at;
ALTER TABLE turns ADD COLUMN not_before INTEGER;
PRAGMA user_version = 1;
INSERT INTO users VALUES (1);
INSERT INTO places (id, platform, chat_id, thread_id, kind) VALUES (1, 'telegram', '7', '', 'private');
INSERT INTO sessions (id, user_id, place_id, title, title_source, persona, model, newest, started_at)
VALUES ('aaaa000000000000', 1, 1, '', 'words', '', '', 11, 0);
INSERT INTO messages (id, session_id, parent_id, number, role, status, created_at, first_version, author, model, finish, quoted, text)
VALUES (10, 'aaaa000000000000', NULL, 1, 'user', 'complete', 0, 10, '', '', '', '', 'words'),
       (11, 'aaaa000000000000', 10, 2, 'assistant', 'open', 0, 11, '', '', '', '', '');
INSERT INTO turns (id, session_id, place_id, user_id, prompt_id, reply_id, received_at, status, attempts, error, not_before)
VALUES (12, 'aaaa000000000000', 1, 1, 10, 11, 0, 'pending', 1, 'timeout', 5);
INSERT INTO posts (id, reply_id, ordinal, place_id, state, key, content)
VALUES (13, 99, 0, 1, 'final', 'p63-0', '{"text": "Text", "buttons": [], "file": null, "audience": "", "ask": null}');
"""

Shape = tuple[int, list[str], list[tuple[int]]]  # the version, the tables, and what is in them

OLD: Shape = (0, [], [])
HALFWAY: Shape = (1, ["a"], [(1,), (2,)])
NEW: Shape = (2, ["b"], [(1,), (2,)])


def _shape(path: Path) -> Shape:
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        rows = connection.execute("SELECT * FROM a" if "a" in tables else "SELECT * FROM b").fetchall() if tables else []
        return version, tables, rows


def test_s9_killed_at_any_statement_a_step_is_whole_or_not_there(tmp_path: Path) -> None:
    seen = []
    for statements in range(30):
        path = tmp_path / f"{statements}.db"
        script = [sys.executable, "-c", _DYING, str(path), str(statements), _FIRST.sql, _SECOND.sql]
        done = subprocess.run(script, check=False, timeout=20).returncode == 0  # noqa: S603
        seen.append(_shape(path))
        assert seen[-1] in (OLD, HALFWAY, NEW)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            migrate(connection, (_FIRST, _SECOND))
        assert _shape(path) == NEW
        if done:
            break
    assert done
    assert seen == sorted(seen)
    assert seen.count(OLD) > 2
    assert seen.count(HALFWAY) > 4


def test_s9_a_step_that_fails_leaves_no_transaction_open(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, (_FIRST, Migration(2, "CREATE TABLE b (y); SELECT nonsense;")))
        assert not connection.in_transaction
    assert _shape(tmp_path / "a.db") == HALFWAY


def test_steps_are_taken_once(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as connection:
        assert [migrate(connection, (_FIRST,)), migrate(connection, (_FIRST,)), migrate(connection, (_FIRST, _SECOND))] == [1, 0, 1]


def test_steps_are_numbered_without_a_gap(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("SELECT 1")
    (tmp_path / "0003_b.sql").write_text("SELECT 1")
    with pytest.raises(ValueError, match="not numbered"):
        migrations(tmp_path)


def test_the_real_steps_are_numbered() -> None:
    assert [step.version for step in migrations()] == list(range(1, len(migrations()) + 1))


async def test_s9_what_the_first_shape_held_is_there_in_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    await (await SqliteStore.open(path)).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(_BACK_TO_THE_FIRST)
    store = await SqliteStore.open(path)
    assert (await store.posts(99))[0].content == Content("Text")
    assert (await store.posts(99))[0].user_id == 1
    assert (await store.open_turns("aaaa000000000000"))[0].error == "timeout"
    await store.purge(datetime.now(UTC) - timedelta(days=1))
    assert (await store.posts(99))[0].content is not None
    await store.purge(datetime.now(UTC) + timedelta(days=1))
    assert (await store.posts(99))[0].content is None
    await store.close()
