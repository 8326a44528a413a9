"""What the core asks of the world, and what the world may ask of the core: Core, Adapter, Store, Model, Clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.changes import Change
from bot.events import Attachment, Author, Event, MessageRef, Place
from bot.found import Belongings, Found, Owed, SessionSummary, SessionTotals, Showing
from bot.messages import Account, FinishReason, Message, PlaceSettings, Session, Turn, Usage
from bot.posts import Ask, Choice, Content, Part, Post

Verdict = Literal["ok", "warn", "fail"]  # of a check: it is well, it runs but somebody should look, it would not work


class Clock(Protocol):
    """Time, given: wall time for display and records, monotonic seconds for deadlines."""

    def now(self) -> datetime:
        """The time in UTC, aware."""

    def monotonic(self) -> float:
        """Seconds from some start; never goes back."""

    async def sleep(self, seconds: float) -> None: ...


class Core(Protocol):
    """What adapters may ask of the core."""

    async def accept(self, event: Event) -> str | None:
        """Returns once the event is stored; never waits for a network or a model. Only then may the platform forget it.

        A returned line is for the eyes of who pressed a button, at once, where the platform has a way to show it (a refused press); and of
        who gave a command `via` something that waits for an answer, where the command itself says nothing.
        Raises StorageError: then the event was not accepted, and must be handed over again.
        """

    async def caught_up(self, platform: str) -> None:
        """Called by an adapter when what waited on the platform has been accepted: what is owed there may now be answered."""

    async def settled(self, place: Place) -> None:
        """Returns once nothing accepted so far is owed in the place or on its way to it. For a terminal that reads from a pipe: its next
        line waits for the answer to the one before."""

    async def suggest(self, author: Author, place: Place, option: str, prefix: str) -> Sequence[Choice]:
        """Autocomplete; reads only."""

    async def prompt_for(self, author: Author, place: Place, command: str, subject: MessageRef | None = None) -> Ask | None:
        """What to ask before a command that needs text, such as `edit` or `edit 3`, about the message `subject` where one is given; None
        where there is nothing to ask, and the command itself will say why. Reads only."""

    async def is_private(self, place: Place, command: str) -> bool:
        """Whether what the command says there is for the eyes of who gave it alone; reads only."""

    async def knows(self, ref: MessageRef) -> bool:
        """Whether the message is a stored post; reads only."""

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        """What the adapter kept under names that begin so. For platforms that do not remember how far was read."""

    async def keep(self, cursors: Mapping[str, str]) -> None:
        """Keeps values by name, in one transaction; an empty one is forgotten. Waits for no room on the disk. Raises StorageError."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a place can do, as data, so that the core never compares a platform's name.

    Times are in seconds. `idempotent_send`: a send with the same key is one message, however often it is repeated; where it is not,
    a post is sent short of its text and gets it by an edit. `update_interval`: the least time between two previews of a post as of now.
    `first_words`: how long a first post may wait for words. `private`: how a private answer is given. `commands_seen`: what is given to
    a command stands in the chat.
    """

    max_text: int
    streaming: bool
    idempotent_send: bool
    update_interval: float = 1.0
    first_words: float = 0.0
    typing_interval: float = 0.0
    native_edits: bool = False
    native_deletes: bool = False
    buttons: bool = False
    replies: bool = False
    private: Literal["ephemeral", "direct", "none"] = "none"
    private_link: str = ""
    exit_word: bool = False
    commands_seen: bool = True


class Adapter(Protocol):
    """One platform. Every method that calls the platform raises the AdapterErrors that errors.py draws, and no others."""

    platform: str

    def capabilities(self, place: Place) -> Capabilities: ...

    def private_place(self, author_id: str) -> Place | None:
        """Where a private answer to the account goes; None where the platform has no such place."""

    async def run(self, core: Core) -> None:
        """Receives until cancelled. Raises TokenRefused, SecondInstance or SettingsError when trying again does not help."""

    def render(self, content: Content) -> tuple[Part, ...]:
        """Markdown to what the platform takes, split to its limits. Pure, never empty, loses no visible character."""

    async def send(
        self,
        place: Place,
        part: Part,
        *,
        reply_to: MessageRef | None = None,
        via: MessageRef | None = None,
        audience: str = "",
        key: str,
        tried_since: datetime | None = None,
        preview: bool = False,
    ) -> MessageRef:
        """Sends a new message. A `preview` gives way to everything else that waits for the platform's limits.

        `via` is what the whole reply answers, for platforms that want an answer attached to it; `reply_to` is set for the first post
        only. `tried_since`: an earlier life of the program may have sent it already, not before then; a platform on which keys count
        for a while only looks first.
        """

    async def edit(self, ref: MessageRef, part: Part, *, via: MessageRef | None = None, preview: bool = False) -> None:
        """Makes the message show the part; that it already does is success. A preview is refused with RateLimited at once where there is
        no room for it; the rest waits for its turn, and raises RateLimited only when the platform itself refused."""

    async def delete(self, ref: MessageRef) -> None:
        """Takes the bot's own message away; that it is gone already is success."""

    async def typing(self, place: Place) -> None:
        """Shows that an answer is being made; gives way to everything else, and never raises."""

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """The attachment's bytes; ContentRefused when they are more than `limit`."""

    async def close(self) -> None:
        """Frees what the adapter holds; no call to the platform may be under way."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message as the model sees it."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """What is asked of one call."""

    model: str
    temperature: float
    max_tokens: int


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text of the answer; never empty, and never the half of a surrogate pair."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The answer is whole. Always last, and always there unless ModelError was raised. `reason` is never empty."""

    reason: FinishReason
    usage: Usage | None
    model: str = ""


AnswerStream = AbstractAsyncContextManager[AsyncIterator[TextDelta | Finish]]


class Model(Protocol):
    """Anything that answers. One stream is one call: no repeats inside."""

    def stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AnswerStream:
        """The answer as it is made. Entering and iterating raise ModelError and nothing else; leaving stops the model and frees the
        connection, whatever was read. An answer without a visible character is ModelError("empty")."""

    async def check(self) -> str:
        """One line about what would answer, for `parley check`; raises ModelError."""

    async def close(self) -> None: ...


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
        """The leaf to go to for a message: its last leaf if it remembers one, else the newest descendant, else itself."""

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

    async def place_owner(self, place: Place) -> PlaceSettings: ...

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
