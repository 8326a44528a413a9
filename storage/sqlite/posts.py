"""Posts, which show replies on a platform, and the questions that wait for an answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.changes import CloseQuestion, OpenQuestion
from bot.events import MessageRef, Place
from bot.post_changes import AddPost, DirtyPosts, DropPosts, MovePosts, SetPost
from bot.posts import OpenAsk, Post
from storage.sqlite.applying import carry_out
from storage.sqlite.places import keep_place, keep_ref, place_id
from storage.sqlite.rows import from_content, to_ask, to_place, to_post, to_stored, to_stored_or_none, to_time_or_none


def posts(connection: sqlite3.Connection, reply_id: int) -> Sequence[Post]:
    found = connection.execute("SELECT * FROM post_rows WHERE reply_id = ? AND state <> 'gone' ORDER BY ordinal, id", (reply_id,))
    return tuple(to_post(row) for row in found)


def written_at(connection: sqlite3.Connection, reply_id: int) -> datetime | None:
    """When what a command's reply says was last written."""
    found = connection.execute("SELECT max(written_at) FROM posts WHERE reply_id = ?", (reply_id,)).fetchone()
    return to_time_or_none(found[0])


def post_at(connection: sqlite3.Connection, in_place: int | None, message_id: str) -> Post | None:
    """The newest post that is this platform message."""
    found = connection.execute(
        "SELECT * FROM post_rows WHERE id = (SELECT max(id) FROM posts WHERE ref_message = ? AND ref_place = ?)", (message_id, in_place)
    ).fetchone()
    return to_post(found) if found else None


def is_post(connection: sqlite3.Connection, ref: MessageRef) -> bool:
    where = (ref.message_id, place_id(connection, ref.place))
    return connection.execute("SELECT 1 FROM posts WHERE ref_message = ? AND ref_place = ?", where).fetchone() is not None


def unfinished_replies(connection: sqlite3.Connection) -> Sequence[tuple[int, Place]]:
    found = connection.execute(
        "SELECT p.reply_id, p.platform, p.chat_id, p.thread_id, p.kind, min(p.id) FROM post_rows p "
        "WHERE p.state NOT IN ('final', 'gone') AND NOT EXISTS ("
        "  SELECT 1 FROM turns t WHERE t.reply_id = p.reply_id AND t.status IN ('pending', 'streaming')) "
        "GROUP BY p.reply_id ORDER BY p.reply_id"
    )
    return tuple((row[0], to_place(row[1:5])) for row in found)


def open_ask(connection: sqlite3.Connection, in_place: int | None, user_id: int | None) -> OpenAsk | None:
    found = connection.execute("SELECT * FROM ask_rows WHERE place_id = ? AND user_id = ?", (in_place, user_id)).fetchone()
    return to_ask(found) if found else None


def date_contents(connection: sqlite3.Connection, at: datetime) -> None:
    """Says of every content that was written in this transaction when that was."""
    connection.execute("UPDATE posts SET written_at = ? WHERE content IS NOT NULL AND written_at IS NULL", (to_stored(at),))


@carry_out.register
def _add_post(change: AddPost, connection: sqlite3.Connection) -> None:
    new = change.post
    connection.execute(
        "INSERT INTO posts (id, reply_id, ordinal, place_id, state, key, ref_place, ref_message, reply_to_place, reply_to_message, "
        "not_before, content, file, user_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id,
            new.reply_id,
            new.ordinal,
            keep_place(connection, new.place),
            new.state,
            new.key,
            *keep_ref(connection, new.ref),
            *keep_ref(connection, new.reply_to),
            to_stored_or_none(new.not_before),
            *from_content(new.content),
            new.user_id,
        ),
    )


@carry_out.register
def _set_post(change: SetPost, connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE posts SET state = ?, not_before = ? WHERE id = ?", (change.state, to_stored_or_none(change.not_before), change.post_id)
    )
    if change.ref is not None:
        connection.execute(
            "UPDATE posts SET ref_place = ?, ref_message = ? WHERE id = ?", (*keep_ref(connection, change.ref), change.post_id)
        )


@carry_out.register
def _move_posts(change: MovePosts, connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE posts SET state = 'gone' WHERE reply_id = :to "
        "AND EXISTS (SELECT 1 FROM posts WHERE reply_id = :source AND state <> 'gone')",
        {"to": change.to_reply, "source": change.from_reply},
    )
    connection.execute(
        "UPDATE posts SET reply_id = ?, state = CASE WHEN ref_message IS NULL THEN 'planned' ELSE 'placed' END "
        "WHERE reply_id = ? AND state <> 'gone'",
        (change.to_reply, change.from_reply),
    )


@carry_out.register
def _dirty_posts(change: DirtyPosts, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE posts SET state = 'placed' WHERE reply_id = ? AND state = 'final'", (change.reply_id,))
    if change.content is not None:
        connection.execute(
            "UPDATE posts SET content = ?, file = ?, written_at = NULL "
            "WHERE id = (SELECT id FROM posts WHERE reply_id = ? ORDER BY ordinal, id LIMIT 1)",
            (*from_content(change.content), change.reply_id),
        )


@carry_out.register
def _drop_posts(change: DropPosts, connection: sqlite3.Connection) -> None:
    """What is planned may be there by now, and has to be looked for."""
    connection.execute("UPDATE posts SET state = 'surplus' WHERE reply_id = ? AND state <> 'gone'", (change.reply_id,))


@carry_out.register
def _open_question(change: OpenQuestion, connection: sqlite3.Connection) -> None:
    ask = change.ask
    connection.execute(
        "INSERT OR REPLACE INTO asks (id, place_id, user_id, command, reply_id, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
        (ask.id, keep_place(connection, ask.place), ask.user_id, ask.command, ask.reply_id, to_stored(ask.expires_at)),
    )
    # The row goes with the answer; its ids stay taken.
    connection.execute("UPDATE erased SET highest = max(highest, ?)", (max(ask.id, ask.reply_id),))


@carry_out.register
def _close_question(change: CloseQuestion, connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM asks WHERE id = ?", (change.ask_id,))
