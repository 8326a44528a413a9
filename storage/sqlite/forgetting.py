"""Erases all that is kept about a person, and finds beforehand what that is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from bot.changes import ForgetUser
from bot.found import Belongings, Unshown
from bot.messages import Turn
from storage.sqlite import messages
from storage.sqlite.applying import carry_out
from storage.sqlite.keeping import last_id
from storage.sqlite.rows import to_place, to_stored, to_turn

_LONGEST_RUN = 10_000


@dataclass(frozen=True, slots=True)
class _Extent:
    """The sessions that go as a `whole`, the `joint` ones of shared places that stay, and of these the messages whose `words` go. Of the
    open turns some are `ending`; each one of `again` goes to another user."""

    whole: frozenset[str]
    joint: frozenset[str]
    words: frozenset[int]
    ending: tuple[Turn, ...]
    again: tuple[tuple[Turn, int], ...]


def belongings(connection: sqlite3.Connection, user_id: int) -> Belongings:
    extent = _extent(connection, user_id)
    (inside,) = connection.execute(
        "SELECT count(*) FROM messages WHERE session_id IN (SELECT value FROM json_each(?))", (_json(extent.whole),)
    ).fetchone()
    unshown, quoting = _unfinished(connection, user_id, extent)
    return Belongings(
        sessions=len(extent.whole),
        messages=inside + len(extent.words),
        ending=extent.ending,
        again=tuple(turn for turn, _ in extent.again),
        unshown=unshown,
        quoting=quoting,
    )


def _extent(connection: sqlite3.Connection, user_id: int) -> _Extent:
    whole = {row[0] for row in connection.execute("SELECT id FROM sessions WHERE user_id = ?", (user_id,))}
    joint: set[str] = set()
    # Who owns the sessions of a shared place has no account. Where nobody else has said anything, the session goes as a whole.
    for session_id, others in connection.execute(
        "SELECT s.id, EXISTS (SELECT 1 FROM messages m WHERE m.session_id = s.id AND m.user_id <> :user) FROM sessions s "
        "WHERE s.user_id <> :user AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.user_id = s.user_id) AND (s.titled_by = :user "
        "OR EXISTS (SELECT 1 FROM messages m WHERE m.session_id = s.id AND m.user_id = :user))",
        {"user": user_id},
    ):
        (joint if others else whole).add(session_id)
    words = _words(connection, user_id, joint)
    ending, again = [], []
    for turn in _open_turns(connection, whole | joint):
        if turn.session_id in joint and turn.reply_id not in words and turn.user_id != user_id:
            continue
        heir = _heir(connection, user_id, turn) if turn.session_id in joint else None
        if heir is None:
            ending.append(turn)
        else:
            again.append((turn, heir))
    kept = {turn.reply_id for turn, _ in again}
    return _Extent(frozenset(whole), frozenset(joint), frozenset(words - kept), tuple(ending), tuple(again))


def _words(connection: sqlite3.Connection, user_id: int, joint: Iterable[str]) -> set[int]:
    """What the person wrote in the sessions, and the answers to what they and perhaps others wrote in one turn."""
    found = connection.execute(
        "WITH RECURSIVE own (id, role) AS ("
        "  SELECT id, role FROM messages WHERE session_id IN (SELECT value FROM json_each(:joint)) AND user_id = :user"
        "), run (id) AS ("
        "  SELECT id FROM own WHERE role = 'user'"
        "  UNION"
        "  SELECT m.id FROM run JOIN messages m ON m.parent_id = run.id WHERE m.role = 'user') "
        "SELECT id FROM own UNION SELECT m.id FROM run JOIN messages m ON m.parent_id = run.id WHERE m.role = 'assistant'",
        {"joint": _json(joint), "user": user_id},
    )
    return {row[0] for row in found}


def _open_turns(connection: sqlite3.Connection, session_ids: Iterable[str]) -> list[Turn]:
    found = connection.execute(
        "SELECT * FROM turn_rows WHERE status IN ('pending', 'streaming') AND session_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (_json(session_ids),),
    )
    return [to_turn(row) for row in found]


def _heir(connection: sqlite3.Connection, user_id: int, turn: Turn) -> int | None:
    """Who else wrote something that the turn answers: the last of them."""
    run = messages.prompts_above(connection, turn.prompt_id, _LONGEST_RUN)
    others = [said.user_id for said in run if said.user_id not in (None, user_id) and said.status != "removed"]
    return others[-1] if others else None


def _unfinished(connection: sqlite3.Connection, user_id: int, extent: _Extent) -> tuple[tuple[Unshown, ...], tuple[Unshown, ...]]:
    """Replies not shown whole yet: the person's, and those of commands that others gave where the person spoke as well."""
    places = _places(connection, extent.joint)
    own: dict[int, Unshown] = {}
    quoting: dict[int, Unshown] = {}
    for row in connection.execute(
        "SELECT o.reply_id, p.platform, p.chat_id, p.thread_id, p.kind, coalesce(m.session_id, ''), o.place_id, "
        "EXISTS (SELECT 1 FROM posts first WHERE first.reply_id = o.reply_id AND first.user_id = :user) FROM posts o "
        "JOIN places p ON p.id = o.place_id LEFT JOIN messages m ON m.id = o.reply_id "
        "WHERE o.state NOT IN ('final', 'gone') ORDER BY o.reply_id, o.ordinal",
        {"user": user_id},
    ):
        reply_id, session_id = row[0], row[5]
        found = Unshown(reply_id, to_place(row[1:5]), session_id)
        if session_id in extent.whole or reply_id in extent.words or row[7]:
            own.setdefault(reply_id, found)
        elif not session_id and row[6] in places:
            quoting.setdefault(reply_id, found)
    return tuple(own.values()), tuple(found for reply_id, found in quoting.items() if reply_id not in own)


