"""Discord's REST: one method for each call that is made, all of which raise AdapterErrors and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import discord
from discord.http import Route

from adapters.calls.flights import Flights
from adapters.discord.breaker import Breaker
from adapters.discord.buckets import Http
from adapters.discord.bytoken import ByToken
from adapters.discord.errors import FAILURES, LOST, Archived, thing_in, things_in, translated
from adapters.discord.forms import Json, form_of
from adapters.discord.options import DiscordOptions
from adapters.discord.places import InteractionRef
from bot.errors import AdapterError, ContentRefused, PlaceUnavailable, SendUnknown, TokenRefused
from bot.ports import Clock
from bot.posts import File

TOTAL: Final = 30.0
"""Seconds that one call may take."""
LONGEST_WAIT: Final = 2.0
"""Seconds that a call may wait for room in a bucket."""
CLOSE_WITHIN: Final = 1.0
_NOT_ACCEPTED: Final = "Discord does not accept the token"
_FILE_HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_TIMEOUT: Final = aiohttp.ClientTimeout(total=TOTAL)


class Rest:
    """A client of its own, beside the gateway's. `on_token_refused` is called when Discord takes the token no more."""

    def __init__(self, options: DiscordOptions, clock: Clock, dated: Callable[[str], None] = lambda _date: None) -> None:
        self._options = options
        self._dated = dated
        self._http: Http | None = None
        self._opening = asyncio.Lock()
        self._flights = Flights()
        self.breaker = Breaker(clock)
        self._by_token = ByToken(options, self.breaker)
        self._refused = False
        self.user: Json = {}
        self.application_id = ""
        self.on_token_refused: Callable[[], object] = lambda: None
        Route.BASE = options.api_url

    async def login(self) -> Json:
        """Who the bot is. Raises TokenRefused; no other call is made from then until the next login."""
        self._refused = False
        if self._http is not None:
            self.user = await self._json("GET", "/users/@me")
        await self._client()
        if not self.application_id:
            await self.application()
        return self.user

    async def close(self) -> None:
        """Calls under way get a second to end."""
        await self._flights.drain(CLOSE_WITHIN)
        http, self._http = self._http, None
        if http is not None:
            await http.close()
        await self._by_token.close()

    async def application(self) -> Json:
        found = await self._json("GET", "/applications/@me")
        self.application_id = str(found["id"])
        return found

    async def gateway_bot(self) -> Json:
        return await self._json("GET", "/gateway/bot", named=False)

    async def put_commands(self, app_id: str, payload: Sequence[Mapping[str, object]]) -> object:
        return await self._call(Route("PUT", "/applications/{app_id}/commands", app_id=app_id), json=list(payload))

    async def commands(self, app_id: str) -> list[Json]:
        return things_in(await self._call(Route("GET", "/applications/{app_id}/commands", app_id=app_id)))

    async def channel(self, channel_id: int) -> Json:
        return await self._json("GET", "/channels/{channel_id}", channel_id=channel_id)

    async def messages(self, channel_id: int, *, after: int = 0, before: int = 0, limit: int = 100) -> list[Json]:
        """In Discord's order: newest first."""
        bounds = {"after": after} if after else {"before": before} if before else {}
        route = Route("GET", "/channels/{channel_id}/messages", channel_id=channel_id)
        return things_in(await self._call(route, params={"limit": limit, **bounds}))

    async def member(self, guild_id: int, user_id: int) -> Json:
        return await self._json("GET", "/guilds/{guild_id}/members/{user_id}", named=False, guild_id=guild_id, user_id=user_id)

    async def create_thread(self, channel_id: int, message_id: int, name: str) -> Json:
        """That the bot may open none does not say that it may not write."""
        route = Route("POST", "/channels/{channel_id}/messages/{message_id}/threads", channel_id=channel_id, message_id=message_id)
        return thing_in(await self._call(route, json={"name": name[:100], "auto_archive_duration": 10080}))

    async def create_message(self, channel_id: int, payload: Json, files: Sequence[File] = ()) -> Json:
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel_id)
        return thing_in(await self._call(route, channel_id, **_body(payload, files)))

    async def edit_message(self, channel_id: int, message_id: int, payload: Json, files: Sequence[File] = ()) -> Json:
        return thing_in(await self._changed("PATCH", channel_id, message_id, **_body(payload, files)))

    async def delete_message(self, channel_id: int, message_id: int) -> None:
        await self._changed("DELETE", channel_id, message_id)

    async def _changed(self, method: str, channel_id: int, message_id: int, **what: Any) -> Any:
        """In a thread that was archived meanwhile nothing can be changed: it is opened again, as a new message would open it."""
        route = Route(method, "/channels/{channel_id}/messages/{message_id}", channel_id=channel_id, message_id=message_id)
        try:
            return await self._call(route, channel_id, **what)
        except Archived:
            await self._call(Route("PATCH", "/channels/{channel_id}", channel_id=channel_id), channel_id, json={"archived": False})
        return await self._call(route, channel_id, **what)

    async def typing(self, channel_id: int) -> None:
        await self._call(Route("POST", "/channels/{channel_id}/typing", channel_id=channel_id), channel_id)

    async def respond(self, interaction: InteractionRef, kind: int, data: Json | None) -> None:
        """The first answer to an interaction."""
        body = {"type": kind} if data is None else {"type": kind, "data": data}
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        await self._flights.land(self._by_token.call("POST", path, body, ()))

    async def edit_original(self, token: str, payload: Json, files: Sequence[File] = ()) -> Json:
        return thing_in(await self._flights.land(self._hook("PATCH", f"{token}/messages/@original", payload, files)))

    async def delete_original(self, token: str) -> None:
        await self._flights.land(self._hook("DELETE", f"{token}/messages/@original"))

    async def followup(self, token: str, payload: Json, files: Sequence[File] = ()) -> Json:
        """One more message. There is no key that makes it one: what ended unknown must not be repeated."""
        return thing_in(await self._flights.land(self._hook("POST", f"{token}?wait=1", payload, files)))

    async def edit_followup(self, token: str, message_id: int, payload: Json, files: Sequence[File] = ()) -> Json:
        return thing_in(await self._flights.land(self._hook("PATCH", f"{token}/messages/{message_id}", payload, files)))

    async def delete_followup(self, token: str, message_id: int) -> None:
        await self._flights.land(self._hook("DELETE", f"{token}/messages/{message_id}"))

    async def download(self, url: str, limit: int) -> bytes:
        """A file from Discord's own hosts (X10); ContentRefused where it is elsewhere, gone, or of more than `limit` bytes."""
        if not self._is_own(url):
            raise ContentRefused("the file is not Discord's")
        return await self._flights.land(self._download(url, limit))

    async def _download(self, url: str, limit: int) -> bytes:
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.get(url, allow_redirects=False) as response,
            ):
                if response.status != 200:  # noqa: PLR2004 - OK
                    raise ContentRefused(f"the file is not given: {response.status}")
                data = bytearray()
                async for piece in response.content.iter_chunked(65536):
                    data += piece
                    if len(data) > limit:
                        raise ContentRefused("the file is too large")
                return bytes(data)
        except LOST as error:
            raise translated(error) from None

    def _is_own(self, url: str) -> bool:
        try:
            asked, own = urlsplit(url), urlsplit(self._options.api_url)
            port = asked.port
        except ValueError:
            return False
        if own.hostname != "discord.com" and (asked.scheme, asked.netloc) == (own.scheme, own.netloc):
            return True
        return asked.scheme == "https" and asked.hostname in _FILE_HOSTS and port in (None, 443) and not asked.username

    async def _json(self, method: str, path: str, *, named: bool = True, **parameters: Any) -> Json:
        return thing_in(await self._call(Route(method, path, **parameters)), named=named)

    async def _call(self, route: Route, channel: int = 0, **what: Any) -> Any:
        """`channel` is given for what is refused there for lack of rights, and then refused here for a while."""
        return await self._flights.land(self._counted(route, channel, what))

    async def _counted(self, route: Route, channel: int, what: dict[str, Any]) -> Any:
        if self._refused:
            raise TokenRefused(_NOT_ACCEPTED)
        self.breaker.admit(channel)
        http = await self._client()
        try:
            found = await http.request(route, timeout=_TIMEOUT, **what)
        except FAILURES as error:
            raise self._noticed(error, channel) from None
        if isinstance(found, str) and found:
            raise SendUnknown("the answer is not Discord's")  # which has no words but JSON
        self.breaker.heard(channel)
        return found if found is not None and found != "" else {}

    async def _hook(self, method: str, rest: str, payload: Json | None = None, files: Sequence[File] = ()) -> Json:
        """A call that names the application, which is known once the bot has logged in."""
        self.breaker.admit()
        if not self.application_id:
            await self.application()
        return await self._by_token.call(method, f"/webhooks/{self.application_id}/{rest}", payload, files)

    async def _client(self) -> Http:
        async with self._opening:
            if self._http is None:
                http = Http(asyncio.get_running_loop(), self._dated)
                http.max_ratelimit_timeout = LONGEST_WAIT  # its constructor takes 30 s at least
                Route.BASE = self._options.api_url
                try:
                    async with asyncio.timeout(TOTAL):
                        self.user = dict(await http.static_login(self._options.token))
                except discord.LoginFailure:
                    await http.close()
                    self._refused = True
                    raise TokenRefused(_NOT_ACCEPTED) from None
                except FAILURES as error:
                    await http.close()
                    raise self._noticed(error, 0) from None
                except asyncio.CancelledError:
                    await http.close()
                    raise
                self._http = http
            return self._http

    def _noticed(self, error: BaseException, channel: int) -> AdapterError:
        """What the library refuses by itself, Discord never heard of, and does not count."""
        told = translated(error)
        if isinstance(error, discord.HTTPException):
            self.breaker.refused(error.status, channel if isinstance(told, PlaceUnavailable) else 0, str(told))
        if isinstance(told, TokenRefused):
            self._refused = True
            self.on_token_refused()
        return told


def _body(payload: Json, files: Sequence[File]) -> dict[str, Any]:
    return {"form": form_of(payload, files)} if files else {"json": payload}
