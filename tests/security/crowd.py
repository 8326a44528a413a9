"""A hundred people on two platforms who do everything at random, with a word in each text that says whose it is and where it was said."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from adapters.discord.capabilities import capabilities_of as on_discord
from adapters.telegram.capabilities import capabilities_of as on_telegram
from bot.commands.catalog import COMMANDS
from bot.errors import ModelError
from bot.events import Author, CommandInvoked, Event, MessageDeleted, MessageEdited, MessageReceived, MessageRef, Place
from bot.messages import Session
from bot.policy import Policy
from bot.ports import AnswerStream, Capabilities, ChatMessage, ModelOptions
from bot.posts import Part
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.core.virtual import VirtualClock
from tests.fakes.memory_adapter import MemoryAdapter, Seen
from tests.fakes.scripted_model import Script, ScriptedModel

PEOPLE = 100
SHARED = "m900"
GROUPS = 4
TOKEN = re.compile(r"Q(\d+)Z(\w+?)Q")
LEFT_OUT = frozenset({"forget", "erase", "confirm"})
"""Who confirms it has a session in front of others; erasing has tests of its own."""


def said_by(person: int, place: Place) -> str:
    return f"Q{person}Z{place.platform[0]}{place.chat_id.replace('-', 'm')}Q"


class Walls(MemoryAdapter):
    """What is for one person's eyes goes to a chat of its own, so that it can be told from what all can read."""

    def capabilities(self, place: Place) -> Capabilities:
        self.settings = on_discord(place, 1.0) if self.platform == "discord" else on_telegram(place, 1.0, "parley_bot")
        return self.settings

    async def send(
        self,
        place: Place,
        part: Part,
        *,
        reply_to: MessageRef | None = None,
        via: MessageRef | None = None,
        audience: str = "",
        key: str,
        tried_since: datetime | None = None,
        preview: bool = False,
    ) -> MessageRef:
        where = replace(place, chat_id=audience, thread_id="alone") if audience and place.kind == "group" else place
        return await super().send(
            where, part, reply_to=reply_to, via=via, audience=audience, key=key, tried_since=tried_since, preview=preview
        )


class Gossip(ScriptedModel):
    """Repeats all that it was told, and fails now and then, with all of it in its error. `mixes`: it says what somebody else told it."""

    def __init__(self, chance: random.Random, *, mixes: bool = False) -> None:
        super().__init__()
        self._chance, self._mixes, self._before = chance, mixes, ""

    def stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AnswerStream:
        heard = " ".join(message.text for message in messages)
        said, self._before = (self._before if self._mixes else heard), heard
        match self._chance.randrange(20):
            case 0:
                self.scripts.append(Script(said, crash=RuntimeError(heard)))
            case 1:
                self.scripts.append(Script(said, error=ModelError("server")))
            case dice:
                self.scripts.append(Script(said[-1500:], finish="length" if dice == 2 else "stop"))
        return super().stream(messages, options)


class Confused(SqliteStore):
    """Finds everybody's sessions by their ids."""

    async def sessions_like(self, user_id: int, prefix: str) -> Sequence[Session]:
        found = [await super(Confused, self).sessions_like(one, prefix) for one in range(1, 400)]
        return [session for sessions in found for session in sessions][:2]


@dataclass(frozen=True, slots=True)
class Somebody:
    number: int
    author: Author
    home: Place
    group: Place
    club: Place


