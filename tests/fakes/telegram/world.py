"""Telegram as one bot's server knows it: people, chats, files, queries, the update queue, and what the bot was told."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.telegram.chats import Chat, Message, Topic, User
from tests.fakes.telegram.params import Json, Params
from tests.fakes.telegram.refusals import (
    BLOCKED,
    CHAT_NOT_FOUND,
    NO_CHAT,
    NO_RIGHT_TO_WRITE,
    NOT_STARTED,
    THREAD_NOT_FOUND,
    Refusal,
    bad,
    forbidden,
    migrated,
)
from tests.fakes.telegram.updates import Updates

Validator = Callable[[str, list[Json]], list[str]]
# Telegram mends these without a word; blank and long texts are refused in words of their own.
MENDED = ("white space", "Telegram alters", "comes after")
_LENGTH = re.compile(r"text is blank|text has \d+ units")
QUERY_LIFE = 900.0  # seconds in which a pressed button can be answered
GONE = {"kicked": "bot was kicked from the {type} chat", "left": "bot is not a member of the {type} chat"}


@dataclass(slots=True)
class Call:
    """One call of the bot. `at` is monotonic seconds; `refused` is Telegram's description, empty when it said yes."""

    method: str
    params: Json
    at: float
    refused: str = ""
    code: int = 200
    result: object = None


@dataclass(slots=True, eq=False)
class Press:
    """A pressed button, and what the bot answered."""

    id: str
    message: Message
    user: User
    data: str
    at: float
    answered: int = 0
    text: str = ""
    alert: bool = False
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, timeout: float = 20.0) -> str:  # noqa: ASYNC109
        """Waits for the bot's answer to the press and returns its text."""
        async with asyncio.timeout(timeout):
            await self.done.wait()
        return self.text


@dataclass(slots=True)
class StoredFile:
    """A file on Telegram's side; `size` may be told larger than the bytes are, to play a big one cheaply."""

    path: str
    data: bytes
    size: int


class World:
    """Everything but HTTP."""

    def __init__(self, *, privacy: bool, private_topics: bool, validator: Validator) -> None:
        self.bot = User(7_000_000_001, "Parley", "parley_bot", "", is_bot=True)
        self.privacy = privacy
        self.private_topics = private_topics
        self.validator = validator
        self.updates = Updates()
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.files: dict[str, StoredFile] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.altered: list[str] = []
        self.listener: Callable[[Message], None] | None = None
        self.shift = 0.0
        self._ids: defaultdict[str, int] = defaultdict(int)

    def now(self) -> float:
        """Wall time of this world."""
        return time.time() + self.shift

    def advance(self, seconds: float = 0.0, *, hours: float = 0.0) -> None:
        """Lets time pass for dates and ages; timeouts on the wire are not touched."""
        self.shift += seconds + hours * 3600

    def new_id(self, kind: str) -> int:
        self._ids[kind] += 1
        return self._ids[kind]

    def add(self, message: Message) -> Message:
        """Puts a message into its chat."""
        message.history.append((self.now(), message.text))
        message.chat.everything[message.id] = message
        self.changed(message)
        return message

    def changed(self, message: Message) -> None:
        """Wakes who waits for the chat, and tells `listener`."""
        message.chat.changed()
        if self.listener is not None:
            self.listener(message)

    def open_topic(self, chat: Chat, name: str, by: User) -> Topic:
        """Makes a topic, with the note that it was made, whose id is the topic's."""
        topic = Topic(chat, self.message_id(chat), name)
        chat.topics[topic.thread_id] = topic
        note = Message(topic.thread_id, chat, by, self.now(), thread_id=topic.thread_id, by_bot=by is self.bot)
        note.extra["forum_topic_created"] = {"name": name, "icon_color": 7322096}
        if chat.forum:
            topic.root = note
            self.add(note)
        return topic

    def message_id(self, chat: Chat) -> int:
        """The next id: private chats and small groups share one counter, as on Telegram; supergroups and channels have their own."""
        if chat.type in ("private", "group"):
            return self.new_id("message")
        chat.next_id += 1
        return chat.next_id - 1

    def chat_of(self, params: Params) -> Chat:
        """The chat that a call names; raises Refusal where the bot cannot reach it."""
        name = params.text("chat_id")
        if not name:
            raise bad(NO_CHAT)
        if name.startswith("@"):
            chat = next((chat for chat in self.chats.values() if chat.username and chat.username == name[1:]), None)
        else:
            chat = self.chats.get(params.number("chat_id") or 0)
        if chat is None:
            raise forbidden(NOT_STARTED) if name.isdigit() and int(name) in self.users else bad(CHAT_NOT_FOUND)
        if chat.migrated_to:
            raise migrated(chat.migrated_to)
        if chat.bot_status in GONE:
            kind = "group" if chat.type == "group" else chat.type
            raise forbidden(BLOCKED if chat.person else GONE[chat.bot_status].format(type=kind))
        return chat

    def writable(self, params: Params) -> tuple[Chat, int]:
        """The chat and thread that a call may write to; raises Refusal."""
        chat = self.chat_of(params)
        if not chat.bot_may_write:
            raise bad(NO_RIGHT_TO_WRITE)
        thread = params.number("message_thread_id") or 0
        if thread:
            topic = chat.topics.get(thread)
            if topic is None or topic.deleted:
                raise bad(THREAD_NOT_FOUND)
            if topic.closed and not chat.bot_may_delete:
                raise bad("TOPIC_CLOSED")
        elif chat.forum and (general := chat.topics.get(1)) is not None and general.closed:
            raise bad("TOPIC_CLOSED")
        return chat, thread

    def checked(self, text: str, entities: list[Json]) -> None:
        """Records in `violations` what Telegram refuses in a formatted text, and raises Refusal for it; in `altered` what it only mends."""
        found = self.validator(text, entities)
        mended = [problem for problem in found if any(words in problem for words in MENDED)]
        refused = [problem for problem in found if problem not in mended and not _LENGTH.match(problem)]
        self.altered += [f"{problem} in {text[-60:]!r}" for problem in mended]
        if refused:
            self.violations += [f"{problem} in {text[:60]!r}" for problem in refused]
            raise bad(f"can't parse entities: {refused[0]}")

    def refuse(self, call: Call, refusal: Refusal) -> None:
        call.refused, call.code = refusal.description, refusal.code
