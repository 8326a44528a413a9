"""What people see: users, chats, topics and messages with their history, and how they look as the Bot API's JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from tests.fakes.telegram.params import Json

ChatType = Literal["private", "group", "supergroup", "channel"]
T = TypeVar("T")


@dataclass(slots=True, eq=False)
class User:
    """An account on Telegram."""

    id: int
    name: str
    username: str = ""
    language: str = "en"
    is_bot: bool = False

    def to_json(self) -> Json:
        out: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        if self.username:
            out["username"] = self.username
        if self.language and not self.is_bot:
            out["language_code"] = self.language
        return out


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(slots=True, eq=False)
class Message:
    """A message as it stands now. `history` holds each text it ever showed with the time, oldest first."""

    id: int
    chat: Chat
    sender: User | None
    date: float
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    reply_to: Message | None = None
    quote: str = ""
    thread_id: int = 0
    by_bot: bool = False
    buttons: tuple[tuple[Button, ...], ...] = ()
    force_reply: bool = False
    media: Json = field(default_factory=dict)
    file: bytes = b""
    file_name: str = ""
    extra: Json = field(default_factory=dict)
    edit_date: float = 0.0
    deleted: bool = False
    history: list[tuple[float, str]] = field(default_factory=list)

    def labels(self) -> list[str]:
        """The labels of all buttons, row by row."""
        return [button.label for row in self.buttons for button in row]

    def button(self, label_or_data: str) -> Button:
        """The button with this label or data; AssertionError when the message has none such."""
        for row in self.buttons:
            for button in row:
                if label_or_data in (button.label, button.data):
                    return button
        raise AssertionError(f"no button {label_or_data!r} under {self.text!r}, only {self.labels()}")

    def chain(self) -> int:
        """The first message of the chain of replies: what ordinary supergroups give as a thread, though it is no topic."""
        message = self
        while message.reply_to is not None:
            message = message.reply_to
        return message.id

    def to_json(self, *, nested: bool = False) -> Json:
        out: Json = {"message_id": self.id, "date": int(self.date), "chat": self.chat.to_json(), **self.media, **self.extra}
        if self.sender is not None and self.chat.type != "channel":
            out["from"] = self.sender.to_json()
        if self.text:
            out["caption" if self.media else "text"] = self.text
            if self.entities:
                out["caption_entities" if self.media else "entities"] = self.entities
        if self.edit_date:
            out["edit_date"] = int(self.edit_date)
        topic = self.chat.topics.get(self.thread_id)
        if self.thread_id:
            out["message_thread_id"] = self.thread_id
            out["is_topic_message"] = True
        elif self.reply_to is not None and self.chat.type == "supergroup":
            out["message_thread_id"] = self.reply_to.chain()
        replied = self.reply_to or (topic.root if topic is not None else None)
        if replied is not None and replied is not self and not nested:
            out["reply_to_message"] = replied.to_json(nested=True)
            if self.quote:
                out["quote"] = {"text": self.quote, "position": max(0, replied.text.find(self.quote)), "is_manual": True}
        if self.buttons:
            out["reply_markup"] = {"inline_keyboard": [[_button_json(button) for button in row] for row in self.buttons]}
        return out


def _button_json(button: Button) -> Json:
    return {"text": button.label, "url": button.url} if button.url else {"text": button.label, "callback_data": button.data}


class View:
    """A chat or a topic of it, as somebody reads it."""

    @property
    def home(self) -> Chat:
        """The chat itself."""
        raise NotImplementedError

    @property
    def messages(self) -> list[Message]:
        """What stands in the chat now, oldest first."""
        raise NotImplementedError

    @property
    def from_bot(self) -> list[Message]:
        """What stands there of the bot."""
        return [message for message in self.messages if message.by_bot]

    @property
    def texts(self) -> list[str]:
        """The bot's texts as they stand now."""
        return [message.text for message in self.from_bot]

    @property
    def last(self) -> Message:
        """The bot's newest message."""
        return self.from_bot[-1]

    def transcript(self) -> str:
        """Who said what, to be read."""
        return "\n".join(_line(message) for message in self.messages)

    async def wait_for(self, wanted: int | str | Callable[[View], object], timeout: float = 60.0) -> Message:  # noqa: ASYNC109
        """Waits until the bot has that many messages here, or one that holds the text, or the condition is true of this view.

        Returns the bot's newest message, or the one with the text. AssertionError with the transcript after `timeout` seconds.
        """
        chat = self.home
        try:
            async with asyncio.timeout(timeout):
                while True:
                    if (message := self._found(wanted)) is not None:
                        return message
                    waiter = asyncio.get_running_loop().create_future()
                    chat.waiters.append(waiter)
                    await waiter
        except TimeoutError:
            raise AssertionError(f"{wanted!r} did not come within {timeout} s; the chat:\n{self.transcript()}") from None

    def _found(self, wanted: int | str | Callable[[View], object]) -> Message | None:
        posts = self.from_bot
        if isinstance(wanted, int):
            return posts[-1] if len(posts) >= wanted else None
        if isinstance(wanted, str):
            return next((post for post in reversed(posts) if wanted in post.text), None)
        return (posts or self.messages)[-1] if wanted(self) else None


