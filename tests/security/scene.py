"""People with sessions of their own, one who tries to reach what belongs to somebody else, and all that could be seen of the attempt."""

from __future__ import annotations

import itertools
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from adapters.discord.capabilities import capabilities_of as on_discord
from adapters.telegram.capabilities import capabilities_of as on_telegram
from bot.events import Author, CommandInvoked, Event, MessageReceived, MessageRef, Place
from bot.policy import Policy
from bot.ports import Capabilities
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.core.virtual import VirtualClock
from tests.fakes.memory_adapter import MemoryAdapter, Seen
from tests.fakes.scripted_model import ScriptedModel

SECRET = "marzipan"
OWNER, BOB, CARL = Author("ann", "Ann"), Author("bob", "Bob"), Author("carl", "Carl")
MEMBER, ASKER, ADMIN = Author("dora", "Dora"), Author("eve", "Eve"), Author("finn", "Finn", is_admin=True)
GROUP, SHARED = Place("memory", "team", kind="group"), Place("memory", "club", kind="group")
POLICY = Policy(titles=False, rate=10**9, shared=frozenset({"memory:club"}))
CONVERSATION = ("users", "accounts", "places", "sessions", "messages", "turns", "posts", "asks", "current", "cursors")
LONG = 4
"""Letters from which on an id cannot be taken for a number in a text."""
QUIET = frozenset({"events", "posts"})


def private(author: Author) -> Place:
    return Place("memory", author.id)


class PlatformAdapter(MemoryAdapter):
    """Chats in memory, with what a real platform can do in each place."""

    def __init__(self, like: str) -> None:
        super().__init__()
        self.like = like

    def capabilities(self, place: Place) -> Capabilities:
        self.settings = on_discord(place, 1.0) if self.like == "discord" else on_telegram(place, 1.0, "parley_bot")
        return self.settings


Rows = dict[str, Counter[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Seen_:
    """All that came of one attempt: the line for who tried, what chats show otherwise, what the model was asked, how many rows changed."""

    line: str | None
    shown: tuple[str, ...]
    asked: tuple[str, ...]
    rows: tuple[tuple[str, int, int], ...]

    def __str__(self) -> str:
        return f"line {self.line!r}, shown {self.shown}, asked {self.asked}, rows {self.rows}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it, and which rows went and came by table."""

    seen: Seen_
    gone: Rows = field(hash=False)
    come: Rows = field(hash=False)


class Scene:
    """One bot with its database at `path`; put back as it was by `restore`, so that each attempt meets the same world."""

    def __init__(self, path: Path, like: str) -> None:
        self.path, self.kept = path, path.with_suffix(".kept")
        self.adapter, self.model, self.clock = PlatformAdapter(like), ScriptedModel(), VirtualClock()
        self._numbers = itertools.count(1)
        self._session_ids = (sha256(str(number).encode()).hexdigest()[:16] for number in itertools.count())
        self._chats: dict[Place, list[Seen]] = {}
        self._sent: dict[str, MessageRef] = {}

    async def start(self) -> None:
        self.store = await SqliteStore.open(self.path, driver="inline")
        core = Dispatcher(
            self.store, self.model, {"memory": self.adapter}, POLICY, self.clock, new_session_id=lambda: next(self._session_ids)
        )
        self.core = core
        await core.start()
        await core.caught_up("memory")
        self.looking = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)

    async def end(self) -> None:
        self.looking.close()
        await self.core.stop(0.2)
        await self.store.close()

    async def keep(self) -> None:
        """Remembers the world as it is."""
        await self.end()
        shutil.copy(self.path, self.kept)
        self._chats, self._sent = _copied(self.adapter.chats), dict(self.adapter._keys)
        await self.start()

    async def restore(self) -> None:
        await self.end()
        shutil.copy(self.kept, self.path)
        self.adapter.chats, self.adapter._keys = _copied(self._chats), dict(self._sent)
        await self.start()

    def ref(self, place: Place) -> MessageRef:
        return MessageRef(place, f"5{next(self._numbers):06}")

    async def does(self, event: Event) -> str | None:
        line = await self.core.accept(event)
        await self.core.idle()
        return line

    def key(self) -> str:
        return f"k{next(self._numbers)}"

    async def says(self, author: Author, place: Place, text: str) -> MessageRef:
        ref = self.ref(place)
        await self.does(MessageReceived(ref, author, text, self.clock.now(), self.key()))
        return ref

    async def command(self, author: Author, place: Place, name: str, args: str = "") -> None:
        await self.does(CommandInvoked(self.ref(place), author, name, args, self.clock.now(), self.key()))

    def rows(self) -> Rows:
        tables = [row[0] for row in self.looking.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {table: Counter(self.looking.execute(f"SELECT * FROM {table}")) for table in tables}  # noqa: S608 - names of our own

    async def tries(self, event: Event) -> Attempt:
        """Everything that could tell somebody something, before and after."""
        rows, asked, chats = self.rows(), len(self.model.requests), self._texts()
        line = await self.does(event)
        now, shown = self.rows(), self._texts() - chats
        gone = {table: rows[table] - now[table] for table in rows}
        come = {table: now[table] - rows[table] for table in rows}
        changed = tuple((table, gone[table].total(), come[table].total()) for table in sorted(rows) if gone[table] or come[table])
        requests = tuple(message.text for request in self.model.requests[asked:] for message in request[1:])
        return Attempt(Seen_(line, tuple(sorted(shown.elements())), requests, changed), gone, come)

    def _texts(self) -> Counter[str]:
        """Without who sees it where: ids of messages differ from one attempt to the next."""
        return Counter(
            f"{place.chat_id}: {seen.text} {seen.buttons} {bool(seen.reply_to)}"
            for place, chat in self.adapter.chats.items()
            for seen in chat
        )

    def is_quiet(self, attempt: Attempt) -> bool:
        """Whether nothing but a remark of the bot has come of it, so that the world is still the same."""
        changed = {table for table, gone, come in attempt.seen.rows}
        return changed <= QUIET and not any(gone for _, gone, _ in attempt.seen.rows)


def _copied(chats: dict[Place, list[Seen]]) -> dict[Place, list[Seen]]:
    return {place: [replace(seen) for seen in chat] for place, chat in chats.items()}


def masked(seen: Seen_, given: str) -> Seen_:
    """Without what was given, ids and times, so that two attempts can be compared."""
    bare = given.lstrip("#")
    word = rf"/?\\?#?{re.escape(bare)}" if len(bare) >= LONG or bare == given else rf"(?:/|\\?#){re.escape(bare)}"

    def clean(text: str) -> str:
        text = re.sub(rf"(?<!\w){word}(?!\w)", "#", text, flags=re.IGNORECASE)
        text = re.sub(r"\\?#[0-9a-f]+", "#", text)
        return re.sub(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", "then", text)

    return replace(
        seen,
        line=clean(seen.line) if seen.line is not None else None,
        shown=tuple(sorted(map(clean, seen.shown))),
        asked=tuple(map(clean, seen.asked)),
    )


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
