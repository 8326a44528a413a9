"""What the harness needs of a platform: its fake with all that people and networks do there, and its books to hold the bot's against."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from random import Random
from typing import Protocol

from tests.torture.crowd import People, Room, Said, Tags
from tests.torture.records import Records, Row
from tests.torture.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Pace:
    """How long lives are, in seconds: `longest` as a rule, `patient` for the share of `patience`, so that what waits long is waited for."""

    longest: float = 0.4
    patient: float = 0.4
    patience: float = 0.0


class Side(Protocol):
    """One platform around the bot. Counters only rise."""

    @property
    def platform(self) -> str: ...
    @property
    def pace(self) -> Pace: ...
    @property
    def greets(self) -> bool:
        """Whether people have to greet the bot while it lives, to be found when it is dead."""

    @property
    def crowd(self) -> People: ...

    def environment(self) -> dict[str, str]:
        """The operator's settings."""

    async def greet(self) -> None:
        """They do, and wait for what has to come of it."""

    def break_network(self) -> None:
        """From now on calls fail, before or after their effect."""

    def mend_network(self) -> None: ...

    def disturb(self, chance: Random) -> None:
        """Something happens to the connection of a living bot."""

    def signs(self) -> int:
        """Counts signs that the bot is there."""

    def looks(self) -> int:
        """Counts how often the bot has looked for news."""

    def shown(self) -> int:
        """Counts calls that show something: sends, edits and deletions."""

    def unknown_sends(self) -> int:
        """Counts sends that took effect although the bot was not told so."""

    def waits(self, stored: Collection[str]) -> str:
        """What the platform still keeps for the bot, in words. `stored` are the tags that stand in the database."""

    def rooms(self) -> Iterable[Room]: ...

    def rows_of(self, message: Said, room: Room, records: Records) -> list[Row]:
        """All versions and copies of what was written in the message, oldest first."""

    def message_of(self, post: Row) -> tuple[Room, Said | None]:
        """The message that is to show the post."""

    def is_stub(self, message: Said) -> bool:
        """Whether a message that is no post is what may be left of one: it holds no answer."""

    def is_line(self, message: Said) -> bool:
        """Whether a message that is no post was never to be one: it only says what became of a command."""

    def check(self, records: Records, verdict: Verdict) -> None:
        """What is to hold on this platform alone."""


MakeSide = Callable[[int, Tags], AbstractAsyncContextManager[Side]]
