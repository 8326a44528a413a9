"""The bot's database after its death, read once and whole: what it believes to have been asked, answered and shown."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from adapters.discord.render import render as discord
from adapters.telegram.render import render as telegram
from bot.ports import Capabilities
from bot.posts import Content, Part
from bot.sessions.showing import answer_content, heading_of
from storage.sqlite.store import SqliteStore
from tests.torture.words import tags

Row = sqlite3.Row
FINISHED = ("complete", "stopped", "failed")
RENDER: Mapping[str, Callable[[Content], tuple[Part, ...]]] = {"discord": discord, "telegram": telegram}
SEEN = {name: Capabilities(4096, True, True, commands_seen=name == "telegram") for name in RENDER}
_WHERE = "p.platform, p.chat_id, p.thread_id"


@dataclass(frozen=True, slots=True)
class Records:
    """The rows that the checks look at. `expected` is what each post should show, by its id."""

    integrity: list[str]
    events: set[str]
    messages: dict[int, Row]
    turns: list[Row]
    posts: list[Row]
    expected: dict[int, str]

    def turns_of(self, prompt_id: int) -> list[Row]:
        return [turn for turn in self.turns if turn["prompt_id"] == prompt_id]

    def posts_of(self, reply_id: int) -> list[Row]:
        """Those that people can see, in order."""
        return sorted(
            (post for post in self.posts if post["reply_id"] == reply_id and post["state"] == "final"), key=lambda post: post["ordinal"]
        )

    def versions_of(self, row: Row) -> int:
        """How many versions of a message there are, without removed ones."""
        return sum(other["first_version"] == row["first_version"] and other["status"] != "removed" for other in self.messages.values())

    def replies(self, row: Row) -> list[Row]:
        """The finished answers to a user message, and to those that were written below it and joined a turn of its."""
        found = [self.messages[turn["reply_id"]] for turn in self.turns_of(row["id"])]
        below = [other for other in self.below(row) if other["role"] == "user"]
        return [reply for reply in found if reply["status"] in FINISHED] + [reply for other in below for reply in self.replies(other)]

    def tagged(self, tag: str) -> list[Row]:
        """What people said with the tag in it."""
        return [row for row in self.messages.values() if row["role"] == "user" and tag in tags(row["text"])]

    def newer(self, row: Row) -> list[Row]:
        """The versions that replace this one."""
        return [other for other in self.messages.values() if other["revises"] == row["id"]]

    def same_source(self, row: Row) -> list[Row]:
        """What was written in the same message on the platform."""
        where = (row["source_place"], row["source_message"])
        return [other for other in self.messages.values() if (other["source_place"], other["source_message"]) == where]

    def below(self, row: Row) -> list[Row]:
        """What stands right below a message."""
        return [other for other in self.messages.values() if other["parent_id"] == row["id"]]

    def written(self, platform: str, chat_id: int | None, message_id: int) -> list[Row]:
        """All versions and copies of what was written in the message, oldest first; wherever it stood, without a `chat_id`."""
        return [
            row
            for row in self.messages.values()
            if (row["platform"], row["source_message"]) == (platform, str(message_id)) and chat_id in (None, int(row["chat_id"]))
        ]


async def read(path: Path) -> Records:
    """Of a database that nobody has open."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        integrity = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        integrity += [f"foreign key broken: {tuple(row)}" for row in connection.execute("PRAGMA foreign_key_check")]
        events = {row[0] for row in connection.execute("SELECT key FROM events")}
        messages = {
            row["id"]: row
            for row in connection.execute(f"SELECT m.*, {_WHERE} FROM messages m LEFT JOIN places p ON p.id = m.source_place")  # noqa: S608
        }
        turns = connection.execute("SELECT * FROM turns ORDER BY id").fetchall()
        posts = connection.execute(
            f"SELECT o.*, {_WHERE} FROM posts o LEFT JOIN places p ON p.id = o.ref_place ORDER BY o.id"  # noqa: S608
        ).fetchall()
    return Records(integrity, events, messages, turns, posts, await _expected(path, posts))


async def _expected(path: Path, posts: list[Row]) -> dict[int, str]:
    store = await SqliteStore.open(path, driver="inline")
    expected: dict[int, str] = {}
    try:
        for reply_id in {row["reply_id"] for row in posts}:
            showing = await store.showing(reply_id)
            if not showing.posts:
                continue
            content = answer_content(showing, heading_of(showing, SEEN[showing.posts[0].place.platform]))
            for post in showing.posts:
                parts = RENDER[post.place.platform](content)
                expected[post.id] = parts[post.ordinal].text if post.ordinal < len(parts) else "(nothing: there are fewer parts)"
    finally:
        await store.close()
    return expected
