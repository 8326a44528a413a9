"""People with sessions of their own, one who tries to reach what belongs to somebody else, and all that could be seen of the attempt."""

from __future__ import annotations

import itertools
import re
import shutil
import sqlite3
from collections import Counter
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
from tests.security.owned import Rows

SECRET = "marzipan"
OWNER, BOB, CARL = Author("ann", "Ann"), Author("bob", "Bob"), Author("carl", "Carl")
MEMBER, ASKER, ADMIN = Author("dora", "Dora"), Author("eve", "Eve"), Author("finn", "Finn", is_admin=True)
GROUP, SHARED = Place("memory", "team", kind="group"), Place("memory", "club", kind="group")
POLICY = Policy(titles=False, rate=10**9, shared=frozenset({"memory:club"}))
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
    """One bot with its database at `path`; put back as it was by `restore`, so that each attempt meets the same world. `store` may be one
    with a bug."""

    def __init__(self, path: Path, like: str, store: type[SqliteStore] = SqliteStore) -> None:
        self.path, self.kept, self._opens = path, path.with_suffix(".kept"), store
        self.adapter, self.model, self.clock = PlatformAdapter(like), ScriptedModel(), VirtualClock()
        self._numbers = itertools.count(1)
        self._session_ids = (sha256(str(number).encode()).hexdigest()[:16] for number in itertools.count())
        self._chats: dict[Place, list[Seen]] = {}
        self._sent: dict[str, MessageRef] = {}

    async def start(self) -> None:
        self.store = await self._opens.open(self.path, driver="inline")
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
