"""Remembers the branches that contexts were built from, so that a turn of a long session reads only what is new.

What a message says never changes, and its parent never does; only the marks that `forget` is told of can.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from sys import getsizeof

from bot.changes import Change, ForgetUser, SetMessageStatus, SetShows
from bot.messages import Message
from bot.store import Reader

REMEMBERED = 8_000_000
"""Bytes of all sessions together, some seven thousand messages of a few sentences; the session that was quiet longest goes first."""
PER_MESSAGE = 820
"""Bytes that one message counts beside its words: as a row that was read by itself."""


class Branches:
    """Branches by session, each from some message down to the prompt it was read for."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._branches: OrderedDict[str, tuple[Message, ...]] = OrderedDict()
        self._weights: dict[str, int] = {}  # as they were counted: what a text takes may change
        self._weight = 0
        self._forgotten = 0

    async def read(self, session_id: str, prompt_id: int, limit: int) -> Sequence[Message]:
        """The branch that ends in `prompt_id`, oldest first: at least its newest `limit` messages, or all of them."""
        known, forgotten = self._branches.get(session_id, ()), self._forgotten
        branch = await self._grown(known, prompt_id, limit) if known else ()
        if len(branch) < limit and (not branch or branch[0].number > 1):
            branch = tuple(await self._reader.branch(prompt_id, limit))
        if forgotten == self._forgotten:  # else it may have been read before the mark
            self._remember(session_id, branch)
        return branch

    def trim(self, session_id: str, first: Message) -> None:
        """What is above `first` is not needed again."""
        known = self._branches.get(session_id, ())
        self._remember(session_id, tuple(message for message in known if message.number >= first.number))

    def forget(self, changes: Sequence[Change]) -> None:
        """Called with what was written: a version that stands in another's place, or a mark, makes what is remembered untrue."""
        if any(isinstance(change, ForgetUser) for change in changes):
            self._forgotten += 1
            self._weights.clear()
            self._branches.clear()  # whose words stood where, nobody knows any more
            self._weight = 0
            return
        touched = {change.message_id for change in changes if isinstance(change, SetShows | SetMessageStatus)}
        if not touched:
            return
        self._forgotten += 1
        for session_id, branch in list(self._branches.items()):
            if any(message.id in touched or message.host in touched for message in branch):
                self._remember(session_id, ())

    async def _grown(self, known: tuple[Message, ...], prompt_id: int, limit: int) -> tuple[Message, ...]:
        """The known branch with what has followed it; nothing where the prompt is on another branch."""
        newest = known[-1]
        if newest.id == prompt_id:
            return known
        fresh = tuple(await self._reader.branch(prompt_id, limit, down_to=newest.number + 1))
        if not fresh or fresh[0].parent_id != (newest.host or newest.id):
            return ()
        return known + fresh

    def _remember(self, session_id: str, branch: tuple[Message, ...]) -> None:
        self._drop(session_id)
        if branch:
            self._branches[session_id], self._weights[session_id] = branch, _weight(branch)
            self._weight += self._weights[session_id]
        while self._weight > REMEMBERED and len(self._branches) > 1:
            self._drop(next(iter(self._branches)))

    def _drop(self, session_id: str) -> None:
        self._branches.pop(session_id, None)
        self._weight -= self._weights.pop(session_id, 0)


def _weight(branch: Sequence[Message]) -> int:
    return sum(getsizeof(message.text) + getsizeof(message.quoted) + PER_MESSAGE for message in branch)
