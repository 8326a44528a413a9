"""Errors of discord.py and of its connections become those of bot.errors here, and nowhere else. No token or message text goes along."""

from __future__ import annotations

import re
from typing import Final

import aiohttp
import discord

from bot.errors import AdapterError, ContentRefused, MessageGone, PlaceUnavailable, RateLimited, SendUnknown, TokenRefused

CALL_ERRORS: Final = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, RuntimeError)
"""What a call of the library raises; RuntimeError where its session was closed meanwhile."""

UNTIL_CLOUDFLARE: Final = 60.0
"""Seconds to wait after a 429 that is no answer of Discord's and names no time."""
_UNKNOWN_MESSAGE: Final = 10008
_ACKNOWLEDGED: Final = 40060
_OVER: Final = frozenset({10015, 10062, 50027})
"""Unknown webhook, unknown interaction, invalid webhook token: the interaction can no longer be answered [Discord: JSON Error Codes]."""
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _SERVER = 401, 403, 404, 429, 500
_CLOSED: Final = frozenset({10003, 10004, 50001, 50007, 50013, 50083, 160005})
"""Unknown channel or guild, no access, direct messages closed, no permission, archived, locked."""


class InteractionOver(AdapterError):
    """Discord takes no answer to the interaction any more. Known inside the adapter only."""


class Acknowledged(AdapterError):
    """The interaction has its first answer already. Known inside the adapter only."""


def translated(error: Exception) -> AdapterError:
    """The error to raise instead."""
    match error:
        case AdapterError():
            return error
        case discord.RateLimited():
            return RateLimited(error.retry_after)
        case discord.LoginFailure():
            return TokenRefused("Discord does not accept the token")
        case discord.HTTPException():
            return _refused(error)
        case _:
            return SendUnknown(type(error).__name__)


def _refused(error: discord.HTTPException) -> AdapterError:
    said = f"HTTP {error.status}, code {error.code}"
    if error.code in _OVER:
        return InteractionOver(said)
    if error.code == _ACKNOWLEDGED:
        return Acknowledged(said)
    if error.code == _UNKNOWN_MESSAGE:
        return MessageGone(said)
    if error.status == _UNAUTHORIZED:
        return TokenRefused("Discord does not accept the token")
    if error.status == _TOO_MANY:
        return RateLimited(_named_wait(error))
    if error.status in (_FORBIDDEN, _NOT_FOUND) or error.code in _CLOSED:
        return PlaceUnavailable(said)
    if error.status >= _SERVER:
        return SendUnknown(said)
    return ContentRefused(said)


def _named_wait(error: discord.HTTPException) -> float:
    """Seconds that a 429 asks for."""
    headers = error.response.headers
    named = headers.get("Retry-After") or headers.get("X-RateLimit-Reset-After") or ""
    return float(named) if re.fullmatch(r"\d+(\.\d+)?", named) else UNTIL_CLOUDFLARE


def is_invalid(error: AdapterError) -> bool:
    """Whether Discord counts the call among the 10,000 refused ones in ten minutes after which it shuts an address out: 401, 403, 429."""
    return isinstance(error, TokenRefused | PlaceUnavailable | RateLimited)
