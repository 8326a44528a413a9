"""What goes wrong between here and Discord, turned into the core's errors, in one place. No text and no token ever goes along."""

from __future__ import annotations

from typing import Final

import aiohttp
import discord

from adapters.discord.forms import Json
from bot.errors import AdapterError, ContentRefused, MessageGone, PlaceUnavailable, RateLimited, SendUnknown, TokenRefused

UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION = 10003, 10004, 10008, 10015, 10062
INVALID_WEBHOOK_TOKEN, ALREADY_ANSWERED, ARCHIVED = 50027, 40060, 50083
CLOUDFLARE_PAUSE: Final = 60.0
"""Seconds to leave Discord alone where a 429 names no time."""
_NO_ANSWER: Final = "the answer is not Discord's"
OVER: Final = frozenset({UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, INVALID_WEBHOOK_TOKEN})
NOWHERE: Final = frozenset({UNKNOWN_CHANNEL, UNKNOWN_GUILD, 50001, 50007, 50013, 50278})
NO_HISTORY: Final = 160002
MODERATED: Final = frozenset({20009, 200000, 240000})
"""Said of the words, whatever the status."""
LOST: Final = (aiohttp.ClientError, OSError, TimeoutError, ValueError, TypeError, KeyError)
"""What a call that ended without a readable answer raises; the library stumbles over a limit that names no time."""
FAILURES: Final = (discord.HTTPException, discord.RateLimited, *LOST)


class InteractionOver(AdapterError):
    """The interaction cannot be answered any more: its token is too old, or it never had a first answer. Does not leave the adapter."""


class AlreadyAnswered(AdapterError):
    """The interaction has its first answer already. Does not leave the adapter."""


class ReplyRefused(ContentRefused):
    """The bot may reply to nothing there, since it may not read what was said; it may write all the same. Does not leave the adapter."""


class Archived(PlaceUnavailable):
    """The thread is archived: only a new message opens it by itself, and that only where it is not locked."""


def translated(error: BaseException) -> AdapterError:
    """The core's error for what the library or the network raised."""
    if isinstance(error, discord.RateLimited):
        return RateLimited(error.retry_after)
    if not isinstance(error, discord.HTTPException):
        return SendUnknown(type(error).__name__)
    return _refusal(error) or _by_status(error)


def _refusal(error: discord.HTTPException) -> AdapterError | None:
    """By Discord's own code, where it tells."""
    what = f"{error.status} {error.code}"
    if error.code in OVER:
        return InteractionOver(what)
    if error.code == ARCHIVED:
        return Archived(what)
    if error.code == NO_HISTORY:
        return ReplyRefused(what)
    if error.code in MODERATED:
        return ContentRefused(what)
    if error.code in NOWHERE:
        return PlaceUnavailable(what)
    if error.code == ALREADY_ANSWERED:
        return AlreadyAnswered(what)
    return MessageGone(what) if error.code == UNKNOWN_MESSAGE else None


def _by_status(error: discord.HTTPException) -> AdapterError:
    what = f"{error.status} {error.code}"
    match error.status:
        case 401:
            return TokenRefused("Discord does not accept the token; copy it again from the Bot page of the developer portal")
        case 429:
            return RateLimited(_pause(error))
        case 403 | 404 if error.response.headers.get("Content-Type") != "application/json":
            return RateLimited(_pause(error))  # what stands before Discord shuts the bot out: that says nothing of the place
        case 403 | 404:
            return PlaceUnavailable(what)
        case status if status >= 500:  # noqa: PLR2004 - the server's own trouble
            return SendUnknown(what)
        case _:
            return ContentRefused(what)


def _pause(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", CLOUDFLARE_PAUSE))
    except ValueError:
        return CLOUDFLARE_PAUSE


def thing_in(found: object, *, named: bool = True) -> Json:
    """A thing of Discord's, `named` by an id. Raises SendUnknown for any other answer: something on the way may have given it (P34)."""
    if not isinstance(found, dict) or (named and not str(found.get("id")).isdigit()):
        raise SendUnknown(_NO_ANSWER)
    return found


def things_in(found: object) -> list[Json]:
    """A list of such things. Raises SendUnknown likewise."""
    if not isinstance(found, list):
        raise SendUnknown(_NO_ANSWER)
    return found
