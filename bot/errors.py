"""Every error that may cross a wall, as one tree.

BotError
├── SettingsError            settings are wrong or missing; says which, and how to mend each
├── AdapterError             a platform did not do what was asked
│   ├── RateLimited          not now: again after `retry_after` seconds
│   ├── MessageGone          the message is no longer there
│   ├── PlaceUnavailable     nothing can be written there (blocked, removed, closed, no rights)
│   ├── PlaceMoved           the chat goes on under a new id
│   ├── ContentRefused       the platform will not take this content; trying again does not help
│   ├── SendUnknown          it may have been done or not: the call ended without an answer
│   ├── DeleteRefused        the platform does not let the bot take this post away
│   ├── TokenRefused         the token is wrong or revoked
│   └── SecondInstance       another process uses the same token
├── ModelError               no whole answer came; `kind` says why
└── StorageError             the database did not keep or give what was asked
    ├── Conflict             what the decision was based on has changed: decide again
    ├── AlreadySeen          the event with this key was accepted before
    ├── DatabaseBlocked      the disk is full, or another program holds the database: that may pass
    ├── DatabaseBroken       the disk or the file failed: nothing is kept or given any more, the process must end
    └── DatabaseRefused      the file is foreign, damaged, from the future, or somebody else's
        └── DatabaseInUse    another process holds it

Errors carry no secrets and no message text: they end in logs.
"""

from __future__ import annotations

from typing import Literal

from bot.events import Place


class BotError(Exception):
    """The root of all errors that cross a wall."""


class SettingsError(BotError):
    """Settings are wrong or missing. `problems` names each one with how to mend it."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class AdapterError(BotError):
    """A platform did not do what was asked, and did not do it in part."""


class RateLimited(AdapterError):
    """The platform, or the adapter on its behalf, asks to wait `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"again after {retry_after:.1f} s")
        self.retry_after = retry_after


class MessageGone(AdapterError):
    """The message to edit or delete is no longer there."""


class PlaceUnavailable(AdapterError):
    """Nothing can be written in the place until something changes there."""


class PlaceMoved(AdapterError):
    """The chat goes on under the id of `place`."""

    def __init__(self, place: Place) -> None:
        super().__init__("the chat has a new id")
        self.place = place


class ContentRefused(AdapterError):
    """The platform refuses this content for good."""


class SendUnknown(AdapterError):
    """The call ended without an answer: it may have taken effect."""


class DeleteRefused(AdapterError):
    """The post is there, and the bot may not delete it (on Telegram after 48 hours)."""


class TokenRefused(AdapterError):
    """The platform does not accept the token; trying again does not help."""


class SecondInstance(AdapterError):
    """Another process receives with the same token."""


ModelErrorKind = Literal[
    "unreachable",  # no connection
    "timeout",  # a deadline passed: connect, first token, gap or total
    "interrupted",  # cut in the middle of an answer
    "malformed",  # what came was no answer
    "empty",  # an answer without a word
    "filtered",  # the provider's content filter
    "context_too_long",
    "refused",  # 401: the key
    "forbidden",  # 403: the key, or what this person asked; nobody can tell which
    "unpaid",  # 402, or a used-up quota
    "no_such_model",  # 404
    "rate_limited",
    "overloaded",  # 5xx
    "bad_request",  # any other 4xx
]


class ModelError(BotError):
    """No whole answer came. `retry_after` is in seconds where the server named it; `detail` is for the log, and safe there."""

    def __init__(self, kind: ModelErrorKind, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind: ModelErrorKind = kind
        self.detail = detail
        self.retry_after = retry_after


class StorageError(BotError):
    """The database did not keep or give what was asked."""


class Conflict(StorageError):
    """What the decision was based on has changed meanwhile; nothing was written."""


class AlreadySeen(StorageError):
    """The event with this key was accepted before; nothing was written."""


class DatabaseBlocked(StorageError):
    """Nothing was written, since the disk is full or another program holds the database. It will do again once that has passed."""


class DatabaseBroken(StorageError):
    """The disk or the file failed while it was in use, and nobody knows what was kept: this call and every later one raises this.

    What is wrong with it the next start finds out.
    """


class DatabaseRefused(StorageError):
    """The file is foreign, damaged, from the future, not writable, or held by another process; it was left as it is."""


class DatabaseInUse(DatabaseRefused):
    """Another process holds the file: it is well, and only not to be had."""
