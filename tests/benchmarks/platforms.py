"""What the scenarios need of a platform, so that none of them names one: its loopback server, its people, its baseline program."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol, Self

Limited = Literal["no", "chats", "all"]
"""Which of the platform's limits the server keeps: none, those of a chat where bots meet them at once, or those of the whole bot too."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A person where they talk with the bot. `transcript` is for the person at the screen, when an answer did not come."""

    says: Callable[[str], Awaitable[object]]
    transcript: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Home:
    """The account and the private chat of somebody, as Parley stores them; with the cursor of the chat where the platform has such."""

    account: str
    chat: str
    cursor: tuple[str, str] | None = None


class Server(Protocol):
    """The platform on 127.0.0.1. `ready` is set when the bot hears from then on, and `ready_at` is when, by time.monotonic.

    `listener` is told the text of every message of the bot, as it comes and as it changes. `refused` counts calls over a limit.
    """

    listener: Callable[[str], None]
    ready: asyncio.Event

    @property
    def ready_at(self) -> float: ...
    @property
    def refused(self) -> int: ...
    @property
    def environment(self) -> dict[str, str]:
        """What leads both bots here."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: object, error: object, trace: object) -> None: ...

    def seat(self, number: int) -> Seat:
        """A person in their private chat; the same one each time. Its ids are those of the platform's `home`."""

    def crowd(self, count: int) -> list[Seat]:
        """So many people, each where nobody else talks, in the kinds of places that a busy bot has."""


@dataclass(frozen=True, slots=True)
class Platform:
    """`title` stands over the table, `ready` names what the start is measured to. `overall` limits the whole bot: calls a second.

    `baseline` is the module of the smallest bot there. `cursors` are what Parley kept there of its last life, by name.
    """

    name: str
    title: str
    ready: str
    overall: float
    baseline: str
    server: Callable[[Limited], Server]
    home: Callable[[int], Home]
    cursors: tuple[tuple[str, str], ...] = ()
