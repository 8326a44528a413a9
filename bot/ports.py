"""What the core asks of the world, and what the world may ask of the core: Core, Adapter, Model, Clock. The store is in store.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.events import Attachment, Author, Event, MessageRef, Place
from bot.messages import FinishReason, Usage
from bot.posts import Ask, Choice, Content, Part

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
