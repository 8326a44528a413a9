"""Finds a message that an earlier life of the program, or a lost answer, may have left in a channel: keys count for minutes only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from adapters.discord.payloads import EPHEMERAL, LOADING
from adapters.discord.places import channel_id, snowflake_at
from adapters.discord.rest import Rest
from bot.events import MessageRef, Place
from bot.ports import Core
from bot.replies import texts

_SKEW: Final = 60_000 << 22
"""A minute in ids: by so much the clocks here and there may differ."""
_CLOSING: Final = "`│ \n"


@dataclass(frozen=True, slots=True)
class Lost:
    """A message that may have been sent: to show `text`, below the message `after`, as a reply to the message `reference` (0: to none).
    If it was made after `keyed`, a time as an id, its key leads to it."""

    text: str
    after: int
    reference: int
    keyed: int


async def own_message(rest: Rest, core: Core | None, place: Place, since: Collection[datetime], lost: Lost, others: Collection[int]) -> int:
    """The oldest message of the bot's that fits, that no post is known to be, and that is none of the `others` that this life has made; one
    that shows the very text comes first, one with the reference before others, and one from before `since`, as clocks may differ, last. 0
    where there is none.

    It came after one of the times `since`, as far as the clocks agree. It also came after the message `lost.after`, unless all of `since`
    is well before that: then it may have been sent for what was written earlier. Raises AdapterErrors.
    """
    from_each = [snowflake_at(one) - _SKEW for one in since]
    lowest = min(from_each)
    if lost.after - max(from_each) <= 2 * _SKEW:
        lowest = max(lowest, lost.after)
    begun = snowflake_at(min(since))
    there = await rest.messages(channel_id(place), limit=100)
    found = [message for message in there if _is_own(message, rest, lowest) and _fits(message, lost, begun)]
    for message in sorted(found, key=lambda one: _rank(one, lost, begun)):
        number = int(message["id"])
        if number not in others and (core is None or not await core.knows(MessageRef(place, str(number)))):
            return number
    return 0


async def answer_to(rest: Rest, place: Place, interaction: int) -> tuple[int, bool]:
    """The first message that all can see and that was made by the interaction's token, and whether it says no more than "thinking"; 0 where
    there is none. Raises AdapterErrors."""
    for message in reversed(await rest.messages(channel_id(place), after=interaction, limit=100)):
        told = message.get("interaction_metadata") or {}
        if str(told.get("id")) == str(interaction):
            return int(message["id"]), bool(message.get("flags", 0) & LOADING)
    return 0, False


def _is_own(message: dict[str, Any], rest: Rest, lowest: int) -> bool:
    author = message.get("author") or {}
    if str(author.get("id")) != str(rest.user.get("id")) or int(message["id"]) <= lowest or message.get("flags", 0) & EPHEMERAL:
        return False
    return not message.get("webhook_id")  # it was made by an interaction's token, which no key guards


def _fits(message: dict[str, Any], lost: Lost, begun: int) -> bool:
    """Only what replies to the same: else two that were lost would each be taken for the other's. A reply to what was deleted by then is
    posted as a reply to nothing.

    Where neither replies to anything, what is older than the first try, if clocks agree, must have the words for it: the very text, its
    beginning, or a preview's end, since a model that is asked again says something else. A line of another command has none of that. What
    its key would lead to must be the very text: else it is another's, which was lost just now.
    """
    reference, number = _reference(message), int(message["id"])
    if reference or lost.reference:
        return reference == lost.reference or (not reference and _shows(message, lost))
    if number > lost.keyed:
        return _shows(message, lost)
    return begun <= number or _shows(message, lost) or _begins(message, lost) or _waits(message)


def _rank(message: dict[str, Any], lost: Lost, begun: int) -> tuple[bool, bool, bool, int]:
    number = int(message["id"])
    return not _shows(message, lost), _reference(message) != lost.reference, number < begun, number


def _reference(message: dict[str, Any]) -> int:
    return int((message.get("message_reference") or {}).get("message_id") or 0)


def _shows(message: dict[str, Any], lost: Lost) -> bool:
    return str(message.get("content")).strip() == lost.text.strip()


def _begins(message: dict[str, Any], lost: Lost) -> bool:
    shown = str(message.get("content")).strip()
    return bool(shown) and lost.text.strip().startswith(shown)


def _waits(message: dict[str, Any]) -> bool:
    """Whether it is short of its text; what is still open there (a block of code, a table) has been closed behind the sign."""
    return str(message.get("content")).rstrip(_CLOSING).endswith(texts.WAITING)
