"""Who administers a group, remembered for a while and asked for in the background: accepting an event must not wait for a network."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram.error import TelegramError

from adapters.calls.flights import Flights
from adapters.telegram.errands import noticed
from bot.ports import Clock

FRESH_FOR = 300.0
AGAIN_AFTER = 30.0
MAX_GROUPS = 5_000

Ask = Callable[[str], Awaitable[frozenset[str]]]


@dataclass(slots=True)
class Known:
    admins: frozenset[str]
    ask_again_at: float
    asking: bool = False


class Admins:
    """Of a group that was not heard of before, nobody is an admin until Telegram has answered; after that, what was known last counts
    until the next answer."""

    def __init__(self, ask: Ask, clock: Clock, flights: Flights) -> None:
        self._ask = ask
        self._clock = clock
        self._flights = flights
        self._groups: OrderedDict[str, Known] = OrderedDict()

    def is_admin(self, chat_id: str, user_id: str) -> bool:
        """What is known now; asks for news where it is old."""
        known = self._groups.get(chat_id)
        if known is None:
            known = self._groups[chat_id] = Known(frozenset(), 0.0)
            if len(self._groups) > MAX_GROUPS:
                self._groups.popitem(last=False)
        self._groups.move_to_end(chat_id)
        if not known.asking and self._clock.monotonic() >= known.ask_again_at:
            known.asking = True
            self._flights.errand(noticed(self._refresh(chat_id, known), "getChatAdministrators"))
        return user_id in known.admins

    async def _refresh(self, chat_id: str, known: Known) -> None:
        known.ask_again_at = self._clock.monotonic() + AGAIN_AFTER
        try:
            known.admins = await self._ask(chat_id)
            known.ask_again_at = self._clock.monotonic() + FRESH_FOR
        except TelegramError:
            return  # not reachable, or no longer there: what was known stands
        finally:
            known.asking = False
