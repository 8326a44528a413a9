"""Receives from Discord until cancelled: login, the commands, a session of the gateway and the next one, and what ends them."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import aiohttp
import discord

from adapters.calls.backoff import Backoff
from adapters.discord import commands
from adapters.discord.api import Api, TakesInteractions
from adapters.discord.crew import Crew
from adapters.discord.cursors import Cursors
from adapters.discord.gateway import CONTENT_FLAGS, Gateway, use_addresses
from adapters.discord.identifies import Identifies, StartLimit, limit_in
from adapters.discord.options import DiscordOptions
from adapters.discord.places import PLATFORM
from adapters.discord.session import Session
from adapters.discord.watch import Watch
from bot.errors import AdapterError, DatabaseBroken, RateLimited, StorageError, TokenRefused
from bot.ports import Clock, Core

_log = logging.getLogger(__name__)

DRAIN: Final = 1.0
"""Seconds that interactions under way have at the end."""
AGAIN: Final = 5.0
"""Seconds before a session is begun anew where Discord gave up the one before [Discord: Gateway, Invalid Session]."""
LONGEST_INSIDE: Final = 30.0
"""Longer pauses are not made while a socket is open and waits for its IDENTIFY."""
MOST_CANCELS: Final = 20
REFUSED: Final = 4004
_UNREACHED = (OSError, aiohttp.ClientError, TimeoutError, discord.GatewayNotFound)


class Receiver:
    """`heard_at` is when the gateway last showed life, in the clock's monotonic seconds; `name` is the bot's own."""

    def __init__(self, rest: Api, options: DiscordOptions, clock: Clock, interactions: TakesInteractions) -> None:
        self._rest = rest
        self._options = options
        self._clock = clock
        self._interactions = interactions
        self._session: Session | None = None
        self._begun = clock.monotonic()
        self._told = False
        self._backoff = Backoff(first=1.0)
        self.name = ""

    @property
    def heard_at(self) -> float:
        return self._session.heard_at if self._session is not None else self._begun

    async def run(self, core: Core) -> None:
        """Raises TokenRefused, StorageError when the database is broken, and AdapterError when Discord ends the connection for good."""
        use_addresses(self._options)
        self._told = False
        bot_id = await self._login()
        content = await self._may_read()
        await commands.sync(core, self._rest)
        cursors = await self._cursors(core, bot_id)
        watch = Watch(self._rest, cursors)
        identifies = Identifies(self._options.state_folder)
        try:
            while True:
                content = await self._live(core, cursors, watch, identifies, content=content)
        finally:
            await cursors.keep()

    async def _login(self) -> int:
        """Who the bot is; without a network it goes on asking (P37)."""
        while True:
            try:
                user = await self._rest.login()
            except TokenRefused:
                raise
            except AdapterError as error:
                await self._pause("login", error)
                continue
            self.name = str(user.get("global_name") or user.get("username") or "")
            return int(user["id"])

    async def _may_read(self) -> bool:
        """Whether the application has the intent for message content."""
        while True:
            try:
                flags = (await self._rest.application()).get("flags")
            except TokenRefused:
                raise
            except AdapterError as error:
                await self._pause("the application", error)
                continue
            return bool((flags if isinstance(flags, int) else 0) & CONTENT_FLAGS)

    async def _cursors(self, core: Core, bot_id: int) -> Cursors:
        while True:
            cursors = Cursors(core, bot_id)
            try:
                await cursors.load()
            except DatabaseBroken:
                raise
            except StorageError as error:
                await self._pause("the cursors", error)
                continue
            return cursors

    async def _pause(self, what: str, error: Exception) -> None:
        wait = max(self._backoff.next(), error.retry_after if isinstance(error, RateLimited) else 0.0)
        _log.warning("discord: %s failed (%s); again in %.0f s", what, type(error).__name__, wait)
        await self._clock.sleep(wait)

    async def _live(self, core: Core, cursors: Cursors, watch: Watch, identifies: Identifies, *, content: bool) -> bool:
        """One client of the gateway, until it has to be replaced. Returns whether the next one asks for message content."""
        crew = Crew()
        session = Session(core, self._rest, self._options, self._clock, self._interactions, cursors, watch=watch, crew=crew)
        session.caught_up = lambda: self._tell(core, session, content=content)

        async def before_identify(initial: bool) -> None:
            await self._starting(identifies, initial)

        gateway = Gateway(self._options, session.hear, before_identify, content=content)
        try:
            await self._budget(identifies)
            await gateway.login(self._options.token)
            if gateway.user is None:
                raise AdapterError("Discord did not say who the bot is")
            session.begin(gateway, gateway.user)
            self._session = session
            await _until_over(crew, session, gateway)
        except discord.PrivilegedIntentsRequired:
            if not content:
                raise AdapterError("Discord refuses the intents") from None
            _log.warning("discord: the intent for message content is not granted; people must mention the bot to be heard")
            return False
        except discord.ClientException as error:
            raise _for_good(error) from None
        except (*_UNREACHED, discord.HTTPException) as error:
            await self._pause("the gateway", error)
        except AttributeError as error:
            if gateway.ws is not None:
                raise
            # Where the very first connection fails the library stumbles over the socket that it never had.
            await self._pause("the gateway", error)
        finally:
            await self._interactions.drain(DRAIN)
            await gateway.close()
            await crew.close()
        return content

    async def _tell(self, core: Core, session: Session, *, content: bool) -> None:
        """Once in a life: what waited there has been accepted."""
        self._backoff.reset()
        if not self._told:
            self._told = True
            servers = len(session.gateway.guilds)
            _log.info("discord: connected as %s, in %d server%s", self.name, servers, "" if servers == 1 else "s")
            if not content:
                threads = "; PARLEY_THREADS needs it" if self._options.threads else ""
                _log.log(logging.WARNING if threads else logging.INFO, "discord: the Message Content intent is off%s", threads)
            await core.caught_up(PLATFORM)

    async def _budget(self, identifies: Identifies) -> None:
        """Waits as long as the day's starts ask for (P33)."""
        try:
            limit = limit_in(await self._rest.gateway_bot())
        except TokenRefused:
            raise
        except AdapterError:
            limit = StartLimit()
        pause = identifies.pause(self._clock.now(), limit)
        if pause:
            _log.warning("discord: many starts today; the next one is in %.0f s", pause)
            await self._clock.sleep(pause)

    async def _starting(self, identifies: Identifies, initial: bool) -> None:
        """Before each IDENTIFY; the library repeats it by itself where a session was given up."""
        now = self._clock.now()
        if not initial:
            pause = max(AGAIN, identifies.pause(now, StartLimit()))
            if pause > LONGEST_INSIDE:
                raise AdapterError("Discord gives up one session after another")
            await self._clock.sleep(pause)
        identifies.count(now)


