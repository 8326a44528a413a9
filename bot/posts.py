"""What is shown: the content of a reply, the parts it is cut into, the posts that show them, open questions, and what can be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.events import MessageRef, Place


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
class Choice:
    """One line of an autocomplete list."""

    label: str
    value: str


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
    which the purge takes from replies that are shown, and `user_id` names the person whose command it was.
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
    user_id: int | None = None


def post_key(reply_id: int, ordinal: int, post_id: int | None = None) -> str:
    """The same for the same part at every try, so that a platform that knows idempotent sends keeps one. With the post's own id for what
    may be sent, taken away and sent again: platforms remember keys of what is gone as well."""
    return f"p{reply_id:x}-{ordinal}" if post_id is None else f"p{reply_id:x}-{ordinal}.{post_id:x}"


def made_for(key: str, reply_id: int, ordinal: int) -> bool:
    """Whether the post with this key was made for this part of the reply."""
    return key.partition(".")[0] == post_key(reply_id, ordinal)


def maker(key: str) -> int:
    """The id of the reply that the post with this key was made for."""
    return int(key.removeprefix("p").partition("-")[0], 16)


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """A question that waits for its answer from one person in one place, until `expires_at`."""

    id: int
    place: Place
    user_id: int
    command: str
    reply_id: int
    expires_at: datetime
