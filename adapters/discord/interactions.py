"""Slash commands, menus, presses, forms and autocomplete: each a command for the core, answered within the time that Discord gives.

Discord waits three seconds for a first answer. The core comes first nevertheless, for a second: what it has accepted it owes, also after
a kill. Only a form must be the very first answer, so what to ask is read before anything else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace
from typing import Final, Protocol, TypeVar

import discord

from adapters.calls.flights import Flights
from adapters.discord.choosing import choices
from adapters.discord.invoking import Invocation, Json, focused_of
from adapters.discord.places import InteractionRef
from adapters.discord.readers import UNREADABLE, given, invocation_of
from bot.commands.catalog import BY_NAME
from bot.errors import AlreadySeen, DatabaseBroken, StorageError
from bot.ports import Clock, Core
from bot.posts import Ask
from bot.replies import texts

T = TypeVar("T")
_log = logging.getLogger(__name__)

ANSWER_WITHIN: Final = 3.0
"""Seconds from the making of an interaction, after which Discord takes no first answer (P29)."""
LATEST: Final = 2.2
PROMPT_WITHIN: Final = 2.0
SUGGEST_WITHIN: Final = 2.5
PRIVATE_WITHIN: Final = 1.0
ACCEPT_WITHIN: Final = 1.0
LEAST: Final = 0.2
"""What each step gets however late it is: an interaction that seems old may only have come to a clock that is wrong."""


class Answers(Protocol):
    """How an interaction is answered. None of these raises."""

    def opened(self, ref: InteractionRef) -> None: ...

    async def defer(self, ref: InteractionRef) -> None: ...

    async def modal(self, ref: InteractionRef, ask: Ask) -> None: ...

    async def choices(self, ref: InteractionRef, choices: list[dict[str, object]]) -> None: ...

    async def line(self, ref: InteractionRef, line: str) -> None: ...


class Interactions:
    """Takes interactions as the gateway brings them. A press and a form name their command themselves, so nothing is registered."""

    def __init__(self, responses: Answers, clock: Clock) -> None:
        self._responses = responses
        self._clock = clock
        self._flights = Flights()

    async def take(self, core: Core, interaction: discord.Interaction) -> None:
        """Returns when the interaction has its first answer; when the caller is cancelled, it goes on without it. Raises DatabaseBroken
        only."""
        await self._flights.land(self._take(core, interaction))

    @property
    def busy(self) -> bool:
        """Whether one is being answered."""
        return self._flights.busy

    async def drain(self, seconds: float) -> None:
        """Waits so long for the interactions under way, then gives up on them."""
        await self._flights.drain(seconds)

    async def _take(self, core: Core, interaction: discord.Interaction) -> None:
        try:
            time = _Time(self._clock, interaction)
            asked = given(interaction)
            invocation = invocation_of(interaction, asked)
        except UNREADABLE as error:
            _log.warning("discord: the interaction %d cannot be read (%s) and is left out", interaction.id, type(error).__name__)
            return
        if interaction.type is discord.InteractionType.autocomplete:
            await self._choose(core, invocation, asked, time)
        elif not (invocation.asks and await self._prompted(core, invocation, time)):
            await self._invoke(core, invocation, time)

    async def _choose(self, core: Core, invocation: Invocation, data: Json, time: _Time) -> None:
        offered: list[dict[str, object]] = []
        if (focused := focused_of(data)) is not None:
            option, typed = focused
            looking = core.suggest(invocation.author, invocation.place, option.kind, typed)
            found = await self._read(looking, time.left(SUGGEST_WITHIN))
            offered = choices(option.kind, found or ())
        await self._responses.choices(invocation.ref, offered)

    async def _prompted(self, core: Core, invocation: Invocation, time: _Time) -> bool:
        """Whether a form was opened. Where there is nothing to ask, or it cannot be told in time, the command goes to the core."""
        looking = core.prompt_for(invocation.author, invocation.place, invocation.question, invocation.subject)
        ask = await self._read(looking, time.left(PROMPT_WITHIN))
        if ask is None:
            return False
        await self._responses.modal(invocation.ref, ask)
        return True

    async def _invoke(self, core: Core, invocation: Invocation, time: _Time) -> None:
        private = await self._read(core.is_private(invocation.place, invocation.name), min(PRIVATE_WITHIN, time.left(LATEST)))
        if private is None:
            private = invocation.name in BY_NAME and BY_NAME[invocation.name].private
        invocation = replace(invocation, ref=replace(invocation.ref, private=private))
        self._responses.opened(invocation.ref)
        accepting = asyncio.create_task(self._accepted(core, invocation))
        try:
            early = await self._ended(accepting, min(ACCEPT_WITHIN, time.left(LATEST)))
            if not early:
                await self._responses.defer(invocation.ref)
            line = await accepting
        finally:
            accepting.cancel()
        if line is not None:
            await self._responses.line(invocation.ref, line)  # as the first answer it is for who gave the command alone
        elif early:
            await self._responses.defer(invocation.ref)

    async def _accepted(self, core: Core, invocation: Invocation) -> str | None:
        """The core's line. Where the storage fails the person is told so, and can give the command again."""
        try:
            return await core.accept(invocation.event(await _arguments(core, invocation)))
        except DatabaseBroken:
            raise
        except AlreadySeen:
            return None
        except StorageError as error:
            _log.error("discord: the storage did not take an interaction (%s)", type(error).__name__)
            return texts.WENT_WRONG

    async def _read(self, looking: Coroutine[object, object, T], seconds: float) -> T | None:
        """What the core says within so many seconds; None where it does not, or its storage fails."""
        task = asyncio.create_task(_stored(looking))
        try:
            return task.result() if await self._ended(task, seconds) else None
        finally:
            task.cancel()

    async def _ended(self, task: asyncio.Task[T], seconds: float) -> bool:
        """Waits so long for the task, and says whether it has ended."""
        timer = asyncio.create_task(self._clock.sleep(seconds))
        try:
            await asyncio.wait((task, timer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
        return task.done()


class _Time:
    """How long ago the interaction was made: on its way here it may have waited. What cannot be is a clock that is wrong."""

    def __init__(self, clock: Clock, interaction: discord.Interaction) -> None:
        self._clock = clock
        age = (clock.now() - interaction.created_at).total_seconds()
        self._made = clock.monotonic() - (age if 0 < age < ANSWER_WITHIN else 0)

    def left(self, until: float) -> float:
        """Seconds until it is `until` seconds old."""
        return max(LEAST, until - (self._clock.monotonic() - self._made))


async def _stored(looking: Coroutine[object, object, T]) -> T | None:
    try:
        return await looking
    except DatabaseBroken:
        raise
    except StorageError as error:
        _log.warning("discord: the storage could not be read for an interaction (%s)", type(error).__name__)
        return None


async def _arguments(core: Core, invocation: Invocation) -> str:
    """A text for the newest message goes with that message's id, so that a number that it begins with stays a part of it."""
    if not invocation.unplaced:
        return invocation.args
    ask = await core.prompt_for(invocation.author, invocation.place, invocation.name)
    return invocation.placed(ask)
