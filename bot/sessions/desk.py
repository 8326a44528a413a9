"""What everybody in the sessions room shares: the lock under which decisions are made, what runs just now, fresh ids, and the ports."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.changes import Change
from bot.messages import Turn
from bot.policy import Policy
from bot.ports import Adapter, Clock
from bot.post_changes import DirtyPosts, DropPosts, MovePosts
from bot.replies.target import Claim
from bot.replies.under_way import UnderWay
from bot.rules.decision import Shown
from bot.sessions.last_tries import LastTries
from bot.store import Store


class Ids:
    """One counter for users, messages, turns, posts, replies and questions; it goes on where the store stopped."""

    def __init__(self) -> None:
        self._counter = itertools.count(1)
        self.inherited = 0
        """The highest id that an earlier life of the program gave."""

    def start_after(self, last: int) -> None:
        self._counter = itertools.count(last + 1)
        self.inherited = last

    def next(self) -> int:
        return next(self._counter)


def random_session_id() -> str:
    """Sixteen hexadecimal digits that cannot be guessed."""
    return secrets.token_hex(8)


class Running:
    """A turn that is being answered. The worker lets go of it when it is released, and then writes nothing more about it."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.text = ""
        self.visible = False
        self.prompt_tokens = 0
        self.released = False
        self.parked = False
        self.heir: int | None = None
        self.task: asyncio.Task[object] | None = None
        self.ended = asyncio.Event()
        """Set when nothing more is written about the turn."""

    def release(self, heir: int | None) -> None:
        """The turn has ended by a decision; a post that is under way belongs to `heir`, or is taken away."""
        self.released = True
        self.heir = heir
        if self.task is not None:
            self.task.cancel()

    def park(self) -> None:
        """The process ends: the turn stays owed, and goes on after the restart."""
        self.parked = True
        self.release(self.turn.reply_id)


@dataclass(slots=True)
class Desk:
    """Decisions are made one at a time, under `lock`: what a decision was based on cannot change under it."""

    store: Store
    adapters: Mapping[str, Adapter]
    policy: Policy
    clock: Clock
    new_session_id: Callable[[], str] = random_session_id
    ids: Ids = field(default_factory=Ids)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    running: dict[int, Running] = field(default_factory=dict)
    last_tries: LastTries = field(default_factory=LastTries)
    claims: list[tuple[int, Claim]] = field(default_factory=list)
    stopping: bool = False
    """The process ends: what runs is parked, and no turn begins any more."""
    under_way: UnderWay = field(init=False)

    def __post_init__(self) -> None:
        self.under_way = UnderWay(self.clock)

    def shown(self) -> dict[int, Shown]:
        """What people can see of the turns that run."""
        return {turn_id: Shown(running.text, running.visible, running.prompt_tokens) for turn_id, running in self.running.items()}

    def let_go(self, turn_id: int) -> Running | None:
        """The turn runs no more, or its outcome is stored. Gives what ran, if it still did."""
        self.last_tries.over(turn_id)
        return self.running.pop(turn_id, None)

    @contextmanager
    def claimed(self, reply_id: int, claim: Claim) -> Iterator[None]:
        """While the posts of the reply are brought in line, so that decisions about them are noticed."""
        claimed = (reply_id, claim)
        self.claims.append(claimed)
        try:
            yield
        finally:
            self.claims.remove(claimed)

    def outdate(self, changes: Sequence[Change]) -> None:
        """What has just been decided about posts, under the lock, for whoever is busy with them."""
        for change in changes:
            match change:
                case MovePosts(source, heir):
                    for claim in self._claims_on(heir):  # what it was shown on is let go
                        claim.outdated = True
                    for claim in self._claims_on(source):
                        claim.outdated, claim.dropped, claim.heir = True, False, heir
                case DirtyPosts(reply_id):
                    for claim in self._claims_on(reply_id):
                        claim.outdated = True
                case DropPosts(reply_id):
                    for claim in self._claims_on(reply_id):
                        claim.outdated = claim.dropped = True

    def _claims_on(self, reply_id: int) -> list[Claim]:
        return [claim for claimed, claim in self.claims if (claim.heir or claimed) == reply_id]