async def _until_over(crew: Crew, session: Session, gateway: Gateway) -> None:
    """Until the connection ends, a task fails, or the gateway has gone deaf; raises what ended it."""
    connection = asyncio.create_task(gateway.connect())
    deaf = asyncio.create_task(session.went_deaf())
    ends: set[asyncio.Future[None]] = {connection, deaf, crew.failed}
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if crew.failed.done():
            crew.failed.result()
        if connection.done():
            connection.result()
    finally:
        deaf.cancel()
        await _end(connection)
        await asyncio.gather(connection, deaf, return_exceptions=True)


async def _end(connection: asyncio.Task[None]) -> None:
    """Once is not enough: a socket that breaks in the same moment takes the cancellation's place, and the library connects again."""
    for _ in range(MOST_CANCELS):
        connection.cancel()
        done, _pending = await asyncio.wait({connection}, timeout=0.1)
        if done:
            return


def _for_good(error: discord.ClientException) -> AdapterError:
    """What ends the connection for good."""
    code = error.code if isinstance(error, discord.ConnectionClosed) else 0
    if isinstance(error, discord.LoginFailure) or code == REFUSED:
        return TokenRefused("Discord does not accept the token; copy it again from the Bot page of the developer portal")
    return AdapterError(f"Discord ended the connection ({type(error).__name__}, {code})")
