"""What a decision writes: small records that a store carries out in order, all of them in one transaction or none.

A decision is data, so that rules can be tested by tables, and every store keeps it the same way. What is written about posts stands in
`post_changes.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.events import Place
from bot.messages import Account, FinishReason, Message, MessageStatus, Session, TitleSource, Turn, TurnStatus, Usage
from bot.post_changes import AddPost, DirtyPosts, DropPosts, MovePosts, SetPost
from bot.posts import OpenAsk


@dataclass(frozen=True, slots=True)
class KnowAccount:
    """Adds the account, and its user if that is new; or brings its name and locale up to date."""

    account: Account


@dataclass(frozen=True, slots=True)
class ForgetUser:
    """Erases all that is kept about a person, so that the next message comes from a stranger: their accounts, their sessions with all that
    hangs on them, questions, and what commands said to them.

    In sessions of a shared place their messages and the answers to these keep their number and nothing else. An open turn there that
    answers other people as well stays, as theirs. What was not shown whole yet is to be taken away. Keys of events, which are ids, stay.
    """

    user_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SharePlace:
    """Makes the place's sessions belong to `owner_id` (a user made for the place), or to each person again (None)."""

    place: Place
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class SetReachable:
    """Whether the bot can write in the place."""

    place: Place
    reachable: bool


@dataclass(frozen=True, slots=True)
class MovePlace:
    """A chat has a new id: everything that is kept for the old chat, its topics included, belongs to the new one from now on."""

    old: Place
    new: Place


@dataclass(frozen=True, slots=True)
class AddSession:
    session: Session


@dataclass(frozen=True, slots=True)
class SetTitle:
    """Renames. A title by words or by the model never replaces one that a person gave. `by` is whose words they are; None: as before."""

    session_id: str
    title: str
    source: TitleSource
    by: int | None = None


@dataclass(frozen=True, slots=True)
class SetEnded:
    session_id: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SetDeleted:
    """Deletes until the purge, or brings back (None). A deleted session is current nowhere."""

    session_id: str
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class SetLeaf:
    session_id: str
    leaf: int | None


@dataclass(frozen=True, slots=True)
class AdvanceLeaf:
    """Moves the leaf from `from_leaf` to `to_leaf`; where it is elsewhere by now, it stays."""

    session_id: str
    from_leaf: int
    to_leaf: int


@dataclass(frozen=True, slots=True)
class SetCurrent:
    """Which session `user_id` talks in at this place; None: the next message opens one."""

    place: Place
    user_id: int
    session_id: str | None


@dataclass(frozen=True, slots=True)
class AddMessage:
    message: Message


@dataclass(frozen=True, slots=True)
class FillMessage:
    """Fills in an open answer. Of a message that is not open, nothing changes."""

    message_id: int
    text: str
    status: MessageStatus
    finish: FinishReason = ""
    model: str = ""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class SetMessageStatus:
    """For marks that a person sets afterwards: removed."""

    message_id: int
    status: MessageStatus


@dataclass(frozen=True, slots=True)
class SetLastLeaf:
    """Remembers the leaf last current under a message."""

    message_id: int
    leaf: int


@dataclass(frozen=True, slots=True)
class SetShows:
    """Which version stands in the place of `message_id`; None: itself."""

    message_id: int
    version_id: int | None


@dataclass(frozen=True, slots=True)
class AddTurn:
    turn: Turn


@dataclass(frozen=True, slots=True)
class SetTurn:
    """Moves a turn from one of the states `expected` to `status`, else Conflict. `started` is added to its attempts."""

    turn_id: int
    expected: tuple[TurnStatus, ...]
    status: TurnStatus
    started: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class ExpectLeaf:
    """Writes nothing: Conflict unless the session's leaf is still this one."""

    session_id: str
    leaf: int | None


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Opens a question; it replaces an older one of the same person in the same place."""

    ask: OpenAsk


@dataclass(frozen=True, slots=True)
class CloseQuestion:
    ask_id: int


@dataclass(frozen=True, slots=True)
class SetCursor:
    """How far was read, per channel on Discord; an empty value is forgotten."""

    name: str
    value: str


Change = (
    KnowAccount
    | ForgetUser
    | SharePlace
    | SetReachable
    | MovePlace
    | AddSession
    | SetTitle
    | SetEnded
    | SetDeleted
    | SetLeaf
    | AdvanceLeaf
    | SetCurrent
    | AddMessage
    | FillMessage
    | SetMessageStatus
    | SetLastLeaf
    | SetShows
    | AddTurn
    | SetTurn
    | ExpectLeaf
    | AddPost
    | SetPost
    | MovePosts
    | DirtyPosts
    | DropPosts
    | OpenQuestion
    | CloseQuestion
    | SetCursor
)
