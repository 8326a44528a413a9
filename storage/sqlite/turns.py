"""Turns: the answers that are owed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bot.changes import AddTurn, SetTurn
from bot.errors import Conflict
from bot.events import Place
from bot.messages import Turn
from storage.sqlite.applying import carry_out
from storage.sqlite.places import keep_place, keep_ref
from storage.sqlite.rows import to_place, to_stored, to_turn


def turn_of(connection: sqlite3.Connection, reply_id: int) -> Turn | None:
    found = connection.execute("SELECT * FROM turn_rows WHERE reply_id = ? ORDER BY id DESC LIMIT 1", (reply_id,)).fetchone()
    return to_turn(found) if found else None


def open_turns(connection: sqlite3.Connection, session_id: str) -> Sequence[Turn]:
    found = connection.execute(
        "SELECT * FROM turn_rows WHERE session_id = ? AND status IN ('pending', 'streaming') ORDER BY id", (session_id,)
    )
    return tuple(to_turn(row) for row in found)


def owing_sessions(connection: sqlite3.Connection) -> Sequence[tuple[str, Place]]:
    found = connection.execute(
        "SELECT session_id, platform, chat_id, thread_id, kind, min(id) FROM turn_rows "
        "WHERE status IN ('pending', 'streaming') GROUP BY session_id ORDER BY min(id)"
    )
    return tuple((row[0], to_place(row[1:5])) for row in found)


def recover_turns(connection: sqlite3.Connection) -> frozenset[int]:
    """Whoever streamed is gone. Returns the posts that were being written, or taken away."""
    connection.execute("UPDATE turns SET status = 'pending' WHERE status IN ('pending', 'streaming')")
    unfinished = connection.execute("SELECT id, state FROM posts WHERE state NOT IN ('final', 'gone')")
    return frozenset(post_id for post_id, state in unfinished if state != "planned")


@carry_out.register
def _add_turn(change: AddTurn, connection: sqlite3.Connection) -> None:
    new = change.turn
    connection.execute(
        "INSERT INTO turns (id, session_id, place_id, user_id, prompt_id, reply_id, received_at, status, attempts, error, "
        "reply_to_place, reply_to_message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id,
            new.session_id,
            keep_place(connection, new.place),
            new.user_id,
            new.prompt_id,
            new.reply_id,
            to_stored(new.received_at),
            new.status,
            new.attempts,
            new.error,
            *keep_ref(connection, new.reply_to),
        ),
    )


@carry_out.register
def _set_turn(change: SetTurn, connection: sqlite3.Connection) -> None:
    found = connection.execute("SELECT status FROM turns WHERE id = ?", (change.turn_id,)).fetchone()
    if found is None or found[0] not in change.expected:
        raise Conflict(f"the turn is {found[0] if found else 'gone'}, not {' or '.join(change.expected)}")
    connection.execute(
        "UPDATE turns SET status = ?, attempts = attempts + ?, error = ? WHERE id = ?",
        (change.status, change.started, change.error, change.turn_id),
    )
