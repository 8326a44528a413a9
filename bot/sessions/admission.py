"""Who is let in, and how much: asked once for every event of a person, whichever way it comes."""

from __future__ import annotations

from collections import OrderedDict

from bot.access import may_use
from bot.events import CommandInvoked, Event, MessageDeleted, MessageEdited, MessageReceived, PlaceChanged
from bot.limits import Once, RateLimit
from bot.policy import Policy
from bot.ports import Clock
from bot.replies import texts

ALWAYS_ADMITTED = frozenset({"stop", "cancel"})
"""Commands that make things less, not more: the rate limit lets them pass."""

REMEMBERED = 10_000
"""Verdicts, of the newest events."""
Personal = MessageReceived | MessageEdited | CommandInvoked


def concerns_the_bot(event: Event) -> bool:
    """What people say among themselves is none of the bot's business, and with other bots it does not talk (U19)."""
    if isinstance(event, MessageDeleted | PlaceChanged):
        return True
    return not event.author.is_bot and (not isinstance(event, MessageReceived) or event.addressed)


class Admission:
    """Remembers its verdicts: an event that has to be decided about again, or comes again since it could not be stored, is not counted
    again."""

    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._rate = RateLimit(policy.rate)
        self._once = Once(clock)
        self._verdicts: OrderedDict[str, str | None] = OrderedDict()
        self._dues: OrderedDict[str, bool] = OrderedDict()

    def refusal(self, event: Personal) -> str | None:
        """None for who may come in; else the line that says why not, which is empty where that was said within the last
        minute and nothing waits for it."""
        if event.key not in self._verdicts:
            self._verdicts[event.key] = self._judged(event)
            if len(self._verdicts) > REMEMBERED:
                self._verdicts.popitem(last=False)
        return self._verdicts[event.key]

    def due(self, line: str, event: Personal) -> bool:
        """Whether a line of this kind may be said to the event; at most once a minute."""
        asked = f"{line} {event.key}"
        if asked not in self._dues:
            self._dues[asked] = self._once.due(line)
            if len(self._dues) > REMEMBERED:
                self._dues.popitem(last=False)
        return self._dues[asked]

    def _judged(self, event: Personal) -> str | None:
        place = event.ref.place
        account = f"{place.platform}:{event.author.id}"
        if not may_use(self._policy, event.author, place):
            return self._said_once(f"refused {account}", _not_allowed(event, account), event)
        if isinstance(event, CommandInvoked) and event.name in ALWAYS_ADMITTED:
            return None
        at = event.edited_at if isinstance(event, MessageEdited) else event.sent_at
        if not self._rate.admit(account, at.timestamp()):
            return self._said_once(f"rate {account}", texts.TOO_FAST, event)
        return None

    def _said_once(self, key: str, line: str, event: Personal) -> str:
        """Empty where it was said already; not for what waits for an answer, which only who gave it sees."""
        waits = isinstance(event, CommandInvoked) and event.via is not None
        return line if self._once.due(key) or waits else ""


def _not_allowed(event: Personal, account: str) -> str:
    """With the ids that the operator has to put on the list."""
    place = event.ref.place
    if place.kind == "private":
        return texts.NOT_ALLOWED.format(id=account)
    return texts.NOT_ALLOWED_HERE.format(id=account, chat=f"{place.platform}:{place.chat_id}")
