"""What every rule is given and what it gives back: facts in, changes out, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.changes import Change, OpenQuestion
from bot.events import MessageRef, Place
from bot.found import Found
from bot.policy import Policy
from bot.ports import Capabilities


@dataclass(frozen=True, slots=True)
class Shown:
    """What the worker of a streaming turn has in hand: the text so far, whether a word of it is visible, and an estimate of what the
    model was asked."""

    text: str
    visible: bool
    prompt_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """All that a rule may know: the stored facts, the time, fresh ids, what runs just now, and what the place can do.

    `tokens` estimates a text's.
    """

    found: Found
    user_id: int
    now: datetime
    next_id: Callable[[], int]
    new_session_id: Callable[[], str]
    policy: Policy
    capabilities: Capabilities
    running: Mapping[int, Shown] = field(default_factory=dict)
    tokens: Callable[[str], int] = len

    @property
    def owner_id(self) -> int:
        """Whose sessions count in this place: the person's, or in a shared place the place's own."""
        return self.found.place.owner_id or self.user_id

    @property
    def shared(self) -> bool:
        return self.found.place.owner_id is not None


@dataclass(frozen=True, slots=True)
class Abort:
    """The worker of this turn lets go. A post that is being sent just now belongs to `heir` afterwards; to nobody: it is taken away."""

    turn_id: int
    heir: int | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The posts of a reply are to be brought in line, in the lane of its session, or of its place for a command's reply."""

    reply_id: int
    place: Place
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class Waking:
    """A session owes an answer, which goes to the place."""

    session_id: str
    place: Place


@dataclass(frozen=True, slots=True)
class Decision:
    """What is written, and what is set going once it is. `line` is for the eyes of who pressed a button alone."""

    changes: tuple[Change, ...] = ()
    wake: tuple[Waking, ...] = ()
    abort: tuple[Abort, ...] = ()
    deliver: tuple[Delivery, ...] = ()
    line: str | None = None

    @property
    def opens_question(self) -> bool:
        return any(isinstance(change, OpenQuestion) for change in self.changes)

    def __add__(self, other: Decision) -> Decision:
        return Decision(
            self.changes + other.changes,
            self.wake + other.wake,
            self.abort + other.abort,
            self.deliver + other.deliver,
            other.line or self.line,
        )


NOTHING = Decision()


def changes(*items: Change) -> Decision:
    """A decision that only writes."""
    return Decision(tuple(items))


@dataclass(frozen=True, slots=True)
class Asked:
    """Where an answer goes and to what it replies, and when it was asked for."""

    place: Place
    reply_to: MessageRef | None
    at: datetime