@dataclass(slots=True, eq=False)
class Chat(View):
    """A chat. `messages` leaves out what was deleted, `everything` does not."""

    id: int
    type: ChatType
    title: str = ""
    person: User | None = None
    username: str = ""
    forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    bot_status: str = "member"
    bot_may_write: bool = True
    bot_may_delete: bool = False
    migrated_to: int = 0
    everything: dict[int, Message] = field(default_factory=dict)
    next_id: int = 1
    waiters: list[asyncio.Future[None]] = field(default_factory=list)
    actions: list[tuple[float, str, int]] = field(default_factory=list)
    drafts: list[tuple[float, int, str]] = field(default_factory=list)

    @property
    def home(self) -> Chat:
        return self

    @property
    def messages(self) -> list[Message]:
        return [message for message in self.everything.values() if not message.deleted]

    def to_json(self) -> Json:
        out: Json = {"id": self.id, "type": self.type}
        if self.person is not None:
            out["first_name"] = self.person.name
            if self.person.username:
                out["username"] = self.person.username
            return out
        out["title"] = self.title
        if self.username:
            out["username"] = self.username
        if self.forum:
            out["is_forum"] = True
        return out

    def changed(self) -> None:
        """Wakes who waits for this chat."""
        if self.waiters:
            waiters, self.waiters = self.waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)


@dataclass(slots=True, eq=False)
class Topic(View):
    """A topic of a forum, or of a private chat. In a forum everything in it replies to `root`, the note that it was made."""

    chat: Chat
    thread_id: int
    name: str
    root: Message | None = None
    closed: bool = False
    deleted: bool = False

    @property
    def home(self) -> Chat:
        return self.chat

    @property
    def id(self) -> int:
        """Of the chat, whose messages are counted through all topics."""
        return self.chat.id

    @property
    def type(self) -> ChatType:
        return self.chat.type

    @property
    def everything(self) -> dict[int, Message]:
        return {number: message for number, message in self.chat.everything.items() if message.thread_id == self.thread_id}

    @property
    def messages(self) -> list[Message]:
        return [message for message in self.chat.messages if message.thread_id == self.thread_id]


def _line(message: Message) -> str:
    who = "BOT" if message.by_bot else message.sender.name if message.sender else message.chat.title
    marks = f" (to {message.reply_to.id})" if message.reply_to is not None else ""
    marks += " (edited)" if message.edit_date else ""
    media = "".join(f" <{kind}>" for kind in message.media)
    rows: Sequence[str] = [" ".join(f"[{button.label}]" for button in row) for row in message.buttons]
    body = "\n".join([f"#{message.id} {who}{marks}:{media} {message.text}", *rows])
    return body.replace("\n", "\n    ")
