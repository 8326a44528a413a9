"""What was said and edited while nobody listened: Discord keeps no queue, so it is fetched by REST after every start of a session (P25).

For each channel it is one piece of work at the head of its lane, so that what happens meanwhile comes after it. A bot may know thousands
of direct messages: most of them follow later, a few at a time, and those in which somebody speaks meanwhile go first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from functools import partial
from typing import Final

import discord

from adapters.calls.backoff import Backoff
from adapters.discord.api import Api
from adapters.discord.cursors import Channel, Cursors
from adapters.discord.gateway import Gateway
from adapters.discord.lanes import FIRST, Lanes
from adapters.discord.missed import OLDEST, Gap, Missed
from adapters.discord.places import snowflake_at
from adapters.discord.taking import Taking
from bot.errors import AdapterError, ContentRefused, MessageGone, PlaceUnavailable, RateLimited, TokenRefused
from bot.ports import Clock

_log = logging.getLogger(__name__)

AT_ONCE: Final = 5
LATER_AT_ONCE: Final = 2
"""Few, since answers share Discord's fifty calls a second with them."""
DIRECT_FIRST: Final = 50
LONGEST_WAIT: Final = 60.0
PATIENCE: Final = 4
"""Tries of a channel, after which the rest of the bot does not wait for it any more."""

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class Backfill:
    """One for each session of the gateway. `earlier` is the one before, which may not have come to its end."""

    def __init__(
        self, rest: Api, gateway: Gateway, clock: Clock, cursors: Cursors, lanes: Lanes, taking: Taking, earlier: Backfill | None
    ) -> None:
        self._earlier = earlier if earlier is not None and earlier.busy else None
        self._gateway = gateway
        self._clock = clock
        self._cursors = cursors
        self._lanes = lanes
        self._taking = taking
        self._missed = Missed(rest, gateway, clock, taking)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._first: list[Gap] = []
        self._later: dict[int, Gap] = {}
        self.put_off = False
        """Whether a channel could not be read so far; its lane goes on trying."""

    @property
    def busy(self) -> bool:
        """Whether some of it follows yet."""
        return bool(self._later) or (self._earlier is not None and self._earlier.busy)

    def begin(self, guilds: Iterable[discord.Guild]) -> None:
        """Puts all that is to be fetched into the lanes; called while they are held."""
        rest: list[Gap] = []
        direct = sorted((one for one in self._cursors.channels.values() if one.private), key=lambda one: one.last, reverse=True)
        for number, channel in enumerate(direct):
            (self._first if number < DIRECT_FIRST else rest).append(self._known(channel))
        for one in self._cursors.channels.values():
            if not one.private and (gap := self._worth(one)) is not None:
                (rest if self._is_stale(one) else self._first).append(gap)
        self._first += [gap for guild in guilds for gap in self._strangers(guild)]
        self._later = {gap.channel.id: gap for gap in rest}
        for number in self._lanes.held:
            self.wanted(number)
        for gap in self._first:
            self._put(gap)
        for gap in rest:
            self._lanes.put(gap.channel.id, FIRST, partial(self._in_turn, gap))

    async def finished(self) -> None:
        """Returns when all but what follows later, or cannot be read for now, has been accepted."""
        for gap in self._first:
            await gap.done.wait()
        self._first.clear()

    async def follow(self) -> None:
        """Lets the rest follow, and returns when it has been accepted."""
        waiting = iter(list(self._later.values()))

        async def work() -> None:
            for gap in waiting:
                gap.go.set()
                await gap.done.wait()

        await asyncio.gather(*(work() for _ in range(LATER_AT_ONCE)))
        self._later.clear()

    def wanted(self, channel_id: int) -> None:
        """Something happens there and waits for what was missed."""
        gap = self._later.get(channel_id)
        if gap is not None:
            gap.go.set()
        if self._earlier is not None:
            self._earlier.wanted(channel_id)

    def guild_came(self, guild: discord.Guild) -> None:
        """A server that was not there when the session began, or was away for a while."""
        known = [self._known(one) for one in self._cursors.channels.values() if one.guild_id == guild.id]
        for gap in [*known, *self._strangers(guild)]:
            self._put(gap)

    async def channel(self, channel_id: int) -> None:
        """Fetches one channel now, within its lane: some of its events were left out."""
        known = self._cursors.channels.get(channel_id)
        since = self._taking.last.get(channel_id) or (known.last if known is not None else 0)
        if since:
            gap = Gap(known or Channel(channel_id, since, guild_id=self._guild_of(channel_id)), since, known is not None)
            gap.edited_since = self._cursors.alive
            await self._catch_up(gap)

    def _known(self, channel: Channel) -> Gap:
        found = self._gateway.get_channel(channel.id)
        newest = getattr(found, "last_message_id", None)
        news = not isinstance(newest, int) or newest > channel.last
        return Gap(channel, channel.last, known=True, news=news, edited_since=self._cursors.alive)

    def _is_stale(self, channel: Channel) -> bool:
        return channel.last < snowflake_at(self._clock.now() - OLDEST)

    def _worth(self, channel: Channel) -> Gap | None:
        """A server has ever more threads: where nothing is new, and nothing was said for a week, edits are not looked for. Nor is anything
        in a server that the bot is not in any more, which would refuse each call (P31)."""
        if channel.guild_id and self._gateway.get_guild(channel.guild_id) is None:
            return None
        gap = self._known(channel)
        return gap if gap.news or not self._is_stale(channel) else None

    def _strangers(self, guild: discord.Guild) -> list[Gap]:
        """Channels where nobody has spoken to the bot yet, with messages that came while it was away. At the very first start there are
        none: nothing old is answered."""
        if self._cursors.alive is None:
            return []
        since = snowflake_at(self._cursors.alive)
        found: list[Readable] = [
            *guild.text_channels,
            *guild.voice_channels,
            *guild.stage_channels,
            *guild.threads,
        ]
        gaps = []
        for one in found:
            if one.id not in self._cursors.channels and (one.last_message_id or 0) > since and _may_read(one, guild):
                parent = one.parent_id if isinstance(one, discord.Thread) else 0
                owner = one.owner_id if isinstance(one, discord.Thread) else 0
                gaps.append(Gap(Channel(one.id, 0, parent, guild_id=guild.id, owner_id=owner or 0), since, known=False))
        return gaps

    def _guild_of(self, channel_id: int) -> int:
        found = self._gateway.get_channel(channel_id)
        return found.guild.id if isinstance(found, discord.abc.GuildChannel | discord.Thread) else 0

    def _put(self, gap: Gap) -> None:
        self._lanes.put(gap.channel.id, FIRST, partial(self._catch_up, gap))

    async def _in_turn(self, gap: Gap) -> None:
        await gap.go.wait()
        await self._catch_up(gap)

    async def _catch_up(self, gap: Gap) -> None:
        """Goes on asking while Discord is down, and lets other channels go first meanwhile."""
        backoff, tries = Backoff(first=1.0), 0
        while True:
            try:
                async with self._slots:
                    await self._missed.fetch(gap)
                break
            except (PlaceUnavailable, MessageGone):
                self._cursors.forget([gap.channel.id])
                break
            except TokenRefused:
                raise
            except ContentRefused:
                _log.warning("discord: what channel %d missed cannot be fetched", gap.channel.id)
                break
            except AdapterError as error:
                pause = max(backoff.next(), min(error.retry_after, LONGEST_WAIT) if isinstance(error, RateLimited) else 0.0)
                _log.warning("discord: channel %d is not read yet (%s); again in %.0f s", gap.channel.id, type(error).__name__, pause)
                tries += 1
                if tries == PATIENCE:
                    self.put_off = True
                    gap.done.set()
                await self._clock.sleep(pause)
        gap.done.set()


def _may_read(channel: Readable, guild: discord.Guild) -> bool:
    """As far as is known; Discord has the last word."""
    if guild.me is None or (isinstance(channel, discord.Thread) and channel.parent is None):
        return True
    return channel.permissions_for(guild.me).read_messages
