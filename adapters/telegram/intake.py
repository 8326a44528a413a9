"""From a raw update to an accepted event: what polling and webhook have in common. Returning means that Telegram may forget it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from telegram import Update

from adapters.calls.backoff import Backoff
from adapters.calls.flights import Flights
from adapters.telegram.errands import noticed
from adapters.telegram.events import Reader
from bot.errors import AlreadySeen, StorageError
from bot.events import Event
from bot.ports import Clock, Core

_log = logging.getLogger(__name__)

# What reading a malformed update can raise; it is other people's data, so all of these only mean "cannot be read".
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, OSError, RecursionError)
_LONGEST_TOAST = 200

Answer = Callable[[str, str], Awaitable[object]]


class Intake:
    """Takes updates one at a time, in the order in which they come. `unreadable` counts those that could not be read."""

    def __init__(self, core: Core, reader: Reader, clock: Clock, flights: Flights, answer: Answer) -> None:
        self._core = core
        self._reader = reader
        self._clock = clock
        self._flights = flights
        self._answer = answer
        self.unreadable = 0
        # A webhook's post that Telegram gave up on, and sends again, may still be in hand.
        self._one_at_a_time = asyncio.Lock()

    async def take(self, raw: object) -> None:
        """Returns once the update is stored or known to hold nothing. While the storage fails it blocks, and tries again."""
        async with self._one_at_a_time:
            await self._take(raw)

    async def _take(self, raw: object) -> None:
        update = self._read(raw)
        if update is None:
            return
        event = self._event(update)
        line = await self._accepted(event) if event is not None else None
        if update.callback_query is not None and isinstance(update.callback_query.id, str):
            self._flights.errand(noticed(_answered(self._answer, update.callback_query.id, line), "answerCallbackQuery"))

    def _read(self, raw: object) -> Update | None:
        if not isinstance(raw, Mapping):
            self._left_out(None, "no object")
            return None
        try:
            return Update.de_json(dict(raw), None)
        except _UNREADABLE as error:
            self._left_out(raw.get("update_id"), type(error).__name__)
            return None

    def _event(self, update: Update) -> Event | None:
        try:
            return self._reader.event(update, self._clock.now())
        except _UNREADABLE as error:
            self._left_out(update.update_id, type(error).__name__)
            return None

    def _left_out(self, update_id: object, why: str) -> None:
        self.unreadable += 1
        _log.warning(
            "telegram: update %r cannot be read (%s) and is left out; %d so far",
            update_id if isinstance(update_id, int) else None,
            why,
            self.unreadable,
        )

    async def _accepted(self, event: Event) -> str | None:
        backoff = Backoff()
        while True:
            try:
                return await self._core.accept(event)
            except AlreadySeen:
                return None
            except StorageError as error:
                wait = backoff.next()
                _log.error("telegram: the storage did not take an update (%s); again in %.1f s", type(error).__name__, wait)
                await self._clock.sleep(wait)


async def _answered(answer: Answer, query_id: str, line: str | None) -> None:
    await answer(query_id, (line or "")[:_LONGEST_TOAST])
