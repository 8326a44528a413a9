"""What a conversation is made of: sessions, the messages of their trees, turns, and what is shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.events import MessageRef, Place

Role = Literal["user", "assistant"]

MessageStatus = Literal[
    "open",  # an answer that is being made
    "complete",
    "stopped",  # a person stopped it; what is there stays
    "failed",  # no whole answer came; never in the context
    "removed",  # its person deleted it in the chat; context and history skip it
]

FinishReason = Literal["", "stop", "length", "filtered"]

TurnStatus = Literal["pending", "streaming", "complete", "stopped", "failed", "merged", "cancelled"]

TitleSource = Literal["words", "model", "person"]


@dataclass(frozen=True, slots=True)
class Account:
    """A person on one platform, and the user they are. `name` is what to call them."""

    platform: str
    account_id: str
    user_id: int
    name: str = ""
    locale: str = ""


@dataclass(frozen=True, slots=True)
class PlaceSettings:
    """What is known of a place. `owner_id` is the user that owns the sessions of a shared place, None where each person has their own."""

    place: Place
    owner_id: int | None = None
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation. `id` is 16 hexadecimal digits, shown cut; `leaf` is the message its branch ends in."""

    id: str
    user_id: int
    place: Place
    title: str
    started_at: datetime
    title_source: TitleSource = "words"
    persona: str = ""
    model: str = ""
    leaf: int | None = None
    ended_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one model call; `estimated` where the server did not say."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A node of a session's tree. Nothing of it is overwritten, but that an open answer is filled in once.

    `number` counts the messages of the branch from its start, from 1. `revises` is the version it replaces; `first_version` is the
    oldest of them, itself if there is none. `host` is set on a version that stands in another one's place without a branch of its
    own (an answer whose text a person changed): the later messages stay children of the host. `shows` on the host names the version
    that stands there now. `last_leaf` is the leaf last current under it. `source` is the platform message it was written in.
    """

    id: int
    session_id: str
    parent_id: int | None
    number: int
    role: Role
    text: str
    status: MessageStatus
    created_at: datetime
    first_version: int
    revises: int | None = None
    host: int | None = None
    shows: int | None = None
    last_leaf: int | None = None
    author: str = ""
    quoted: str = ""
    source: MessageRef | None = None
    user_id: int | None = None
    model: str = ""
    finish: FinishReason = ""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """An answer that is owed to `prompt_id`; it will be the message `reply_id`. `user_id` asked, and answers go to `place`.

    `received_at` is when the person wrote; `reply_to` is the message on the platform that the first post replies to, if any.
    """

    id: int
    session_id: str
    place: Place
    user_id: int
    prompt_id: int
    reply_id: int
    received_at: datetime
    status: TurnStatus = "pending"
    attempts: int = 0
    error: str = ""
    reply_to: MessageRef | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A command with a label: `command` is a verb and its arguments, at most 64 bytes. With `url` it is a link instead."""

    label: str
    command: str = ""
    url: str = ""


ButtonRow = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question for text: the answer goes to `command` as its last argument. `prefill` is what stands in the field at first."""

    command: str
    label: str
    prefill: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file to send along."""

    name: str
    mime_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be shown: Markdown, rows of buttons, at most one file, perhaps a question.

    `audience` is the account it is for, or empty for everybody in the place.
    """

    text: str
    buttons: tuple[ButtonRow, ...] = ()
    file: File | None = None
    audience: str = ""
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one post shows: characters `start` to `end` of the content's text, as the platform takes it.

    `text` is what people see; `markup` is the adapter's own (entities, styles), compared by equality and understood by it alone.
    """

    start: int
    end: int
    text: str
    markup: tuple[object, ...] = ()
    buttons: tuple[ButtonRow, ...] = ()
    file: File | None = None
    ask: Ask | None = None


PostState = Literal[
    "planned",  # not sent yet
    "placed",  # it is there, and does not yet show what it should
    "final",  # it shows what it should
    "surplus",  # it is there, and is to be taken away
    "gone",  # taken away, or the place cannot be reached
]


@dataclass(frozen=True, slots=True)
class Post:
    """A message of the bot on a platform: part `ordinal` of what shows `reply_id`.

    `reply_id` is the id of an assistant message, or of a command's reply; of the latter the first post carries the `content`,
    which the purge takes from replies that are shown.
    `key` makes a send repeatable on platforms that know how. `ref` is None until it is known.
    """

    id: int
    reply_id: int
    ordinal: int
    place: Place
    state: PostState
    key: str
    ref: MessageRef | None = None
    content: Content | None = None
    reply_to: MessageRef | None = None
    not_before: datetime | None = None


def post_key(reply_id: int, ordinal: int) -> str:
    """The same for the same part at every try, so that a platform that knows idempotent sends keeps one."""
    return f"p{reply_id:x}-{ordinal}"


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """A question that waits for its answer from one person in one place, until `expires_at`."""

    id: int
    place: Place
    user_id: int
    command: str
    reply_id: int
    expires_at: datetime


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
class Version:
    """One version of a message, without its words."""

    id: int
    status: MessageStatus


@dataclass(frozen=True, slots=True)
class Showing:
    """What it takes to show a reply, read in one transaction: the `message` with its `turn`, or neither for a command's reply.

    `posts` are by ordinal, without those that are gone. `prompts` are the user messages directly above the message, oldest first, at
    most 50. `versions` has those of the message and of each prompt by their `first_version`: oldest first, without removed ones.
    """

    message: Message | None = None
    turn: Turn | None = None
    posts: tuple[Post, ...] = ()
    prompts: tuple[Message, ...] = ()
    versions: Mapping[int, tuple[Version, ...]] = field(default_factory=dict)
