"""Fetches what one channel missed: messages and edits, accepted in their order as if they had come by the gateway."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import discord

from adapters.discord.api import Api
from adapters.discord.cursors import Channel
from adapters.discord.gateway import Gateway
from adapters.discord.places import snowflake_at
from adapters.discord.taking import UNREADABLE, Taking
from bot.errors import ContentRefused, MessageGone, PlaceUnavailable
from bot.ports import Clock

_log = logging.getLogger(__name__)

PAGE: Final = 100
PAGES: Final = 20
OLDEST: Final = timedelta(days=7)
EDITS: Final = 50


@dataclass(slots=True)
class Gap:
    """What one channel may hold after message `since`; `known`: the bot was spoken to there, so that edits matter too. `go` says that it
    is its turn."""

    channel: Channel
    since: int
    known: bool
    news: bool = True
    edited_since: datetime | None = None
    members: dict[int, Mapping[str, Any] | None] = field(default_factory=dict)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Missed:
    """Raises what REST raises; what was fetched until then is kept in the gap, and the same gap can be fetched again."""

    def __init__(self, rest: Api, gateway: Gateway, clock: Clock, taking: Taking) -> None:
        self._rest = rest
        self._gateway = gateway
        self._clock = clock
        self._taking = taking

    async def fetch(self, gap: Gap) -> None:
        """One call shows what is new and what was edited, where not more than a page is new."""
        latest = _in_order(await self._rest.messages(gap.channel.id, limit=PAGE))
        oldest = snowflake_at(self._clock.now() - OLDEST)
        if len(latest) == PAGE and _id_of(latest[0]) > gap.since:
            await self._edits(gap, _in_order(await self._rest.messages(gap.channel.id, before=gap.channel.last + 1, limit=EDITS)))
            await self._pages(gap, oldest)
            return
        await self._edits(gap, latest)
        fresh = [payload for payload in latest if _id_of(payload) > gap.since]
        if fresh and _id_of(fresh[0]) < oldest:
            _log.warning("discord: channel %d is read from 7 days ago only", gap.channel.id)
        for payload in fresh:
            if _id_of(payload) >= oldest:
                await self._take(gap, payload)
            gap.since = _id_of(payload)

    async def _edits(self, gap: Gap, payloads: Iterable[Mapping[str, Any]]) -> None:
        """Those of messages that were accepted before."""
        if not gap.known or gap.edited_since is None:
            return
        for payload in payloads:
            message = self._message(gap, payload) if _id_of(payload) <= gap.channel.last else None
            if message is not None and message.edited_at is not None and message.edited_at >= gap.edited_since:
                await self._edited(gap, payload, message)
        gap.edited_since = None

    async def _pages(self, gap: Gap, oldest: int) -> None:
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


def _id_of(payload: Mapping[str, Any]) -> int:
    number = payload.get("id")
    return int(number) if isinstance(number, str) and number.isdigit() else 0


def _in_order(payloads: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Discord gives the newest first."""
    return sorted(payloads, key=_id_of)
