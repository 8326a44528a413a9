"""What the store keeps about itself: keys of accepted events, cursors, the highest id; and what it erases."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.changes import SetCursor
from bot.errors import AlreadySeen
from storage.sqlite.applying import carry_out
from storage.sqlite.rows import to_stored

KEPT = timedelta(days=30)
"""How long the keys of events and the posts of commands' replies are remembered."""
_MOMENT = timedelta(minutes=1)


def accept_key(connection: sqlite3.Connection, key: str, at: datetime) -> None:
    """Raises AlreadySeen."""
    added = connection.execute("INSERT OR IGNORE INTO events (key, accepted_at) VALUES (?, ?)", (key, to_stored(at)))
    if added.rowcount == 0:
        raise AlreadySeen("the event was accepted before")


def seen(connection: sqlite3.Connection, key: str) -> bool:
    return connection.execute("SELECT 1 FROM events WHERE key = ?", (key,)).fetchone() is not None


def cursors(connection: sqlite3.Connection, prefix: str) -> Mapping[str, str]:
    """By range, not by pattern: the prefix may hold any character, and the names' index is used."""
    found = connection.execute("SELECT name, value FROM cursors WHERE name >= ? AND name < ? || char(1114111)", (prefix, prefix))
    return dict(found.fetchall())


def last_id(connection: sqlite3.Connection) -> int:
    (highest,) = connection.execute(
        "SELECT max((SELECT highest FROM erased), coalesce((SELECT max(id) FROM users), 0), coalesce((SELECT max(id) FROM messages), 0), "
        "coalesce((SELECT max(id) FROM turns), 0), coalesce((SELECT max(id) FROM posts), 0), "
        "coalesce((SELECT max(reply_id) FROM posts), 0))"
    ).fetchone()
    found: int = highest
    return found


# Children first; what stands last has no other table hanging on it.
_ERASING = (
    "DELETE FROM posts WHERE reply_id IN (SELECT m.id FROM sessions s JOIN messages m ON m.session_id = s.id WHERE s.deleted_at < :before)",
    # Replies of commands hold words of conversations. One that is shown needs its content no more; one that could not be shown until
    # now goes with the first session that was deleted after it was written, or that it told the deletion of.
    "UPDATE posts SET content = NULL, file = NULL WHERE written_at < :before AND content IS NOT NULL AND NOT EXISTS ("
    "  SELECT 1 FROM posts other WHERE other.reply_id = posts.reply_id AND other.state NOT IN ('final', 'gone'))",
    "DELETE FROM posts WHERE reply_id IN (SELECT reply_id FROM posts WHERE content IS NOT NULL AND written_at < min("
    "  :before, (SELECT max(deleted_at) FROM sessions WHERE deleted_at < :before) + :moment))",
    "DELETE FROM posts WHERE reply_id IN (SELECT reply_id FROM posts WHERE written_at < :long_ago)",
    "DELETE FROM turns WHERE session_id IN (SELECT id FROM sessions WHERE deleted_at < :before)",
    "DELETE FROM messages WHERE session_id IN (SELECT id FROM sessions WHERE deleted_at < :before)",
    "DELETE FROM current WHERE session_id IN (SELECT id FROM sessions WHERE deleted_at < :before)",
    "DELETE FROM asks WHERE expires_at < :before",
    "DELETE FROM events WHERE accepted_at < :long_ago",
)


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Erases what was to go before then, and returns how many sessions."""
    connection.execute("UPDATE erased SET highest = ?", (last_id(connection),))
    cut = {"before": to_stored(before), "long_ago": to_stored(before - KEPT), "moment": _MOMENT // timedelta(microseconds=1)}
    for statement in _ERASING:
        connection.execute(statement, cut)
    gone = connection.execute("DELETE FROM sessions WHERE deleted_at < :before", cut).rowcount
    if gone:
        connection.execute("UPDATE erased SET unclean = 1")
    return gone


@carry_out.register
def _set_cursor(change: SetCursor, connection: sqlite3.Connection) -> None:
    if not change.value:
        connection.execute("DELETE FROM cursors WHERE name = ?", (change.name,))
        return
    connection.execute(
        "INSERT INTO cursors (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (change.name, change.value),
    )
