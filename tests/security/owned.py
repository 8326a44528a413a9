"""Everything that belongs to somebody, by every name that it has, read from the database."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.events import MessageRef, Place

Rows = dict[str, Counter[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Owned:
    """What belongs to the owner, by every name that it has."""

    users: frozenset[int]
    sessions: tuple[str, ...]
    messages: frozenset[int]
    words: tuple[str, ...]
    refs: tuple[MessageRef, ...]
    numbers: tuple[int, ...] = ()

    def touches(self, rows: Rows) -> list[str]:
        """Rows among these that are the owner's."""
        found = []
        for table, changed in rows.items():
            for row in changed:
                if self._is_theirs(table, row):
                    found.append(f"{table} {row}")
        return found

    def _is_theirs(self, table: str, row: tuple[object, ...]) -> bool:
        match table:
            case "sessions":
                return row[1] in self.users
            case "messages" | "turns":
                return row[1] in self.sessions
            case "posts":
                return row[1] in self.messages
            case "asks":
                return row[2] in self.users
            case "current":
                return row[1] in self.users or row[2] in self.sessions
            case _:
                return False


def owned(path: Path, platform_ids: tuple[str, ...], *, shared: bool = False) -> Owned:
    """Everything of these accounts, or of the shared places, with the ids under which somebody might ask for it."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        marks = ",".join("?" * len(platform_ids))
        owners = "SELECT owner_id FROM places WHERE owner_id IS NOT NULL"
        who = owners if shared else f"SELECT user_id FROM accounts WHERE account_id IN ({marks})"  # noqa: S608
        users = frozenset(row[0] for row in db.execute(who, () if shared else platform_ids))
        of = f"IN ({','.join(map(str, users))})"
        sessions = tuple(row[0] for row in db.execute(f"SELECT id FROM sessions WHERE user_id {of} ORDER BY rowid"))  # noqa: S608
        within = f"IN ({','.join(repr(one) for one in sessions)})"
        nodes = list(db.execute(f"SELECT id, role FROM messages WHERE session_id {within} ORDER BY id"))  # noqa: S608
        turns = [row[0] for row in db.execute(f"SELECT id FROM turns WHERE session_id {within}")]  # noqa: S608
        replies = _replies(db, users, tuple(node[0] for node in nodes))
        refs = tuple(_refs(db, nodes, replies))
        posts = [row[0] for row in db.execute(f"SELECT id FROM posts WHERE reply_id IN ({','.join(map(str, replies))})")]  # noqa: S608
    prompts, answers = [i for i, role in nodes if role == "user"], [i for i, role in nodes if role == "assistant"]
    some = [*prompts, *answers, turns[0], replies[-1], posts[0], *users]
    words = tuple(dict.fromkeys([*(f"#{one}" for one in sessions), f"#{sessions[0][:4]}", sessions[0], f"#{sessions[0].upper()}"]))
    return Owned(users, sessions, frozenset(replies), words, refs, tuple(dict.fromkeys(some)))


def _replies(db: sqlite3.Connection, users: frozenset[int], messages: tuple[int, ...]) -> list[int]:
    """Answers, and what commands said in a private place or asked."""
    found = list(messages)
    for user in users:
        asked = "SELECT reply_id FROM asks WHERE user_id = ?"
        listed = """SELECT p.reply_id FROM posts p JOIN places l ON l.id = p.place_id JOIN accounts a ON a.account_id = l.chat_id
                    WHERE a.user_id = ?"""
        found += [row[0] for question in (asked, listed) for row in db.execute(question, (user,))]
    return list(dict.fromkeys(found))


def _refs(db: sqlite3.Connection, nodes: list[tuple[int, str]], replies: list[int]) -> Iterator[MessageRef]:
    """Messages in the chats: what was written, and the posts of what was answered."""
    places = {
        row[0]: Place(row[1], row[2], row[3], row[4]) for row in db.execute("SELECT id, platform, chat_id, thread_id, kind FROM places")
    }
    ids = ",".join(str(node[0]) for node in nodes)
    written = db.execute(f"SELECT source_place, source_message FROM messages WHERE id IN ({ids}) AND source_message IS NOT NULL")  # noqa: S608
    shown = db.execute(
        f"SELECT ref_place, ref_message FROM posts WHERE reply_id IN ({','.join(map(str, replies))}) AND ref_message IS NOT NULL"  # noqa: S608
    )
    for place, message in dict.fromkeys([*written, *shown]):
        yield MessageRef(places[place], message)