class Crowd:
    def __init__(self, path: Path, seed: int, *, mixes: bool = False, store: type[SqliteStore] = SqliteStore) -> None:
        self._store = store
        self.path, self.chance = path, random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.adapters = {name: Walls(name) for name in ("telegram", "discord")}
        self.model, self.clock = Gossip(self.chance, mixes=mixes), VirtualClock()
        self.people = [self._somebody(number) for number in range(PEOPLE)]
        self.may: dict[int, set[str]] = {number: set() for number in range(PEOPLE)}
        """What each has quoted themself, and so may hear again."""
        self.written: dict[int, list[MessageRef]] = {number: [] for number in range(PEOPLE)}
        self.lines: list[tuple[int, str]] = []
        self._number = 0

    def _somebody(self, number: int) -> Somebody:
        platform = ("telegram", "discord")[number % 2]
        group = Place(platform, f"-{self.chance.randrange(GROUPS)}", kind="group")
        author = Author(str(5000 + number), f"Person {number}", is_admin=number % 10 == 0)
        return Somebody(number, author, Place(platform, author.id), group, Place(platform, "-900", kind="group"))

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        self.store = await self._store.open(self.path, driver="inline")
        policy = Policy(titles=True, rate=10**9, shared=frozenset({"telegram:-900", "discord:-900"}))
        self.core = Dispatcher(self.store, self.model, self.adapters, policy, self.clock)
        self.looking = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        await self.core.start()
        for name in self.adapters:
            await self.core.caught_up(name)
        try:
            yield
        finally:
            self.looking.close()
            await self.core.stop(0.2)
            await self.store.close()

    def ref(self, place: Place) -> MessageRef:
        self._number += 1
        return MessageRef(place, f"9{self._number}")

    def key(self) -> str:
        self._number += 1
        return f"k{self._number}"

    async def step(self) -> None:
        """Somebody does something somewhere."""
        who = self.chance.choice(self.people)
        place = self.chance.choice([who.home, who.group, who.group, who.club])
        event = self._event(who, place)
        line = await self.core.accept(event)
        if line:
            self.lines.append((who.number, line))
        if self.chance.random() < 0.6:
            await self.core.idle()

    def _event(self, who: Somebody, place: Place) -> Event:
        words, ref, now = f"{said_by(who.number, place)} {self.chance.randrange(100)}", self.ref(place), self.clock.now()
        match self.chance.choices(["says", "replies", "edits", "deletes", "command", "press", "forged"], [40, 8, 6, 2, 24, 10, 10])[0]:
            case "replies" if (seen := self._post(place)) is not None:
                self.may[who.number] |= tokens([seen.text])
                return MessageReceived(ref, who.author, words, now, self.key(), reply_to=MessageRef(place, seen.id))
            case "edits":
                mine = self.written[who.number] if self.chance.random() < 0.6 else self.written[self.chance.randrange(PEOPLE)]
                if mine:
                    message = self.chance.choice(mine)
                    words = f"{said_by(who.number, message.place)} anew {self.chance.randrange(100)}"
                    return MessageEdited(message, who.author, words, now, self.key())
            case "deletes" if self.written[who.number]:
                return MessageDeleted(self.chance.choice(self.written[who.number]), self.key())
            case "press" if (seen := self._post(place)) is not None and seen.buttons:
                verb, _, args = self.chance.choice(seen.buttons)[1].partition(" ")
                if verb not in LEFT_OUT and not verb.startswith("http"):
                    return CommandInvoked(MessageRef(place, seen.id), who.author, verb, args, now, self.key(), pressed=True)
            case "command" | "forged" as how:
                return self._command(who, place, ref, now, words, forged=how == "forged")
            case _:
                pass
        self.written[who.number].append(ref)
        return MessageReceived(ref, who.author, words, now, self.key())

    def _command(self, who: Somebody, place: Place, ref: MessageRef, now: datetime, words: str, *, forged: bool) -> CommandInvoked:
        """With an id at random, of anybody; from a hand that knows how buttons are made."""
        name = self.chance.choice([command.name for command in COMMANDS if command.name not in LEFT_OUT])
        ids = [row for (row,) in self.looking.execute("SELECT id FROM sessions")]
        messages = [f"{row:x}" for (row,) in self.looking.execute("SELECT id FROM messages")]
        one = f"#{self.chance.choice(self.chance.choice([ids, messages]) or ['0'])}"
        page, number, word = f"history {one} 1", str(self.chance.randrange(9)), words.split(maxsplit=1)[0]
        args = self.chance.choice(["", words, one, one, f"{one} {words}", page, number, word])
        seen = self._post(place)
        pressed = forged and seen is not None
        via = ref if not pressed and self.chance.random() < 0.5 else None
        about = MessageRef(place, seen.id) if seen is not None and not pressed and self.chance.random() < 0.3 else None
        if about is not None and seen is not None:
            self.may[who.number] |= tokens([seen.text])
        where = MessageRef(place, seen.id) if pressed and seen is not None else ref
        return CommandInvoked(where, who.author, name, args, now, self.key(), reply_to=about, pressed=pressed, via=via)

    def _post(self, place: Place) -> Seen | None:
        """One of the newest that all can read there."""
        posts = self.adapters[place.platform].chats.get(place, [])
        return self.chance.choice(posts[-8:]) if posts else None

    def strangers_in_requests(self) -> list[str]:
        """What the model was told in one request, of more than one person, and not by a quotation or in a shared place."""
        found = []
        for request in self.model.requests:
            told = [match for message in request for match in TOKEN.finditer(message.text)]
            own = [match for message in request if message.role == "user" for match in TOKEN.finditer(_unquoted(message.text))]
            asker, place = (int(own[-1][1]), own[-1][2]) if own else (-1, "")
            found += [f"{one.group()} told of {asker}" for one in told if not self._is_open_to(asker, one, place)]
        return found

    def _is_open_to(self, asker: int, token: re.Match[str], place: str) -> bool:
        """In a shared place, what is said there and what anybody has quoted there."""
        if int(token[1]) == asker or token.group() in self.may.get(asker, set()):
            return True
        if asker < 0:  # nothing but quotations, so far
            return any(token.group() in quoted for quoted in self.may.values())
        return SHARED in place and (token[2] == place or any(token.group() in quoted for quoted in self.may.values()))

    def strangers_in_chats(self) -> list[str]:
        """What stands in a chat and was said elsewhere, or alone before somebody else."""
        found = []
        for adapter in self.adapters.values():
            for place, chat in adapter.chats.items():
                for seen in chat:
                    found += [
                        f"{token.group()} in {place}"
                        for token in TOKEN.finditer(seen.text + str(seen.buttons))
                        if not self._belongs(token, place)
                    ]
        return found

    def _belongs(self, token: re.Match[str], place: Place) -> bool:
        if place.kind == "group" and place.thread_id != "alone":
            return said_by(int(token[1]), place) == token.group()
        owner = int(place.chat_id) - 5000
        return int(token[1]) == owner or token.group() in self.may[owner] or SHARED in token[2]

    def strangers_in_lines(self) -> list[str]:
        return [f"{line} to {who}" for who, line in self.lines for token in TOKEN.finditer(line) if int(token[1]) != who]


def _unquoted(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))


def tokens(texts: Iterable[str]) -> set[str]:
    return {match.group() for text in texts for match in TOKEN.finditer(text)}
