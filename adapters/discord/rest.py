"""The calls to Discord's REST API: the library's own HTTP classes with their rate limits, one method a call, and its errors translated.

Calls with the bot's token and calls with an interaction's go by two classes, as the library has them. A call that is under way is never
cancelled: who asked may be, and a cancelled edit could still arrive, after a later one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from discord.http import HTTPClient, Route
from discord.webhook.async_ import AsyncWebhookAdapter

from adapters.discord.errors import CALL_ERRORS, translated
from adapters.discord.flights import Flights
from adapters.discord.gateway import use_addresses
from adapters.discord.options import DiscordOptions
from adapters.discord.places import InteractionRef
from bot.errors import ContentRefused, RateLimited
from bot.posts import File

Json = dict[str, Any]

LONGEST_CALL: Final = 30.0
LONGEST_LIMIT: Final = 2.0
"""Seconds that the library may wait for a rate limit by itself; a longer one comes back as RateLimited, and is kept by the core."""
CLOSE_WITHIN: Final = 1.0
OK: Final = 200
NOT_YET: Final = 5.0
FILE_HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
OWN_HOST: Final = "discord.com"


class Rest:
    """One for each bot, whatever becomes of the gateway's client. Every method raises AdapterErrors and nothing else."""

    def __init__(self, options: DiscordOptions) -> None:
        use_addresses(options)
        self._options = options
        self._http: HTTPClient | None = None
        self._hooks = AsyncWebhookAdapter()
        self._session: aiohttp.ClientSession | None = None
        self._flights = Flights()
        self._logging_in = asyncio.Lock()
        self.application_id = ""
        self.bot_id = 0

    async def login(self) -> Json:
        """Who the bot is. May be called again. Raises TokenRefused."""
        async with self._logging_in:
            http = self._http
            if http is not None:
                me = await self._call(Route("GET", "/users/@me"))
            else:
                http = HTTPClient(asyncio.get_running_loop())
                # Its constructor takes none below 30 s; the attribute is read at each call.
                http.max_ratelimit_timeout = LONGEST_LIMIT
                try:
                    me = dict(await self._flights.land(http.static_login(self._options.token)))
                except CALL_ERRORS as error:
                    await http.close()
                    raise translated(error) from None
                self._http = http
                self._session = aiohttp.ClientSession(
                    timeout=aiohttp.ClientTimeout(total=LONGEST_CALL), cookie_jar=aiohttp.DummyCookieJar()
                )
        self.bot_id = int(me["id"])
        return me

    async def close(self) -> None:
        """Calls under way get a second to end."""
        await self._flights.drain(CLOSE_WITHIN)
        http, self._http = self._http, None
        session, self._session = self._session, None
        if http is not None:
            await http.close()
        if session is not None:
            await session.close()

    async def application(self) -> Json:
        found: Json = await self._call(Route("GET", "/applications/@me"))
        self.application_id = str(found["id"])
        return found

    async def gateway_bot(self) -> Json:
        found: Json = await self._call(Route("GET", "/gateway/bot"))
        return found

    async def put_commands(self, app_id: str, payload: list[dict[str, object]]) -> object:
        return await self._call(Route("PUT", "/applications/{application_id}/commands", application_id=app_id), json=payload)

    async def channel(self, channel_id: int) -> Json:
        found: Json = await self._call(Route("GET", "/channels/{channel_id}", channel_id=channel_id))
        return found

    async def messages(self, channel_id: int, *, after: int = 0, before: int = 0, limit: int = 100) -> list[Json]:
        """Newest first, as Discord gives them."""
        params = {"limit": str(limit)} | ({"after": str(after)} if after else {}) | ({"before": str(before)} if before else {})
        found: list[Json] = await self._call(Route("GET", "/channels/{channel_id}/messages", channel_id=channel_id), params=params)
        return found

    async def member(self, guild_id: int, user_id: int) -> Json:
        route = Route("GET", "/guilds/{guild_id}/members/{member_id}", guild_id=guild_id, member_id=user_id)
        found: Json = await self._call(route)
        return found

    async def create_thread(self, channel_id: int, message_id: int, name: str) -> Json:
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        found: Json = await self._call(Route("POST", path, channel_id=channel_id, message_id=message_id), json={"name": name})
        return found

    async def create_message(self, channel_id: int, payload: Json, file: File | None = None) -> Json:
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel_id)
        form = None if file is None else _form(payload, file)
        found: Json = await (self._call(route, json=payload) if form is None else self._call(route, form=form))
        return found

    async def edit_message(self, channel_id: int, message_id: int, payload: Json) -> None:
        path = "/channels/{channel_id}/messages/{message_id}"
        await self._call(Route("PATCH", path, channel_id=channel_id, message_id=message_id), json=payload)

    async def delete_message(self, channel_id: int, message_id: int) -> None:
        path = "/channels/{channel_id}/messages/{message_id}"
        await self._call(Route("DELETE", path, channel_id=channel_id, message_id=message_id))

    async def typing(self, channel_id: int) -> None:
        await self._call(Route("POST", "/channels/{channel_id}/typing", channel_id=channel_id))

    async def respond(self, interaction: InteractionRef, kind: int, data: Mapping[str, object] | None = None) -> None:
        """The first answer to an interaction, of one of Discord's kinds."""
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        payload: Json = {"type": kind} if data is None else {"type": kind, "data": data}
        await self._hook(Route("POST", path, webhook_id=interaction.id, webhook_token=interaction.token), payload)

    async def edit_original(self, token: str, payload: Json) -> Json:
        found: Json = await self._hook(self._of(token, "PATCH", "/messages/@original"), payload)
        return found

    async def delete_original(self, token: str) -> None:
        await self._hook(self._of(token, "DELETE", "/messages/@original"))

    async def followup(self, token: str, payload: Json, file: File | None = None) -> Json:
        route, params = self._of(token, "POST", ""), {"wait": "true"}
        form = None if file is None else _form(payload, file)
        found: Json = await (self._hook(route, payload, params=params) if form is None else self._hook(route, params=params, form=form))
        return found

    async def edit_followup(self, token: str, message_id: int, payload: Json) -> None:
        await self._hook(self._of(token, "PATCH", f"/messages/{message_id}"), payload)

    async def delete_followup(self, token: str, message_id: int) -> None:
        await self._hook(self._of(token, "DELETE", f"/messages/{message_id}"))

    async def download(self, url: str, limit: int) -> bytes:
        """A file that came with a message: from Discord's own hosts only, without redirects (X10). ContentRefused when it is larger."""
        if self._session is None:
            raise RateLimited(NOT_YET)
        if not self._is_discords(url):
            raise ContentRefused("the file is not at Discord")
        try:
            return await self._flights.land(_downloaded(self._session, url, limit))
        except CALL_ERRORS as error:
            raise translated(error) from None

    def _is_discords(self, url: str) -> bool:
        own = urlsplit(self._options.api_url)
        asked = urlsplit(url)
        if own.hostname != OWN_HOST and asked.netloc == own.netloc:
            return True
        return asked.scheme == "https" and asked.hostname in FILE_HOSTS and asked.port is None

    def _of(self, token: str, method: str, path: str) -> Route:
        return Route(method, f"/webhooks/{{webhook_id}}/{{webhook_token}}{path}", webhook_id=self.application_id, webhook_token=token)

    async def _call(self, route: Route, **fields: Any) -> Any:
        if self._http is None:
            raise RateLimited(NOT_YET)
        fields["timeout"] = aiohttp.ClientTimeout(total=LONGEST_CALL)
        return await self._landed(self._http.request(route, **fields))

    async def _hook(self, route: Route, payload: Json | None = None, *, params: Json | None = None, form: list[Json] | None = None) -> Any:
        if self._session is None:
            raise RateLimited(NOT_YET)
        return await self._landed(self._hooks.request(route, self._session, payload=payload, params=params, multipart=form))

    async def _landed(self, call: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await self._flights.land(call)
        except CALL_ERRORS as error:
            raise translated(error) from None


def _form(payload: Json, file: File) -> list[Json]:
    """A message with a file, as Discord takes it."""
    told = payload | {"attachments": [{"id": 0, "filename": file.name}]}
    return [
        {"name": "payload_json", "value": json.dumps(told), "content_type": "application/json"},
        {"name": "files[0]", "value": file.data, "filename": file.name, "content_type": file.mime_type},
    ]


async def _downloaded(session: aiohttp.ClientSession, url: str, limit: int) -> bytes:
    async with session.get(url, allow_redirects=False) as response:
        if response.status != OK or (response.content_length or 0) > limit:
            raise ContentRefused("Discord does not give the file, or it is too large")
        data = await response.content.read(limit + 1)
        while len(data) <= limit and (more := await response.content.read(limit + 1 - len(data))):
            data += more
    if len(data) > limit:
        raise ContentRefused("the file is too large")
    return data
