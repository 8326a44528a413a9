"""What a conversation is made of: people, sessions, the messages of their trees, and turns."""

from __future__ import annotations

from dataclasses import dataclass
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
    """One conversation. `id` is 16 hexadecimal digits, shown cut; `leaf` is the message its branch ends in; `titled_by` is the user whose
    words the title is made of."""

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
    titled_by: int | None = None


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
