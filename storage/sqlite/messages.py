"""The trees of messages: walks along a branch, versions, and the few things about a message that change."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bot.changes import AddMessage, FillMessage, SetLastLeaf, SetMessageStatus, SetShows
from bot.found import Version
from bot.messages import Message
from storage.sqlite.applying import carry_out
from storage.sqlite.places import keep_ref
from storage.sqlite.rows import to_message, to_stored


def message(connection: sqlite3.Connection, message_id: int | None) -> Message | None:
    found = connection.execute("SELECT * FROM message_rows WHERE id = ?", (message_id,)).fetchone()
    return to_message(found) if found else None


def branch(connection: sqlite3.Connection, leaf: int | None, limit: int, down_to: int) -> Sequence[Message]:
    """Each step is one look-up by id, and there are no more steps than messages given."""
    found = connection.execute(
        "WITH RECURSIVE walk (id, parent_id, number, shows) AS ("
        "  SELECT id, parent_id, number, shows FROM messages WHERE id = :leaf AND number >= :down_to"
        "  UNION ALL"
        "  SELECT m.id, m.parent_id, m.number, m.shows FROM walk JOIN messages m ON m.id = walk.parent_id WHERE m.number >= :down_to"
        "  LIMIT :limit) "
        "SELECT v.*, CASE WHEN v.id <> walk.id THEN walk.id END "
        "FROM walk CROSS JOIN message_rows v ON v.id = coalesce(walk.shows, walk.id) ORDER BY walk.number",
        {"leaf": leaf, "down_to": down_to, "limit": max(limit, 0)},
    )
    return tuple(to_message(row, row[-1]) for row in found)


def nth(connection: sqlite3.Connection, leaf: int | None, number: int) -> Message | None:
    """Walks down to the number, which is the first of what it finds."""
    host = connection.execute(
        "WITH RECURSIVE walk (id, parent_id, number) AS ("
        "  SELECT id, parent_id, number FROM messages WHERE id = :leaf AND number >= :number"
        "  UNION ALL"
        "  SELECT m.id, m.parent_id, m.number FROM walk JOIN messages m ON m.id = walk.parent_id WHERE m.number >= :number) "
        "SELECT id FROM walk WHERE number = :number",
        {"leaf": leaf, "number": number},
    ).fetchone()
    return branch(connection, host[0], 1, 1)[0] if host else None


def on_branch(connection: sqlite3.Connection, leaf: int | None, message_id: int) -> bool:
    """A version without a branch of its own is where its host is."""
    found = connection.execute(
        "WITH RECURSIVE sought (id, number) AS ("
        "  SELECT h.id, h.number FROM messages m JOIN messages h ON h.id = coalesce(m.host, m.id) WHERE m.id = :message"
        "), walk (id, parent_id, number) AS ("
        "  SELECT m.id, m.parent_id, m.number FROM messages m, sought WHERE m.id = :leaf AND m.number >= sought.number"
        "  UNION ALL"
        "  SELECT m.id, m.parent_id, m.number FROM walk, sought JOIN messages m ON m.id = walk.parent_id WHERE m.number >= sought.number) "
        "SELECT 1 FROM walk JOIN sought ON sought.id = walk.id",
        {"leaf": leaf, "message": message_id},
    ).fetchone()
    return found is not None


def versions(connection: sqlite3.Connection, first_version: int) -> Sequence[Message]:
    found = connection.execute(
        "SELECT * FROM message_rows WHERE status <> 'removed' AND id IN ("
        "  SELECT :first UNION ALL SELECT id FROM messages WHERE first_version = :first AND first_version <> id) ORDER BY id",
        {"first": first_version},
    )
    return tuple(to_message(row) for row in found)


def versions_of(connection: sqlite3.Connection, first_version: int) -> Sequence[Version]:
    """The same without the words."""
    found = connection.execute(
        "SELECT id, status FROM messages WHERE id = :first AND status <> 'removed' UNION ALL "
        "SELECT id, status FROM messages WHERE first_version = :first AND first_version <> id AND status <> 'removed' ORDER BY id",
        {"first": first_version},
    )
    return tuple(Version(*row) for row in found)


def prompts_above(connection: sqlite3.Connection, leaf: int | None, limit: int) -> Sequence[Message]:
    """The run of user messages at the end of the branch, oldest first."""
    found = connection.execute(
        "WITH RECURSIVE walk (id, parent_id) AS ("
        "  SELECT id, parent_id FROM messages WHERE id = :leaf AND role = 'user'"
        "  UNION ALL"
        "  SELECT m.id, m.parent_id FROM walk JOIN messages m ON m.id = walk.parent_id WHERE m.role = 'user'"
        "  LIMIT :limit) "
        "SELECT v.* FROM walk CROSS JOIN message_rows v ON v.id = walk.id ORDER BY v.number",
        {"leaf": leaf, "limit": limit},
    )
    return tuple(to_message(row) for row in found)


def newest_leaf(connection: sqlite3.Connection, message_id: int) -> int | None:
    """Walks down the subtree; answers that are not there yet, removed ones and versions without a branch are nowhere to stand on. Where a
    message is remembered, the answer that it has got since."""
    found = connection.execute("SELECT coalesce(host, id) FROM messages WHERE id = ?", (message_id,)).fetchone()
    if found is None:
        return None
    (leaf,) = connection.execute(
        "WITH RECURSIVE below (id, open) AS ("
        "  SELECT :id, 0"
        "  UNION ALL"
        "  SELECT m.id, m.status IN ('open', 'removed') FROM below JOIN messages m ON m.parent_id = below.id WHERE m.host IS NULL) "
        "SELECT coalesce("
        "  (SELECT max(a.id) FROM messages m JOIN messages a ON a.parent_id = m.last_leaf"
        "   WHERE m.id = :id AND a.role = 'assistant' AND a.status NOT IN ('open', 'removed') AND a.host IS NULL),"
        "  (SELECT last_leaf FROM messages WHERE id = :id), (SELECT max(id) FROM below WHERE NOT open))",
        {"id": found[0]},
    ).fetchone()
    newest: int = leaf
    return newest


def written_as(connection: sqlite3.Connection, place_id: int | None, message_id: str) -> Message | None:
    """The user message of a platform message, in its newest version."""
    found = connection.execute(
        "SELECT * FROM message_rows WHERE id = (SELECT max(v.id) FROM messages v, ("
        "  SELECT first_version FROM messages"
        "  WHERE source_message = :message AND source_place = :place AND role = 'user' ORDER BY id DESC LIMIT 1) f "
        "WHERE v.id = f.first_version OR (v.first_version = f.first_version AND v.first_version <> v.id))",
        {"place": place_id, "message": message_id},
    ).fetchone()
    return to_message(found) if found else None


@carry_out.register
def _add_message(change: AddMessage, connection: sqlite3.Connection) -> None:
    new, usage = change.message, change.message.usage
    connection.execute(
        "INSERT INTO messages (id, session_id, parent_id, number, role, status, created_at, first_version, revises, host, shows, "
        "last_leaf, author, source_place, source_message, user_id, model, finish, prompt_tokens, completion_tokens, "
        "tokens_estimated, quoted, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id,
            new.session_id,
            new.parent_id,
            new.number,
            new.role,
            new.status,
            to_stored(new.created_at),
            new.first_version,
            new.revises,
            new.host,
            new.shows,
            new.last_leaf,
            new.author,
            *keep_ref(connection, new.source),
            new.user_id,
            new.model,
            new.finish,
            *((usage.prompt_tokens, usage.completion_tokens, int(usage.estimated)) if usage else (None, None, None)),
            new.quoted,
            new.text,
        ),
    )
    connection.execute("UPDATE sessions SET newest = ? WHERE id = ?", (new.id, new.session_id))


@carry_out.register
def _fill_message(change: FillMessage, connection: sqlite3.Connection) -> None:
    usage = change.usage
    connection.execute(
        "UPDATE messages SET text = ?, status = ?, finish = ?, model = ?, prompt_tokens = ?, completion_tokens = ?, tokens_estimated = ? "
        "WHERE id = ? AND status = 'open'",
        (
            change.text,
            change.status,
            change.finish,
            change.model,
            *((usage.prompt_tokens, usage.completion_tokens, int(usage.estimated)) if usage else (None, None, None)),
            change.message_id,
        ),
    )


@carry_out.register
def _set_message_status(change: SetMessageStatus, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE messages SET status = ? WHERE id = ?", (change.status, change.message_id))


@carry_out.register
def _set_last_leaf(change: SetLastLeaf, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE messages SET last_leaf = ? WHERE id = ?", (change.leaf, change.message_id))


@carry_out.register
def _set_shows(change: SetShows, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE messages SET shows = ? WHERE id = ?", (change.version_id, change.message_id))
