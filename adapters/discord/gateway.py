"""The connection to Discord's gateway: discord.py's client, of which only the receiving is used.

Everything it hears is handed on at once and in order; its cache of channels and roles is what names are looked up in. The library's
addresses are attributes of its classes, so they are set here, in one place, for the whole process.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, cast

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.options import DiscordOptions

_log = logging.getLogger(__name__)

Hear = Callable[[str, tuple[object, ...]], None]
"""Called with the library's name of an event and what comes with it; must return at once."""

CONTENT_FLAGS: Final = 1 << 18 | 1 << 19
"""An application may have the intent for message content in two ways [Discord: Application Flags]."""
_SESSION: Final = frozenset({"READY", "RESUMED"})
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, AssertionError, discord.DiscordException)
"""What the library raises at what it cannot read; it is other people's data."""
Told = tuple[str, tuple[object, ...]]
_OWN_GATEWAY: Final = DiscordWebSocket.DEFAULT_GATEWAY


def use_addresses(options: DiscordOptions) -> None:
    """Points the library to the API and the gateway of the options."""
    Route.BASE = options.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(options.gateway_url) if options.gateway_url else _OWN_GATEWAY


def intents_for(*, content: bool) -> discord.Intents:
    intents = discord.Intents.none()
    intents.guilds = intents.guild_messages = intents.dm_messages = True
    intents.message_content = content
    return intents


class Gateway(discord.Client):
    """`before_identify` is awaited before each start of a session, the library's own repeats too; its errors end `connect`."""

    def __init__(self, options: DiscordOptions, hear: Hear, before_identify: Callable[[bool], Awaitable[None]], *, content: bool) -> None:
        # It warns that there is no voice, and tells of each lost connection with a traceback; the session says that in a line.
        logging.getLogger("discord.client").setLevel(logging.CRITICAL)
        super().__init__(
            intents=intents_for(content=content),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.0,
            heartbeat_timeout=options.heartbeat_timeout,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self._hear = hear
        self._before_identify = before_identify
        self._reading: list[Told] | None = None
        parsers = self._connection.parsers
        for name in parsers.keys() - _SESSION:
            parsers[name] = self._careful(name, parsers[name])

    def dispatch(self, event: str, /, *args: object, **kwargs: object) -> None:
        """In place of the library's: it would start a task for each event, and tasks keep no order."""
        if self._reading is not None:
            self._reading.append((event, args))
        else:
            self._hear(event, args)

    def _careful(self, name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
        """The library's reading of an event, which would end the whole connection where the event is malformed. What it finds is handed on
        afterwards, so that nothing else is taken for that."""

        def careful(data: Any) -> None:
            reading = self._reading = list[Told]()
            try:
                parse(data)
            except UNREADABLE as error:
                _log.warning("discord: an event %s cannot be read (%s) and is left out", name, type(error).__name__)
            finally:
                self._reading = None
            for event, args in reading:
                self._hear(event, args)

        return careful

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        await self._before_identify(initial)

    def message_in(self, payload: Mapping[str, Any], channel: discord.abc.MessageableChannel) -> discord.Message:
        """A message fetched by REST as the library would have given it. Raises what the library raises for a malformed one."""
        return discord.Message(state=self._connection, channel=channel, data=cast(Any, payload))

    def channel_of(self, channel_id: int, guild_id: int | None, kind: discord.ChannelType | None) -> discord.abc.MessageableChannel:
        """The channel from the cache, or what stands for one that is not there."""
        found = self.get_channel(channel_id)
        if found is None or isinstance(found, discord.ForumChannel | discord.CategoryChannel | discord.abc.PrivateChannel):
            return self.get_partial_messageable(channel_id, guild_id=guild_id, type=kind)
        return found
