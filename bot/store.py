"""What the core asks of a store: Reader, the half that reads, and Store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.changes import Change
from bot.events import MessageRef, Place
from bot.found import Belongings, Found, Owed, SessionSummary, SessionTotals, Showing
from bot.messages import Account, Message, Session, Turn
from bot.posts import Post


class Reader(Protocol):
    """The reading half of a store. Each method is one transaction; what does not exist is None or empty."""

    async def find(
        self,
        place: Place,
        account_id: str,
        *,
        key: str = "",
        subject: MessageRef | None = None,
        post: MessageRef | None = None,
        shared: bool = True,
    ) -> Found:
        """All that a decision about an event needs: of the account in the place, of the user message written as `subject`, and of the
        bot's post `post`. `seen` says whether an event with `key` was accepted. A deleted session is never current.
        `shared=False`: as if the place were shared no more."""

    async def owed(self, session_id: str) -> Owed | None:
        """The oldest open turn of the session, with all that its answer begins with; None where nothing is owed."""

    async def showing(self, reply_id: int) -> Showing:
        """All that it takes to show an answer or a command's reply; without a message where it is none."""

    async def message(self, message_id: int) -> Message | None: ...

    async def session(self, session_id: str) -> Session | None:
        """By its whole id, deleted ones too."""

    async def sessions_like(self, user_id: int, prefix: str) -> Sequence[Session]:
        """The user's sessions whose ids begin so, at most two; deleted ones too. `prefix` is hexadecimal."""

    async def sessions(self, user_id: int, words: Sequence[str], offset: int, limit: int) -> Sequence[SessionSummary]:
        """Newest activity first, without deleted ones; with words, only those whose title or messages hold every word, whatever its
        case."""

    async def short_id(self, session: Session) -> str:
        """The shortest prefix of at least 4 digits that names the session among its user's."""

    async def totals(self, session: Session) -> SessionTotals: ...

    async def branch(self, leaf: int | None, limit: int, *, down_to: int = 1) -> Sequence[Message]:
        """The newest `limit` messages from the leaf towards the root, not below number `down_to`, oldest first. Where another version
        stands in a message's place (`shows`), it is given with the host's id as `host`. Takes time in proportion to what it returns."""

    async def nth(self, leaf: int | None, number: int) -> Message | None:
        """The message with this number on the branch that ends in `leaf`, as `branch` gives it."""

    async def versions(self, first_version: int) -> Sequence[Message]:
        """All versions of a message, oldest first, without removed ones."""

    async def newest_leaf(self, message_id: int) -> int:
        """The leaf to go to for a message: its last leaf if it remembers one, with the answer that came since; else the newest descendant,
        else itself."""

    async def on_branch(self, leaf: int | None, message_id: int) -> bool: ...

    async def turn_of(self, reply_id: int) -> Turn | None:
        """The turn that made or makes this assistant message."""

    async def posts(self, reply_id: int) -> Sequence[Post]:
        """By ordinal; without those that are gone."""

    async def open_turns(self, session_id: str) -> Sequence[Turn]:
        """Pending and streaming ones, oldest first."""

    async def owing_sessions(self) -> Sequence[tuple[str, Place]]:
        """Sessions with open turns, with the place of the oldest."""

    async def unfinished_replies(self) -> Sequence[tuple[int, Place]]:
        """Replies with a post that is neither final nor gone and whose turn, if any, is not open, by reply id."""

    async def belongings(self, user_id: int) -> Belongings:
        """What ForgetUser would erase."""

    async def account_of(self, user_id: int, platform: str) -> Account | None: ...

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        """What was kept under names that begin so."""

    async def is_post(self, ref: MessageRef) -> bool:
        """Whether the message is known as a post of the bot."""

    async def last_id(self) -> int:
        """The highest id of any user, message, turn, post, reply or question; ids are given by the core, one counter for all."""


class Store(Reader, Protocol):
    """Where sessions are kept. Each writing method is one transaction, and safe against cancellation."""

    async def apply(self, changes: Sequence[Change], *, key: str = "", at: datetime | None = None) -> None:
        """Carries out all changes in order, or none. With a `key`, records that the event was accepted, or raises AlreadySeen.

        `at` is the time of it, for the inbox and for the age of what is said; by default the time of the clock on the wall.

        Raises Conflict when an expectation in the changes does not hold, StorageError when the database did not take it, and
        DatabaseBroken when it never will again. Where the disk is full or somebody else holds the database, an event (with a `key`) is
        refused with DatabaseBlocked, since it comes again; what comes without one is owed, and waits until it could be written.
        """

    async def keep(self, cursors: Mapping[str, str]) -> None:
        """Keeps values by name, in one transaction; an empty one is forgotten. A note is not owed: where the disk is full or somebody else
        holds the database, it is refused with DatabaseBlocked, and takes none of the room that is kept for what is owed. Raises
        StorageError."""

    async def recover(self) -> frozenset[int]:
        """Called once before anything else is read: turns left streaming are pending again. Returns the ids of the posts that are there and
        were not final: what was on its way to them may still arrive."""

    async def purge(self, before: datetime) -> int:
        """Erases the sessions deleted before then with all that hangs on them. Returns how many.

        Of commands' replies that are shown, the content written before then goes too, since it may hold words of those sessions; and so
        do whole replies that could not be shown, where a session that is erased was deleted after they were written. Keys of events
        and commands' replies that are 30 days older than `before` are forgotten.
        """

    async def close(self) -> None: ...
