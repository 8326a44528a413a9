"""What people see: accounts, messages with their history, and the places where they stand (direct messages, channels, threads, groups)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeVar

from tests.fakes.discord.pieces import BUTTON, shown, walk
from tests.fakes.discord.refusals import Json

T = TypeVar("T")
EPHEMERAL, SUPPRESS_EMBEDS, HAS_THREAD, LOADING, COMPONENTS_V2 = 1 << 6, 1 << 2, 1 << 5, 1 << 7, 1 << 15
SPOKEN = (0, 19, 20, 23)  # messages that somebody wrote; the others are notes of Discord's own


class Kind(IntEnum):
    """The channel types that there are here."""

    TEXT = 0
    DM = 1
    GROUP = 3
    THREAD = 11


@dataclass(slots=True, eq=False)
class User:
    """An account on Discord; `ours` is the bot under test."""

    id: int
    name: str
    is_bot: bool = False
    locale: str = "en-US"
    ours: bool = False


@dataclass(slots=True, eq=False)
class File:
    """An attachment; `size` may be told larger than the bytes are."""

    id: int
    name: str
    data: bytes
    mime_type: str = "application/octet-stream"
    size: int = 0
    url: str = ""


@dataclass(slots=True, eq=False)
class Message:
    """A message as it stands now. `history` holds each text it ever showed with the time, oldest first.

    `only_for` is set for an ephemeral one: nobody else sees it, and no channel endpoint of the bot knows it.
    """

    id: int
    place: Channel
    author: User
    date: float
    text: str = ""
    type: int = 0
    flags: int = 0
    reply_to: Message | None = None
    mentions: list[User] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    attachments: list[File] = field(default_factory=list)
    nonce: str = ""
    only_for: User | None = None
    thread: Channel | None = None
    extra: Json = field(default_factory=dict)
    edit_date: float = 0.0
    deleted: bool = False
    history: list[tuple[float, str]] = field(default_factory=list)

    @property
    def by_bot(self) -> bool:
        return self.author.ours

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it is the "thinking ..." of a deferred answer."""
        return bool(self.flags & LOADING)

    def pieces(self) -> Iterator[Json]:
        """Every component, nested ones too."""
        return walk(self.components)

    def labels(self) -> list[str]:
        """The labels of all buttons, row by row."""
        return [str(piece.get("label", "")) for piece in self.pieces() if piece["type"] == BUTTON]

    def options(self) -> list[str]:
        """The labels of all options of its selects."""
        return [option["label"] for piece in self.pieces() for option in piece.get("options", ())]

    def button(self, label_or_id: str) -> Json:
        """The button with this label or custom id; AssertionError when the message has none such."""
        for piece in self.pieces():
            if piece["type"] == BUTTON and label_or_id in (piece.get("label"), piece.get("custom_id")):
                return piece
        raise AssertionError(f"no button {label_or_id!r} under {self.text!r}, only {self.labels()}")


