"""What a database says, as one short word: equal words, equal content; whatever shape the file had when it was written."""

from __future__ import annotations

import hashlib
import sqlite3

COLUMNS = {
    "users": "id",
    "accounts": "platform, account_id, user_id, name, locale",
    "places": "id, platform, chat_id, thread_id, kind, owner_id, reachable",
    "sessions": "id, user_id, place_id, title, title_source, leaf, newest, started_at, ended_at, deleted_at",
    "messages": "id, session_id, parent_id, number, role, status, first_version, revises, host, shows, last_leaf, finish, text",
    "turns": "id, session_id, prompt_id, reply_id, received_at, status, attempts, error",
    "posts": "id, reply_id, ordinal, place_id, state, key, ref_place, ref_message, content",
    "events": "key, accepted_at",
    "asks": "id, place_id, user_id, command, reply_id",
    "current": "place_id, user_id, session_id",
    "cursors": "name, value",
    "erased": "highest",
}
"""Without what a migration adds or fills in by the time of day."""


def content_of(connection: sqlite3.Connection) -> str:
    """Of all tables, all rows."""
    found = hashlib.blake2b(digest_size=12)
    for table, columns in COLUMNS.items():
        rows = connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2" if "," in columns else f"SELECT {columns} FROM {table}")  # noqa: S608
        found.update(repr((table, rows.fetchall())).encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def problems_of(connection: sqlite3.Connection) -> list[str]:
    """What SQLite itself finds wrong."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    return found + [f"foreign key broken: {tuple(row)}" for row in connection.execute("PRAGMA foreign_key_check")]
