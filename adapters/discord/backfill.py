"""What was said and edited while nobody listened: Discord keeps no queue, so it is fetched by REST after every start of a session (P25).

For each channel it is one piece of work at the head of its lane, so that what happens meanwhile comes after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import discord

from adapters.discord.api import Api
from adapters.discord.backoff import Backoff
from adapters.discord.cursors import Channel, Cursors
from adapters.discord.gateway import Gateway
from adapters.discord.lanes import FIRST, Lanes
from adapters.discord.places import snowflake_at
from adapters.discord.taking import UNREADABLE, Taking
from bot.errors import AdapterError, ContentRefused, MessageGone, PlaceUnavailable, RateLimited, TokenRefused
from bot.ports import Clock

_log = logging.getLogger(__name__)

PAGE: Final = 100
PAGES: Final = 20
OLDEST: Final = timedelta(days=7)
AT_ONCE: Final = 5
DIRECT_FIRST: Final = 50
EDITS: Final = 50
LONGEST_WAIT: Final = 60.0

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


@dataclass(slots=True)
class Gap:
    """What one channel may hold after message `since`; `known`: the bot was spoken to there, so that edits matter too."""

    channel: Channel
    since: int
    known: bool
    news: bool = True
    edited_since: datetime | None = None
    members: dict[int, Mapping[str, Any] | None] = field(default_factory=dict)
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Backfill:
    """One for each session of the gateway."""

    def __init__(self, rest: Api, gateway: Gateway, clock: Clock, cursors: Cursors, lanes: Lanes, taking: Taking) -> None:
        self._rest = rest
        self._gateway = gateway
        self._clock = clock
        self._cursors = cursors
        self._lanes = lanes
        self._taking = taking
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._first: list[Gap] = []
        self.first_done = asyncio.Event()

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
        for gap in self._first:
            self._put(gap, wait=False)
        for gap in rest:
            self._put(gap, wait=True)

    async def finished(self) -> None:
        """Returns when everything but older direct messages has been accepted; those follow."""
        for gap in self._first:
            await gap.done.wait()
        self._first.clear()
        self.first_done.set()

    def guild_came(self, guild: discord.Guild) -> None:
        """A server that was not there when the session began, or was away for a while."""
        known = [self._known(one) for one in self._cursors.channels.values() if one.guild_id == guild.id]
        for gap in [*known, *self._strangers(guild)]:
            self._put(gap, wait=False)

    async def channel(self, channel_id: int) -> None:
        """Fetches one channel now, within its lane: some of its events were left out."""
        known = self._cursors.channels.get(channel_id)
        since = self._taking.last.get(channel_id) or (known.last if known is not None else 0)
        if since:
            gap = Gap(known or Channel(channel_id, since, guild_id=self._guild_of(channel_id)), since, known is not None)
            gap.edited_since = self._cursors.alive
            await self._catch_up(gap, wait=False)

    def _known(self, channel: Channel) -> Gap:
        found = self._gateway.get_channel(channel.id)
        newest = getattr(found, "last_message_id", None)
        news = not isinstance(newest, int) or newest > channel.last
        return Gap(channel, channel.last, known=True, news=news, edited_since=self._cursors.alive)

    def _is_stale(self, channel: Channel) -> bool:
        return channel.last < snowflake_at(self._clock.now() - OLDEST)

    def _worth(self, channel: Channel) -> Gap | None:
        """A server has ever more threads: where nothing is new, and nothing was said for a week, edits are not looked for."""
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

    def _put(self, gap: Gap, *, wait: bool) -> None:
        self._lanes.put(gap.channel.id, FIRST, lambda: self._catch_up(gap, wait=wait))

    async def _catch_up(self, gap: Gap, *, wait: bool) -> None:
        """Goes on asking while Discord is down, and lets other channels go first meanwhile."""
        if wait:
            await self.first_done.wait()
        backoff = Backoff()
        while True:
            try:
                async with self._slots:
                    await self._fetch(gap)
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
                await self._clock.sleep(pause)
        gap.done.set()

    async def _fetch(self, gap: Gap) -> None:
        if gap.known and gap.edited_since is not None:
            for payload in _in_order(await self._rest.messages(gap.channel.id, before=gap.channel.last + 1, limit=EDITS)):
                message = self._message(gap, payload)
                if message is not None and message.edited_at is not None and message.edited_at >= gap.edited_since:
                    await self._edited(gap, payload, message)
            gap.edited_since = None
        if not gap.news:
            return
        oldest = snowflake_at(self._clock.now() - OLDEST)
        if gap.since < oldest:
            _log.warning("discord: channel %d is read from 7 days ago only", gap.channel.id)
            gap.since = oldest
        for _ in range(PAGES):
            page = _in_order(await self._rest.messages(gap.channel.id, after=gap.since, limit=PAGE))
            for payload in page:
                await self._take(gap, payload)
                gap.since = max(gap.since, _id_of(payload))
            if len(page) < PAGE:
                return
        _log.warning("discord: channel %d has more than %d new messages; what lies between is left out", gap.channel.id, PAGES * PAGE)

    async def _take(self, gap: Gap, payload: Mapping[str, Any]) -> None:
        """A message may have been accepted before it was edited, so its edit is handed over as well."""
        message = self._message(gap, payload)
        if message is None:
            return
        await self._taking.message(message, lambda message: self._with_roles(gap, payload, message))
        if message.edited_at is not None:
            await self._edited(gap, payload, message)

    async def _edited(self, gap: Gap, payload: Mapping[str, Any], message: discord.Message) -> None:
        """Who may use the bot by a role may edit by it too."""
        person = gap.channel.guild_id and not message.author.bot and message.webhook_id is None
        await self._taking.edit(await self._with_roles(gap, payload, message) if person else message)

    def _message(self, gap: Gap, payload: Mapping[str, Any]) -> discord.Message | None:
        kind = discord.ChannelType.private if gap.channel.private else None
        channel = self._gateway.channel_of(gap.channel.id, gap.channel.guild_id or None, kind)
        try:
            return self._gateway.message_in(payload, channel)
        except UNREADABLE as error:
            _log.warning("discord: a message in channel %d cannot be read (%s) and is left out", gap.channel.id, type(error).__name__)
            return None

    async def _with_roles(self, gap: Gap, payload: Mapping[str, Any], message: discord.Message) -> discord.Message:
        """REST tells no roles with a message: they are asked for, once for each author."""
        author = message.author.id
        if author not in gap.members:
            try:
                gap.members[author] = await self._rest.member(gap.channel.guild_id, author)
            except (PlaceUnavailable, MessageGone, ContentRefused):
                gap.members[author] = None  # who wrote has left
        member = gap.members[author]
        if member is None:
            return message
        return self._message(gap, {**payload, "member": dict(member)}) or message


def _may_read(channel: Readable, guild: discord.Guild) -> bool:
    """As far as is known; Discord has the last word."""
    if guild.me is None or (isinstance(channel, discord.Thread) and channel.parent is None):
        return True
    return channel.permissions_for(guild.me).read_messages


def _id_of(payload: Mapping[str, Any]) -> int:
    number = payload.get("id")
    return int(number) if isinstance(number, str) and number.isdigit() else 0


def _in_order(payloads: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Discord gives the newest first."""
    return sorted(payloads, key=_id_of)