@dataclass(slots=True, eq=False)
class Channel:
    """A place to write. `messages` are those that stand there; `everything` holds deleted ones and Discord's notes too."""

    id: int
    kind: Kind
    name: str = ""
    people: list[User] = field(default_factory=list)
    guild: Guild | None = None
    parent: Channel | None = None
    owner: User | None = None
    bot_may_see: bool = True
    bot_may_write: bool = True
    closed: bool = False
    deleted: bool = False
    archived: bool = False
    locked: bool = False
    archive_minutes: int = 1440
    bot_joined: bool = False
    typed: int = 0
    opened: float = 0.0
    everything: dict[int, Message] = field(default_factory=dict)
    waiters: list[asyncio.Future[None]] = field(default_factory=list)
    opener: Callable[..., Channel] | None = None

    @property
    def messages(self) -> list[Message]:
        return [message for message in self.everything.values() if not message.deleted and message.type in SPOKEN]

    @property
    def from_bot(self) -> list[Message]:
        """What stands there of the bot, ephemeral ones too."""
        return [message for message in self.messages if message.by_bot]

    @property
    def texts(self) -> list[str]:
        """The bot's texts as they stand now."""
        return [message.text for message in self.from_bot]

    @property
    def last(self) -> Message:
        """The bot's newest message."""
        return self.from_bot[-1]

    @property
    def last_message_id(self) -> int | None:
        return max((message.id for message in self.everything.values() if message.only_for is None), default=None)

    def seen_by(self, viewer: User | None) -> list[Message]:
        """What this person sees; None stands for an eye that sees all."""
        return [message for message in self.messages if viewer is None or message.only_for in (None, viewer)]

    def transcript(self, viewer: User | Somebody | None = None) -> str:
        """Who said what, to be read."""
        user = viewer.user if isinstance(viewer, Somebody) else viewer
        return "\n".join(_line(message) for message in self.seen_by(user))

    async def wait_for(self, wanted: int | str | Callable[[Channel], object], timeout: float = 60.0) -> Message:  # noqa: ASYNC109
        """Waits until the bot has that many messages here, or one that holds the text, or the condition is true of this place.

        Returns the bot's newest message, or the one with the text. AssertionError with the transcript after `timeout` seconds.
        """
        return await self.until(lambda: self._found(wanted), repr(wanted), timeout)

    async def until(self, look: Callable[[], T | None], wanted: str, timeout: float = 60.0) -> T:  # noqa: ASYNC109
        """Waits until `look` gives something; it is asked at every change here. AssertionError with the transcript after `timeout` s."""
        try:
            async with asyncio.timeout(timeout):
                while (found := look()) is None:
                    waiter = asyncio.get_running_loop().create_future()
                    self.waiters.append(waiter)
                    await waiter
                return found
        except TimeoutError:
            raise AssertionError(f"{wanted} did not come within {timeout} s; the channel:\n{self.transcript()}") from None

    def _found(self, wanted: int | str | Callable[[Channel], object]) -> Message | None:
        posts = self.from_bot
        if isinstance(wanted, int):
            return posts[-1] if len(posts) >= wanted else None
        if isinstance(wanted, str):
            return next((post for post in reversed(posts) if wanted in post.text), None)
        every = posts or self.messages or list(self.everything.values())
        return every[-1] if every and wanted(self) else None

    def changed(self) -> None:
        """Wakes who waits for this place."""
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def thread(self, name: str, *, starter: Message | None = None, by: User | Somebody | None = None) -> Channel:
        """Opens a thread here, from a message (then it has the message's id) or without one."""
        assert self.opener is not None
        return self.opener(self, name, starter, by.user if isinstance(by, Somebody) else by)


class Somebody:
    """Somebody with an account; people.py says what they can do."""

    user: User


@dataclass(slots=True, eq=False)
class Guild:
    """A server. With `bot_in` False only a person has installed the app, and the bot is not in it."""

    id: int
    name: str
    owner: User
    members: list[User] = field(default_factory=list)
    admins: list[User] = field(default_factory=list)
    bot_in: bool = True
    channels: dict[int, Channel] = field(default_factory=dict)
    threads: dict[int, Channel] = field(default_factory=dict)
    opener: Callable[[Guild, str], Channel] | None = None

    def channel(self, name: str) -> Channel:
        """The channel of this name; made when there is none."""
        found = next((channel for channel in self.channels.values() if channel.name == name and not channel.deleted), None)
        if found is not None:
            return found
        assert self.opener is not None
        return self.opener(self, name)


def _line(message: Message) -> str:
    marks = f" (to {message.reply_to.id})" if message.reply_to is not None else ""
    edits = len(message.history) - 1
    marks += f" (edited {edits}x)" if edits > 0 else ""
    marks += f" (only for {message.only_for.name})" if message.only_for is not None else ""
    marks += " (thinking)" if message.loading else ""
    files = "".join(f" <{file.name}>" for file in message.attachments)
    rows = [shown(row) for row in message.components]
    body = "\n".join([f"#{message.id} {'BOT' if message.by_bot else message.author.name}{marks}:{files} {message.text}", *rows])
    return body.replace("\n", "\n    ")