def _places(connection: sqlite3.Connection, session_ids: Iterable[str]) -> frozenset[int]:
    found = connection.execute("SELECT place_id FROM sessions WHERE id IN (SELECT value FROM json_each(?))", (_json(session_ids),))
    return frozenset(row[0] for row in found)


# In this order: children first.
_ERASING = (
    # What is on its way to people is to be taken away, and holds nothing from now on.
    "UPDATE posts SET content = NULL, file = NULL, user_id = NULL, written_at = :at, "
    "  state = CASE WHEN state = 'gone' OR ref_message IS NULL THEN 'gone' ELSE 'surplus' END "
    "WHERE reply_id IN (SELECT value FROM json_each(:unshown))",
    "DELETE FROM posts WHERE reply_id NOT IN (SELECT value FROM json_each(:unshown)) AND ("
    "  reply_id IN (SELECT reply_id FROM posts WHERE user_id = :user) OR reply_id IN (SELECT value FROM json_each(:words)) "
    "  OR reply_id IN (SELECT id FROM messages WHERE session_id IN (SELECT value FROM json_each(:whole))))",
    # What commands said to others may hold words of the person, where they talk together or nobody knows any more whose command it was.
    "UPDATE posts SET content = NULL, file = NULL WHERE written_at IS NOT NULL AND content IS NOT NULL "
    "AND (place_id IN (SELECT value FROM json_each(:places)) OR (user_id IS NULL AND state IN ('final', 'gone')))",
    "DELETE FROM turns WHERE session_id IN (SELECT value FROM json_each(:whole)) OR id IN (SELECT value FROM json_each(:ending)) "
    "  OR (session_id IN (SELECT value FROM json_each(:joint)) AND user_id = :user)",
    "DELETE FROM messages WHERE session_id IN (SELECT value FROM json_each(:whole))",
    "UPDATE messages SET text = '', quoted = '', author = '', model = '', status = 'removed', source_place = NULL, source_message = NULL, "
    "  prompt_tokens = NULL, completion_tokens = NULL, tokens_estimated = NULL, user_id = nullif(user_id, :user) "
    "WHERE id IN (SELECT value FROM json_each(:words))",
    "DELETE FROM current WHERE user_id = :user OR session_id IN (SELECT value FROM json_each(:whole))",
    "DELETE FROM asks WHERE user_id = :user",
    "DELETE FROM sessions WHERE id IN (SELECT value FROM json_each(:whole))",
    "UPDATE sessions SET title = '', title_source = 'words', titled_by = NULL WHERE titled_by = :user",
    "DELETE FROM accounts WHERE user_id = :user",
    "DELETE FROM users WHERE id = :user",
)


@carry_out.register
def _forget_user(change: ForgetUser, connection: sqlite3.Connection) -> None:
    user_id = change.user_id
    connection.execute("UPDATE erased SET highest = ?, unclean = 1", (last_id(connection),))
    extent = _extent(connection, user_id)
    unshown, _ = _unfinished(connection, user_id, extent)
    for turn, heir in extent.again:
        connection.execute("UPDATE turns SET user_id = ? WHERE id = ?", (heir, turn.id))
        connection.execute("UPDATE messages SET user_id = ? WHERE id = ?", (heir, turn.reply_id))
    given = {
        "user": user_id,
        "at": to_stored(change.at),
        "whole": _json(extent.whole),
        "joint": _json(extent.joint),
        "words": _json(extent.words),
        "unshown": _json(reply.reply_id for reply in unshown),
        "ending": _json(turn.id for turn in extent.ending),
        "places": _json(_places(connection, extent.joint)),
    }
    for statement in _ERASING:
        connection.execute(statement, given)


def _json(values: Iterable[object]) -> str:
    return json.dumps(list(values))
