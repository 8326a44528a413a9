"""Calls that carry an interaction's token in their path, without the bot's own.

The library's client for these repeats every server error, and waits without end for room: a followup, which has no key, would be there
twice. So each call is made once here, and who makes it decides what an unknown outcome means.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import aiohttp
import discord

from adapters.discord.breaker import Breaker
from adapters.discord.errors import FAILURES, InteractionOver, translated
from adapters.discord.forms import Json, form_of
from adapters.discord.options import DiscordOptions
from bot.posts import File

TOTAL: Final = 15.0


class ByToken:
    """The session is opened at the first call."""

    def __init__(self, options: DiscordOptions, breaker: Breaker) -> None:
        self._breaker = breaker
        self._base = options.api_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, path: str, payload: Json | None, files: Sequence[File]) -> Json:
        """Raises AdapterErrors; InteractionOver for a token that is over."""
        session = self._opened()
        data = _body(payload, files)
        headers = {"Content-Type": "application/json"} if isinstance(data, bytes) else {}
        try:
            async with session.request(method, self._base + path, data=data, headers=headers) as response:
                body = await response.read()
                found = json.loads(body) if body and response.content_type == "application/json" else {}
                self._breaker.refused(response.status)
                if response.status == 401:  # noqa: PLR2004 - Unauthorized: there is no other token here
                    raise InteractionOver("401")
                if response.status >= 300:  # noqa: PLR2004 - no success
                    raise discord.HTTPException(response, found)
                return dict(found)
        except FAILURES as error:
            raise translated(error) from None

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TOTAL), cookie_jar=aiohttp.DummyCookieJar())
        return self._session


def _body(payload: Json | None, files: Sequence[File]) -> bytes | aiohttp.FormData | None:
    if payload is None:
        return None
    if not files:
        return json.dumps(payload).encode()
    form = aiohttp.FormData(quote_fields=False)
    for field in form_of(payload, files):
        form.add_field(**field)
    return form
