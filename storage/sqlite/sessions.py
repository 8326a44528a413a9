"""Sessions: which is current where, their lists, and what changes about them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from bot.changes import AddSession, AdvanceLeaf, ExpectLeaf, SetCurrent, SetDeleted, SetEnded, SetLeaf, SetTitle
from bot.errors import Conflict
from bot.found import SessionSummary, SessionTotals
from bot.messages import Session
from storage.sqlite.applying import carry_out
from storage.sqlite.places import keep_place
from storage.sqlite.rows import to_session, to_stored, to_stored_or_none, to_time

_SHORTEST = 4


def session(connection: sqlite3.Connection, session_id: str) -> Session | None:
    found = connection.execute("SELECT * FROM session_rows WHERE id = ?", (session_id,)).fetchone()
    return to_session(found) if found else None


def current_session(connection: sqlite3.Connection, place_id: int | None, owner_id: int | None) -> Session | None:
    found = connection.execute(
        "SELECT s.* FROM current c JOIN session_rows s ON s.id = c.session_id "
        "WHERE c.place_id = ? AND c.user_id = ? AND s.deleted_at IS NULL",
        (place_id, owner_id),
    ).fetchone()
    return to_session(found) if found else None


def sessions_like(connection: sqlite3.Connection, user_id: int, prefix: str) -> Sequence[Session]:
    """Ids are in lower case, and "g" comes after every digit."""
    low = prefix.lower()
    found = connection.execute(
        "SELECT * FROM session_rows WHERE user_id = ? AND id >= ? AND id < ? ORDER BY id LIMIT 2", (user_id, low, low + "g")
    )
    return tuple(to_session(row) for row in found)


def sessions(connection: sqlite3.Connection, user_id: int, words: Sequence[str], offset: int, limit: int) -> Sequence[SessionSummary]:
    found = connection.execute(
        "SELECT s.*, coalesce(leaf.number, 0), max(s.started_at, coalesce(newest.created_at, 0)) FROM session_rows s "
        "LEFT JOIN messages leaf ON leaf.id = s.leaf "
        "LEFT JOIN messages newest ON newest.id = s.newest AND newest.session_id = s.id "
        "WHERE s.user_id = :user AND s.deleted_at IS NULL AND NOT EXISTS ("
        "  SELECT 1 FROM json_each(:words) w WHERE NOT holds(s.title, w.value) AND NOT EXISTS ("
        "    SELECT 1 FROM messages m WHERE m.session_id = s.id AND m.status <> 'removed' AND holds(m.text, w.value))) "
        "ORDER BY s.newest DESC, s.id DESC LIMIT :limit OFFSET :offset",
        {
            "user": user_id,
            "words": json.dumps([word.casefold() for word in words]),
            "limit": max(limit, 0),
            "offset": max(offset, 0),
        },
    )
    return tuple(SessionSummary(to_session(row), row[-2], to_time(row[-1])) for row in found)


def short_id(connection: sqlite3.Connection, of: Session) -> str:
    """Only the neighbours in the order of ids can share more digits than all others."""
    before, after = connection.execute(
        "SELECT (SELECT max(id) FROM sessions WHERE user_id = :user AND id < :id), "
        "(SELECT min(id) FROM sessions WHERE user_id = :user AND id > :id)",
        {"user": of.user_id, "id": of.id},
    ).fetchone()
    shared = max(_shared(of.id, before or ""), _shared(of.id, after or ""))
    return of.id[: max(_SHORTEST, shared + 1)]


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))


def totals(connection: sqlite3.Connection, of: Session) -> SessionTotals:
    (count,) = connection.execute(
        "SELECT coalesce((SELECT m.number FROM sessions s JOIN messages m ON m.id = s.leaf WHERE s.id = ?), 0)", (of.id,)
    ).fetchone()
    (tokens,) = connection.execute(
        "SELECT coalesce(sum(prompt_tokens + completion_tokens), 0) FROM messages WHERE session_id = ?", (of.id,)
    ).fetchone()
    return SessionTotals(count, tokens)


@carry_out.register
def _add_session(change: AddSession, connection: sqlite3.Connection) -> None:
    new = change.session
    connection.execute(
        "INSERT INTO sessions (id, user_id, place_id, title, title_source, persona, model, leaf, newest, started_at, ended_at, deleted_at, "
        "titled_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(id), 0) FROM messages), ?, ?, ?, ?)",
        (
            new.id,
            new.user_id,
            keep_place(connection, new.place),
            new.title,
            new.title_source,
            new.persona,
            new.model,
            new.leaf,
            to_stored(new.started_at),
            to_stored_or_none(new.ended_at),
            to_stored_or_none(new.deleted_at),
            new.titled_by,
        ),
    )


@carry_out.register
def _set_title(change: SetTitle, connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE sessions SET title = :title, title_source = :source, titled_by = coalesce(:by, titled_by) "
        "WHERE id = :id AND (title_source <> 'person' OR :source = 'person')",
        {"title": change.title, "source": change.source, "id": change.session_id, "by": change.by},
    )


@carry_out.register
def _set_ended(change: SetEnded, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE sessions SET ended_at = ? WHERE id = ?", (to_stored_or_none(change.ended_at), change.session_id))


@carry_out.register
def _set_deleted(change: SetDeleted, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE sessions SET deleted_at = ? WHERE id = ?", (to_stored_or_none(change.deleted_at), change.session_id))
    if change.deleted_at is not None:
        connection.execute("DELETE FROM current WHERE session_id = ?", (change.session_id,))


@carry_out.register
def _set_leaf(change: SetLeaf, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE sessions SET leaf = ? WHERE id = ?", (change.leaf, change.session_id))


@carry_out.register
def _advance_leaf(change: AdvanceLeaf, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE sessions SET leaf = ? WHERE id = ? AND leaf = ?", (change.to_leaf, change.session_id, change.from_leaf))


@carry_out.register
def _expect_leaf(change: ExpectLeaf, connection: sqlite3.Connection) -> None:
    held = connection.execute("SELECT 1 FROM sessions WHERE id = ? AND leaf IS ?", (change.session_id, change.leaf)).fetchone()
    if held is None:
        raise Conflict("the leaf has moved")


@carry_out.register
def _set_current(change: SetCurrent, connection: sqlite3.Connection) -> None:
    place = keep_place(connection, change.place)
    if change.session_id is None:
        connection.execute("DELETE FROM current WHERE place_id = ? AND user_id = ?", (place, change.user_id))
        return
    connection.execute(
        "INSERT INTO current (place_id, user_id, session_id) VALUES (?, ?, ?) "
        "ON CONFLICT (place_id, user_id) DO UPDATE SET session_id = excluded.session_id",
        (place, change.user_id, change.session_id),
    )
