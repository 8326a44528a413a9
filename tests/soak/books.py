"""The bot's database after hours of talk: the same records as in the torture runs, found by index, and what the purge took left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from tests.torture.records import Records, Row, read
from tests.torture.sides import Side
from tests.torture.words import tags


class Indexed(Records):
    """What takes a look at every row there takes a look-up here."""

    def turns_of(self, prompt_id: int) -> list[Row]:
        return self._turns[prompt_id]

    def posts_of(self, reply_id: int) -> list[Row]:
        return sorted((post for post in self._posts[reply_id] if post["state"] == "final"), key=lambda post: post["ordinal"])

    def versions_of(self, row: Row) -> int:
        return self._versions[row["first_version"]]

    def tagged(self, tag: str) -> list[Row]:
        return self._tags[tag]

    def newer(self, row: Row) -> list[Row]:
        return self._revising[row["id"]]

    def same_source(self, row: Row) -> list[Row]:
        return self._places[row["source_place"], row["source_message"]]

    def below(self, row: Row) -> list[Row]:
        return self._children[row["id"]]

    def written(self, platform: str, chat_id: int | None, message_id: int) -> list[Row]:
        return [row for row in self._sources[platform, str(message_id)] if chat_id in (None, int(row["chat_id"]))]

    @cached_property
    def _turns(self) -> defaultdict[int, list[Row]]:
        return _by("prompt_id", self.turns)

    @cached_property
    def _posts(self) -> defaultdict[int, list[Row]]:
        return _by("reply_id", self.posts)

    @cached_property
    def _children(self) -> defaultdict[int, list[Row]]:
        return _by("parent_id", self.messages.values())

    @cached_property
    def _revising(self) -> defaultdict[int, list[Row]]:
        return _by("revises", self.messages.values())

    @cached_property
    def _tags(self) -> defaultdict[str, list[Row]]:
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self.messages.values():
            for tag in set(tags(row["text"])) if row["role"] == "user" else ():
                found[tag].append(row)
        return found

    @cached_property
    def _places(self) -> defaultdict[tuple[int, str], list[Row]]:
        found: defaultdict[tuple[int, str], list[Row]] = defaultdict(list)
        for row in self.messages.values():
            found[row["source_place"], row["source_message"]].append(row)
        return found

    @cached_property
    def _versions(self) -> Counter[int]:
        return Counter(row["first_version"] for row in self.messages.values() if row["status"] != "removed")

    @cached_property
    def _sources(self) -> defaultdict[tuple[str, str], list[Row]]:
        found: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.messages.values():
            found[row["platform"], row["source_message"]].append(row)
        return found


def _by(column: str, rows: Iterable[Row]) -> defaultdict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


async def books(path: Path, sides: Sequence[Side]) -> Records:
    """Of a database that nobody has open. What a command said is no longer known once the purge took it, so what is shown counts."""
    records = await read(path)
    by_name = {side.platform: side for side in sides}
    for post in records.posts:
        if post["reply_id"] not in records.messages and post["content"] is None and post["ref_message"]:
            _, shown = by_name[post["platform"]].message_of(post)
            records.expected[post["id"]] = shown.text if shown is not None else ""
    return Indexed(records.integrity, records.events, records.messages, records.turns, records.posts, records.expected)
