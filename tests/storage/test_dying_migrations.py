"""The real steps of the database, from each older shape with something in it, with a process that dies before each statement of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from storage.sqlite.migrations import migrations

_NURSERY = """
import json, os, shutil, sqlite3, sys
from pathlib import Path
from storage.sqlite.migrations import migrate, migrations

folder, begins_at = Path(sys.argv[1]), int(sys.argv[2])
steps, filled = migrations(), sys.argv[3]

def connected(path):
    return sqlite3.connect(path, isolation_level=None)

def shape(path):
    connection = connected(path)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    schema = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    texts = connection.execute("SELECT text FROM messages ORDER BY id").fetchall() if version else []
    sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    return version, schema, texts, sound

def whole(path, upto):
    connection = connected(path)
    connection.execute("PRAGMA journal_mode = WAL")
    migrate(connection, steps[:upto])
    if upto == begins_at and begins_at:
        connection.executescript(filled)
    connection.close()

begun, expected = folder / "begun.db", {}
whole(begun, begins_at)
for upto in range(begins_at, len(steps) + 1):
    copy = folder / f"expected{upto}.db"
    shutil.copy(begun, copy)
    whole(copy, upto) if upto > begins_at else None
    expected[upto] = shape(copy)
seen = []
for left in range(1000):
    path = folder / f"{left}.db"
    shutil.copy(begun, path)
    child = os.fork()
    if not child:
        connection = connected(path)
        def dies(_statement, count=[left]):
            count[0] -= 1
            if count[0] < 0:
                os._exit(9)
        connection.set_trace_callback(dies)
        migrate(connection, steps)
        os._exit(0)
    done = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    found = shape(path)
    seen.append(found[0])
    assert found == expected[found[0]], (left, found[0])
    whole(path, len(steps))
    assert shape(path) == expected[len(steps)], left
    if done:
        break
print(json.dumps({"seen": seen, "done": done}))
"""
_FILLED = """
INSERT INTO users VALUES (1);
INSERT INTO places (id, platform, chat_id, thread_id, kind) VALUES (1, 'telegram', '7', '', 'private');
INSERT INTO sessions (id, user_id, place_id, title, title_source, persona, model, newest, started_at)
VALUES ('aaaa000000000000', 1, 1, '', 'words', '', '', 11, 0);
INSERT INTO messages (id, session_id, parent_id, number, role, status, created_at, first_version, author, model, finish, quoted, text)
VALUES (10, 'aaaa000000000000', NULL, 1, 'user', 'complete', 0, 10, '', '', '', '', 'words'),
       (11, 'aaaa000000000000', 10, 2, 'assistant', 'open', 0, 11, '', '', '', '', '');
INSERT INTO turns (id, session_id, place_id, user_id, prompt_id, reply_id, received_at, status, attempts, error)
VALUES (12, 'aaaa000000000000', 1, 1, 10, 11, 0, 'pending', 1, 'timeout');
INSERT INTO posts (id, reply_id, ordinal, place_id, state, key, content)
VALUES (13, 99, 0, 1, 'final', 'p63-0', '{"text": "Text", "buttons": [], "file": null, "audience": "", "ask": null}');
"""


@pytest.mark.parametrize("begins_at", range(len(migrations())))
def test_s9_killed_before_each_statement_of_the_real_steps_they_are_whole_or_not_there(tmp_path: Path, begins_at: int) -> None:
    """And the next start takes what is missing: the shape and what was kept are those of a start that nothing disturbed."""
    script = [sys.executable, "-c", _NURSERY, str(tmp_path), str(begins_at), _FILLED]
    ended = subprocess.run(script, check=False, timeout=50, capture_output=True, text=True)  # noqa: S603
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["done"]
    assert told["seen"] == sorted(told["seen"])
    assert set(told["seen"]) == set(range(begins_at, len(migrations()) + 1)), "each version was died at"
