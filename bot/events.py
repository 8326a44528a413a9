"""What a platform tells the core. Built by adapters only; ids are opaque strings that only their adapter makes and parses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

PlaceKind = Literal["private", "group"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where people talk: a chat, or a thread or topic in it. Two places are one when platform, chat and thread are."""

    platform: str
    chat_id: str
    thread_id: str = ""
    kind: PlaceKind = field(default="private", compare=False)


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message on a platform. An adapter may put more than one number into `message_id`."""

    place: Place
    message_id: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who did it. `id` is the platform's own id of the account, never a name that can be given away. `roles` are ids of what they belong
    to in the place: roles, and the server itself."""

    id: str
    name: str
    locale: str = ""
    roles: tuple[str, ...] = ()
    is_admin: bool = False
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; `fetch_id` is what the adapter needs to fetch it. `size` is in bytes, 0 when unknown."""

    kind: str
    mime_type: str
    size: int
    name: str
    fetch_id: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of another message that the person quoted or replied to; `author` is a display name, or empty."""

    text: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """Somebody wrote. `addressed`: in a private place, or the bot is mentioned or replied to. `key` is the platform's own event id."""

    ref: MessageRef
    author: Author
    text: str
    sent_at: datetime
    key: str
    attachments: tuple[Attachment, ...] = ()
    reply_to: MessageRef | None = None
    quoted: Quotation | None = None
    addressed: bool = True
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """Somebody changed the text of a message in the chat itself. Edit times are whole seconds, so `key` tells two edits apart."""

    ref: MessageRef
    author: Author
    text: str
    edited_at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A message was deleted in the chat itself; platforms do not say by whom."""

    ref: MessageRef
    key: str


@dataclass(frozen=True, slots=True)
class CommandInvoked:
    """A command was typed, chosen from a menu, or pressed as a button: one door for the three.

    `ref` is the message that carried the command; for a press, the post that carries the button. `name` is in lower case and has no
    slash. `reply_to` is the message that the command is about, where it was given so: by a reply, or from a message's own menu. `via` is
    what the platform wants the answer attached to, where it has such a thing (an interaction).
    """

    ref: MessageRef
    author: Author
    name: str
    args: str
    sent_at: datetime
    key: str
    attachments: tuple[Attachment, ...] = ()
    reply_to: MessageRef | None = None
    pressed: bool = False
    via: MessageRef | None = None


PlaceChange = Literal["moved", "blocked", "unblocked", "added", "removed"]


@dataclass(frozen=True, slots=True)
class PlaceChanged:
    """The place itself changed; `moved_to` is set for a chat that goes on under a new id."""

    place: Place
    change: PlaceChange
    key: str
    moved_to: Place | None = None


Event = MessageReceived | MessageEdited | MessageDeleted | CommandInvoked | PlaceChanged
