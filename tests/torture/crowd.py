"""Who talks to the bot meanwhile: several people, alone with it and among others, who write, edit, retry, stop and press, by a seed.

What a deed is on a platform stands in telegram_crowd.py and discord_crowd.py.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from tests.torture.words import WORDS, tags

PRESSED = ("Retry", "‹", "›")


class Said(Protocol):
    """A message as it stands on a platform."""

    @property
    def id(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def deleted(self) -> bool: ...


class Room(Protocol):
    """Where people talk: a chat, a channel, a thread."""

    @property
    def id(self) -> int: ...
    @property
    def from_bot(self) -> Sequence[Said]: ...
    @property
    def everything(self) -> Mapping[int, Said]: ...
    def transcript(self) -> str:
        """What everybody sees, to be read."""


class Somebody(Protocol):
    """A person on a platform."""

    @property
    def name(self) -> str: ...


P = TypeVar("P", bound=Somebody)
R = TypeVar("R", bound=Room)
M = TypeVar("M", bound=Said)


@dataclass(slots=True)
class Talker(Generic[P, R, M]):
    """A person in one room. A steady one only writes, so that the order of the answers can be told."""

    person: P
    chat: R
    steady: bool
    messages: list[M] = field(default_factory=list)
    versions: dict[int, int] = field(default_factory=dict)
    repeats: int = 0
    """How often something was asked that answers an old message again."""
    pressed: bool = False
    """Whether a button in the room was pressed, so that an older version may be the one that is shown."""


class Anybody(Protocol):
    """A talker, as the checks see one."""

    @property
    def person(self) -> Somebody: ...
    @property
    def chat(self) -> Room: ...
    @property
    def messages(self) -> Sequence[Said]: ...
    @property
    def repeats(self) -> int: ...
    @property
    def pressed(self) -> bool: ...


class People(Protocol):
    """A crowd, as the harness sees one."""

    @property
    def talkers(self) -> Sequence[Anybody]: ...
    @property
    def edits(self) -> Sequence[str]:
        """The tags that were given to /edit."""

    async def do(self) -> None:
        """Lets one of them do something."""


class Tags:
    """Gives every text a tag of its own, on all platforms together. `owners` says whose it is, by the tag without its version."""

    def __init__(self) -> None:
        self.owners: dict[str, object] = {}

    def new(self, letter: str, talker: object) -> str:
        tag = f"{letter}{len(self.owners) + 1}"
        self.owners[tag] = talker
        return tag


class Crowd(Generic[P, R, M]):
    """All of them. `do` lets one of them do something; `deeds` is what there is to do, with how often it is done."""

    STEADY = ("says", "says twice", "/new")
    EDITABLE = 1000
    """How many of the newest messages are edited."""

    def __init__(self, seed: int, names: Tags) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.names = names
        self.talkers: list[Talker[P, R, M]] = []
        self.done: dict[str, int] = {}
        self.edits: list[str] = []
        self.deeds: dict[str, tuple[float, Callable[[Talker[P, R, M]], Awaitable[None]]]] = {
            "says": (55, self.says),
            "says twice": (12, self._says_twice),
            "edits": (11, self._edits),
            "replies": (4, self._replies),
            "/edit": (5, self._edit_command),
            "/retry": (4, self._retry),
            "/stop": (5, self._stop),
            "/new": (4, self.new),
            "presses": (8, self.presses),
        }

    async def do(self) -> None:
        """Somebody does something. Steady people write, and open a session now and then."""
        talker = self.random.choice(self.talkers)
        names = self.STEADY if talker.steady else tuple(self.deeds)
        name = self.random.choices(names, [self.deeds[name][0] for name in names])[0]
        self.done[name] = self.done.get(name, 0) + 1
        await self.deeds[name][1](talker)

    # What is different on each platform

    async def write(self, talker: Talker[P, R, M], text: str, reply_to: M | None = None) -> M:
        """A message to the bot, with what it takes to be one."""
        raise NotImplementedError

    async def rewrite(self, talker: Talker[P, R, M], message: M, text: str) -> None:
        """The platform's own edit."""
        raise NotImplementedError

    async def command(self, talker: Talker[P, R, M], name: str, text: str = "") -> None:
        raise NotImplementedError

    async def presses(self, talker: Talker[P, R, M]) -> None:
        raise NotImplementedError

    def posts(self, talker: Talker[P, R, M]) -> Sequence[M]:
        """Answers that can be replied to."""
        raise NotImplementedError

    # What is the same

    def some_words(self) -> str:
        return " ".join(self.random.choices(WORDS, k=4))

    async def says(self, talker: Talker[P, R, M], reply_to: M | None = None) -> None:
        text = f"{self.names.new('m', talker)} {self.some_words()}"
        talker.messages.append(await self.write(talker, text, reply_to))

    async def _says_twice(self, talker: Talker[P, R, M]) -> None:
        for _ in range(self.random.choice((2, 2, 3))):
            await self.says(talker)

    async def _replies(self, talker: Talker[P, R, M]) -> None:
        posts = self.posts(talker)
        await self.says(talker, self.random.choice(posts) if posts else None)

    async def _edits(self, talker: Talker[P, R, M]) -> None:
        """Mostly the newest message, which is likely to be under way."""
        standing = [message for message in talker.messages if not message.deleted][-self.EDITABLE :]
        if not standing:
            return await self.says(talker)
        message = standing[-1] if self.random.random() < 0.7 else self.random.choice(standing)
        version = talker.versions[message.id] = talker.versions.get(message.id, 1) + 1
        tag = tags(message.text)[0].partition("v")[0]
        await self.rewrite(talker, message, f"{tag}v{version} {self.some_words()}")
        talker.repeats += 1
        return None

    async def _edit_command(self, talker: Talker[P, R, M]) -> None:
        tag = self.names.new("e", talker)
        self.edits.append(tag)
        talker.repeats += 1
        await self.command(talker, "edit", f"{tag} other words")

    async def _retry(self, talker: Talker[P, R, M]) -> None:
        talker.repeats += 1
        await self.command(talker, "retry")

    async def _stop(self, talker: Talker[P, R, M]) -> None:
        talker.repeats += 1
        await self.command(talker, "stop")

    async def new(self, talker: Talker[P, R, M]) -> None:
        await self.command(talker, "new")

    def pressed_near(self, talker: Talker[P, R, M]) -> None:
        """Notes that a button was pressed in the room, which can concern everybody there."""
        for other in (other for other in self.talkers if other.chat is talker.chat):
            other.repeats += 1
            other.pressed = True
