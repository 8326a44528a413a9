"""What the database holds in the end, read once and whole."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from bot.events import Place
from tests.simulation.words import tokens

Row = dict[str, object]
_POSTS = (
    "SELECT o.*, r.platform AS ref_platform, p.platform, p.chat_id, p.kind FROM posts o"
    " JOIN places p ON p.id = o.place_id LEFT JOIN places r ON r.id = o.ref_place ORDER BY o.id"
)


@dataclass(frozen=True, slots=True)
class Records:
    """Rows by id. `said` leads from each token of a person to the user messages that hold it, oldest first."""

    integrity: list[str]
    events: set[str]
    messages: dict[int, Row]
    turns: list[Row]
    posts: list[Row]
    sessions: list[Row]
    said: dict[str, list[Row]]

    def replies(self, row: Row) -> list[Row]:
        """The answers to a user message, and to those that were written below it and joined a turn of its."""
        own = [self.messages[turn["reply_id"]] for turn in self.turns if turn["prompt_id"] == row["id"]]
        below = [other for other in self.messages.values() if other["parent_id"] == row["id"] and other["role"] == "user"]
        return [reply for reply in own if reply["status"] != "open"] + [reply for other in below for reply in self.replies(other)]

    def shown(self, reply_id: int) -> list[Row]:
        """The posts that show a reply, in order."""
        return sorted(
            (post for post in self.posts if post["reply_id"] == reply_id and post["state"] == "final"), key=lambda post: post["ordinal"]
        )

    def command_replies(self, place: Place) -> set[int]:
        there = [post for post in self.posts if (post["platform"], post["chat_id"]) == (place.platform, place.chat_id)]
        return {post["reply_id"] for post in there if post["reply_id"] not in self.messages}

    def is_hidden(self, row: Row) -> bool:
        """Whether it is a version that stands beside another one, which has its posts."""
        return sum(other["first_version"] == row["first_version"] for other in self.messages.values()) > 1

    def is_behind(self, row: Row) -> bool:
        """Whether an earlier message of its turn was edited later, on another branch than its own: the posts show that branch now."""
        above = self.messages.get(row["parent_id"])
        while above is not None and above["role"] == "user":
            newest = max(
                (one for one in self.messages.values() if one["first_version"] == above["first_version"]), key=lambda one: one["id"]
            )
            if newest["id"] > row["id"] and newest["revises"] != above["id"]:
                return True
            above = self.messages.get(above["parent_id"])
        return False

    def is_above(self, row: Row) -> bool:
        """Whether something was written below it, and the posts show what answers another version of what it answers."""
        above, others = self.messages.get(row["parent_id"]), list[Row]()
        while above is not None and above["role"] == "user":
            first, own = above["first_version"], above["id"]
            others += [one for one in self.messages.values() if one["first_version"] == first and one["id"] != own]
            above = self.messages.get(above["parent_id"])
        below = any(one["parent_id"] == row["id"] for one in self.messages.values())
        return below and any(self.shown(reply["id"]) for other in others for reply in self.replies(other))

    def is_copy(self, row: Row) -> bool:
        """Whether it was brought along from another session, where its posts are."""
        return all(row["id"] not in (turn["prompt_id"], turn["reply_id"]) for turn in self.turns)

    def sessions_in(self, place: Place) -> list[Row]:
        return [row for row in self.sessions if (row["platform"], row["chat_id"]) == (place.platform, place.chat_id)]


def read(disk: sqlite3.Connection) -> Records:
    def rows(sql: str) -> list[Row]:
        cursor = disk.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    integrity = [str(row[0]) for row in disk.execute("PRAGMA integrity_check") if row[0] != "ok"]
    integrity += [f"foreign key broken: {tuple(row)}" for row in disk.execute("PRAGMA foreign_key_check")]
    messages = {row["id"]: row for row in rows("SELECT * FROM messages ORDER BY id")}
    said: dict[str, list[Row]] = {}
    for row in messages.values():
        for token in tokens(row["text"]) if row["role"] == "user" else ():
            said.setdefault(token, []).append(row)
    sessions = rows("SELECT s.*, p.platform, p.chat_id FROM sessions s JOIN places p ON p.id = s.place_id")
    events = {row[0] for row in disk.execute("SELECT key FROM events")}
    return Records(integrity, events, messages, rows("SELECT * FROM turns ORDER BY id"), rows(_POSTS), sessions, said)
