"""Users, their accounts, and the places where they talk."""

from __future__ import annotations

import sqlite3

from bot.changes import KnowAccount, MovePlace, SetReachable, SharePlace
from bot.errors import Conflict
from bot.events import MessageRef, Place
from bot.messages import Account, PlaceSettings
from storage.sqlite.applying import carry_out


def place_id(connection: sqlite3.Connection, place: Place) -> int | None:
    """The row of the place, if anything is known of it."""
    found = connection.execute(
        "SELECT id FROM places WHERE platform = ? AND chat_id = ? AND thread_id = ?", (place.platform, place.chat_id, place.thread_id)
    ).fetchone()
    return found[0] if found else None


def keep_place(connection: sqlite3.Connection, place: Place) -> int:
    """The row of the place, made where there is none; its kind is as it was last said."""
    found = connection.execute(
        "SELECT id, kind FROM places WHERE platform = ? AND chat_id = ? AND thread_id = ?",
        (place.platform, place.chat_id, place.thread_id),
    ).fetchone()
    if found is None:
        made = connection.execute(
            "INSERT INTO places (platform, chat_id, thread_id, kind) VALUES (?, ?, ?, ?)",
            (place.platform, place.chat_id, place.thread_id, place.kind),
        )
        return made.lastrowid or 0
    if found[1] != place.kind:
        connection.execute("UPDATE places SET kind = ? WHERE id = ?", (place.kind, found[0]))
    known: int = found[0]
    return known


def keep_ref(connection: sqlite3.Connection, ref: MessageRef | None) -> tuple[int | None, str | None]:
    """The two columns that name a platform message."""
    return (None, None) if ref is None else (keep_place(connection, ref.place), ref.message_id)


def settings_of(connection: sqlite3.Connection, place: Place) -> PlaceSettings:
    found = connection.execute(
        "SELECT owner_id, reachable FROM places WHERE platform = ? AND chat_id = ? AND thread_id = ?",
        (place.platform, place.chat_id, place.thread_id),
    ).fetchone()
    return PlaceSettings(place, found[0], bool(found[1])) if found else PlaceSettings(place)


def account(connection: sqlite3.Connection, platform: str, account_id: str) -> Account | None:
    found = connection.execute(
        "SELECT platform, account_id, user_id, name, locale FROM accounts WHERE platform = ? AND account_id = ?", (platform, account_id)
    ).fetchone()
    return Account(*found) if found else None


def account_of(connection: sqlite3.Connection, user_id: int, platform: str) -> Account | None:
    found = connection.execute(
        "SELECT platform, account_id, user_id, name, locale FROM accounts WHERE user_id = ? AND platform = ? ORDER BY account_id LIMIT 1",
        (user_id, platform),
    ).fetchone()
    return Account(*found) if found else None


@carry_out.register
def _know_account(change: KnowAccount, connection: sqlite3.Connection) -> None:
    known = change.account
    before = account(connection, known.platform, known.account_id)
    if before is not None and before.user_id != known.user_id:
        raise Conflict("the account belongs to another user by now")
    connection.execute("INSERT OR IGNORE INTO users (id) VALUES (?)", (known.user_id,))
    connection.execute(
        "INSERT INTO accounts (platform, account_id, user_id, name, locale) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (platform, account_id) DO UPDATE SET name = excluded.name, locale = excluded.locale",
        (known.platform, known.account_id, known.user_id, known.name, known.locale),
    )


@carry_out.register
def _share_place(change: SharePlace, connection: sqlite3.Connection) -> None:
    if change.owner_id is not None:
        connection.execute("INSERT OR IGNORE INTO users (id) VALUES (?)", (change.owner_id,))
    connection.execute("UPDATE places SET owner_id = ? WHERE id = ?", (change.owner_id, keep_place(connection, change.place)))


@carry_out.register
def _set_reachable(change: SetReachable, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE places SET reachable = ? WHERE id = ?", (int(change.reachable), keep_place(connection, change.place)))


@carry_out.register
def _move_place(change: MovePlace, connection: sqlite3.Connection) -> None:
    old, new = change.old, change.new
    for row_id, thread_id in connection.execute(
        "SELECT id, thread_id FROM places WHERE platform = ? AND chat_id = ?", (old.platform, old.chat_id)
    ).fetchall():
        if (old.platform, old.chat_id) == (new.platform, new.chat_id):
            continue
        _forget_numbers(connection, row_id)
        there = place_id(connection, Place(new.platform, new.chat_id, thread_id))
        if there is None:
            connection.execute(
                "UPDATE places SET platform = ?, chat_id = ?, kind = ? WHERE id = ?", (new.platform, new.chat_id, new.kind, row_id)
            )
        elif there != row_id:
            _join_places(connection, row_id, there)


def _forget_numbers(connection: sqlite3.Connection, row_id: int) -> None:
    """Messages are counted anew under the new id: what has an old number is out of reach, and would be taken for another message. What
    was not shown whole yet is shown anew."""
    ids = {"row": row_id}
    for statement in (
        "UPDATE messages SET source_place = NULL, source_message = NULL WHERE source_place = :row",
        "UPDATE turns SET reply_to_place = NULL, reply_to_message = NULL WHERE reply_to_place = :row",
        "UPDATE posts SET reply_to_place = NULL, reply_to_message = NULL WHERE reply_to_place = :row",
        "UPDATE posts SET state = CASE state WHEN 'placed' THEN 'planned' WHEN 'surplus' THEN 'gone' ELSE state END, "
        "ref_place = NULL, ref_message = NULL WHERE ref_place = :row",
    ):
        connection.execute(statement, ids)


def _join_places(connection: sqlite3.Connection, old: int, new: int) -> None:
    """Both ids were used already: what is current or asked in the new chat is the younger, and stays."""
    ids = {"old": old, "new": new}
    for statement in (
        "UPDATE sessions SET place_id = :new WHERE place_id = :old",
        "UPDATE turns SET place_id = :new WHERE place_id = :old",
        "UPDATE posts SET place_id = :new WHERE place_id = :old",
        "UPDATE OR IGNORE current SET place_id = :new WHERE place_id = :old",
        "DELETE FROM current WHERE place_id = :old",
        "UPDATE OR IGNORE asks SET place_id = :new WHERE place_id = :old",
        "DELETE FROM asks WHERE place_id = :old",
        "UPDATE places SET owner_id = coalesce(owner_id, (SELECT owner_id FROM places WHERE id = :old)) WHERE id = :new",
        "DELETE FROM places WHERE id = :old",
    ):
        connection.execute(statement, ids)
