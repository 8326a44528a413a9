"""What a store finds in one reading: the ground of a decision, what an answer begins with, what it takes to show a reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.events import Place
from bot.messages import Account, Message, MessageStatus, PlaceSettings, Session, Turn
from bot.posts import OpenAsk, Post


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A line of a list of sessions. `last_at` is when its newest message was written, or when it began, if that was later: the messages
    of a fork keep the times of what they are copies of."""

    session: Session
    message_count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class SessionTotals:
    """What /end says of a session: the messages of its branch, and the tokens of all its answers."""

    message_count: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Found:
    """What the store knows of an event, read in one transaction: the ground of a decision.

    `account` is None for a stranger. `session` is the current one of `owner_id` in the place, with its `leaf` message and its open
    turns, oldest first. `subject` is the user message written in the platform message that the event is about, in its newest
    version; `post` is the bot's post that it is about or replies to, `shown` the assistant message shown there, `shown_session` its
    session.
    """

    place: PlaceSettings
    account: Account | None = None
    session: Session | None = None
    leaf: Message | None = None
    turns: tuple[Turn, ...] = ()
    ask: OpenAsk | None = None
    subject: Message | None = None
    post: Post | None = None
    shown: Message | None = None
    shown_session: Session | None = None
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Owed:
    """What an answer begins with, read in one transaction: the oldest open `turn` of the `session`, and the `posts` of its answer.

    `more`: the session has further open turns. `shared`: the sessions of the turn's place belong to the place.
    """

    turn: Turn
    session: Session
    more: bool = False
    posts: tuple[Post, ...] = ()
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Unshown:
    """A reply that people cannot read whole yet; `session_id` is empty for what a command says."""

    reply_id: int
    place: Place
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class Belongings:
    """All that is kept about a person, counted: the `sessions` that are theirs, and the `messages` in them and, with the answers to them,
    in sessions of shared places.

    What is under way when it is erased: open turns that are owed to nobody then (`ending`) or to others only (`again`), and replies
    not shown whole yet, theirs (`unshown`) and those of others that may hold their words (`quoting`).
    """

    sessions: int = 0
    messages: int = 0
    ending: tuple[Turn, ...] = ()
    again: tuple[Turn, ...] = ()
    unshown: tuple[Unshown, ...] = ()
    quoting: tuple[Unshown, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a message, without its words."""

    id: int
    status: MessageStatus


@dataclass(frozen=True, slots=True)
class Showing:
    """What it takes to show a reply, read in one transaction: the `message` with its `turn`, or neither for a command's reply.

    `posts` are by ordinal, without those that are gone. `prompts` are the user messages directly above the message, oldest first, at
    most 50. `versions` has those of the message and of each prompt by their `first_version`: oldest first, without removed ones.
    `written_at` is when a command's reply was written; None for an answer.
    """

    message: Message | None = None
    turn: Turn | None = None
    posts: tuple[Post, ...] = ()
    prompts: tuple[Message, ...] = ()
    versions: Mapping[int, tuple[Version, ...]] = field(default_factory=dict)
    written_at: datetime | None = None
