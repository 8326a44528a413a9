"""What the store keeps about itself: keys of accepted events, cursors, the highest id; and what it erases."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from bot.changes import SetCursor
from bot.errors import AlreadySeen
from storage.sqlite.applying import carry_out
from storage.sqlite.rows import to_stored

KEYS_KEPT = timedelta(days=30)


def accept_key(connection: sqlite3.Connection, key: str, at: datetime) -> None:
    """Raises AlreadySeen."""
    added = connection.execute("INSERT OR IGNORE INTO events (key, accepted_at) VALUES (?, ?)", (key, to_stored(at)))
    if added.rowcount == 0:
        raise AlreadySeen("the event was accepted before")


def seen(connection: sqlite3.Connection, key: str) -> bool:
    return connection.execute("SELECT 1 FROM events WHERE key = ?", (key,)).fetchone() is not None


def cursor(connection: sqlite3.Connection, name: str) -> str:
    found = connection.execute("SELECT value FROM cursors WHERE name = ?", (name,)).fetchone()
    return found[0] if found else ""


def last_id(connection: sqlite3.Connection) -> int:
    (highest,) = connection.execute(
        "SELECT max((SELECT highest FROM erased), coalesce((SELECT max(id) FROM users), 0), coalesce((SELECT max(id) FROM messages), 0), "
        "coalesce((SELECT max(id) FROM turns), 0), coalesce((SELECT max(id) FROM posts), 0), "
        "coalesce((SELECT max(reply_id) FROM posts), 0))"
    ).fetchone()
    found: int = highest
    return found


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Children first; what stands here has no other table hanging on it."""
    connection.execute("UPDATE erased SET highest = ?", (last_id(connection),))
    cut = {"before": to_stored(before), "keys": to_stored(before - KEYS_KEPT)}
    for statement in (
        "DELETE FROM posts WHERE reply_id IN "
        "(SELECT m.id FROM sessions s JOIN messages m ON m.session_id = s.id WHERE s.deleted_at < :before)",
        "DELETE FROM turns WHERE session_id IN (SELECT id FROM sessions WHERE deleted_at < :before)",
        "DELETE FROM messages WHERE session_id IN (SELECT id FROM sessions WHERE deleted_at < :before)",
        "DELETE FROM current WHERE session_id IN (SELECT id FROM sessions WHERE deleted_at < :before)",
        "DELETE FROM asks WHERE expires_at < :before",
        "DELETE FROM events WHERE accepted_at < :keys",
    ):
        connection.execute(statement, cut)
    return connection.execute("DELETE FROM sessions WHERE deleted_at < :before", cut).rowcount


@carry_out.register
def _set_cursor(change: SetCursor, connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO cursors (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (change.name, change.value),
    )
