"""Interactions of this life: their first answers, and which token may still change which message."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final, TypeVar

from adapters.discord.errors import AlreadyAnswered, InteractionOver
from adapters.discord.forms import Json
from adapters.discord.modals import modal_of
from adapters.discord.payloads import EPHEMERAL, words
from adapters.discord.places import InteractionRef
from adapters.discord.rest import Rest
from bot.errors import AdapterError, RateLimited, SendUnknown
from bot.ports import Clock
from bot.posts import Ask

K = TypeVar("K")
V = TypeVar("V")
_log = logging.getLogger(__name__)

MESSAGE, THINKING, SILENT, CHOICES, MODAL = 4, 5, 6, 8, 9
FIRST_TRIES: Final = 3
FIRST_WITHIN: Final = 2.5
"""Seconds that one try of a first answer may take: Discord waits three for it."""
SETTLED_WITHIN: Final = 6.0
MOST: Final = 2000
"""Interactions and messages remembered."""


@dataclass(slots=True)
class _Answered:
    ref: InteractionRef
    done: asyncio.Event = field(default_factory=asyncio.Event)
    alive: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was made by an interaction's token. `stale` ones say that a private answer came too late."""

    ref: InteractionRef
    private: bool
    stale: bool = False


class Responses:
    """What answers interactions; none of `defer`, `modal`, `choices` and `line` raises."""

    def __init__(self, rest: Rest, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock
        self._answered: dict[str, _Answered] = {}
        self._presses: dict[int, InteractionRef] = {}
        self._sent: dict[int, Sent] = {}

    def opened(self, ref: InteractionRef) -> None:
        """It has arrived; nothing was answered yet."""
        self._answered[ref.token] = _Answered(ref)
        if ref.kind == "press" and ref.message_id:
            self._presses[ref.message_id] = ref
        self._forget()

    async def defer(self, ref: InteractionRef) -> None:
        if ref.kind == "press":
            await self._first(ref, SILENT, None)
        else:
            await self._first(ref, THINKING, {"flags": EPHEMERAL} if ref.private else {})

    async def modal(self, ref: InteractionRef, ask: Ask) -> None:
        await self._first(ref, MODAL, modal_of(ask))

    async def choices(self, ref: InteractionRef, choices: list[dict[str, object]]) -> None:
        await self._first(ref, CHOICES, {"choices": choices})

    async def line(self, ref: InteractionRef, line: str) -> None:
        """For the eyes of who did it, where it is the first answer or a press; else where "thinking" stands."""
        found = self._answered.get(ref.token)
        private = words(line, private=True)
        try:
            if found is not None and not found.done.is_set():
                await self._first(ref, MESSAGE, private)
            elif ref.kind == "press":
                await self._rest.followup(ref.token, private)
            else:
                await self._rest.edit_original(ref.token, words(line))
        except AdapterError as error:
            _log.info("discord: a line was not shown: %s", type(error).__name__)

    async def settled(self, ref: InteractionRef) -> bool:
        """Waits for the first answer if it is being given; whether its token can be used as far as is known here."""
        if ref.until <= self._clock.now():
            return False
        found = self._answered.get(ref.token)
        if found is None:
            return True
        try:
            async with asyncio.timeout(SETTLED_WITHIN):
                await found.done.wait()
        except TimeoutError:
            return False
        return found.alive

    def press_on(self, message_id: int) -> InteractionRef | None:
        """The newest press on the message whose token is still good."""
        found = self._presses.get(message_id)
        if found is None or found.until <= self._clock.now():
            return None
        return found

    def sent(self, message_id: int, ref: InteractionRef, *, private: bool, stale: bool = False) -> None:
        """Remembers by whose token a message came into being."""
        self._sent[message_id] = Sent(ref, private, stale)
        self._forget()

    def sent_as(self, message_id: int) -> Sent | None:
        return self._sent.get(message_id)

    async def _first(self, ref: InteractionRef, kind: int, data: Json | None) -> None:
        found = self._answered.setdefault(ref.token, _Answered(ref))
        found.alive = await self._respond(ref, kind, data)
        found.done.set()

    async def _respond(self, ref: InteractionRef, kind: int, data: Json | None) -> bool:
        """Whether Discord took it. A repetition of what it took is told so, and is success."""
        for attempt in range(FIRST_TRIES):
            try:
                async with asyncio.timeout(FIRST_WITHIN):
                    await self._rest.respond(ref, kind, data)
            except AlreadyAnswered:
                return True
            except (SendUnknown, TimeoutError, RateLimited) as error:
                _log.info("discord: a first answer ended in %s", type(error).__name__)
                await self._clock.sleep(0.1 * (attempt + 1))
            except InteractionOver:
                _log.warning("discord: an interaction was over before it was answered (P29)")
                return False
            except AdapterError as error:
                _log.warning("discord: an interaction took no first answer: %s", type(error).__name__)
                return False
            else:
                return True
        return False

    def _forget(self) -> None:
        _cut(self._answered)
        _cut(self._presses)
        _cut(self._sent)


def _cut(remembered: dict[K, V]) -> None:
    while len(remembered) > MOST:
        del remembered[next(iter(remembered))]
