"""Where the operator wants it, a mention opens a thread, and the conversation goes on there."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final

import discord

from adapters.discord.api import Api
from adapters.discord.channels import place_in
from adapters.discord.places import PLATFORM
from adapters.discord.reading import is_reply_to, mentions
from bot.errors import AdapterError, PlaceUnavailable, RateLimited, SendUnknown, TokenRefused
from bot.events import MessageReceived, MessageRef, Place
from bot.ports import Clock

_log = logging.getLogger(__name__)

LONGEST_NAME: Final = 90
UNNAMED: Final = "Conversation"
TRIES: Final = 5
LONGEST_WAIT: Final = 10.0
REFUSED_FOR: Final = 600.0
"""Seconds for which a channel that lets the bot open no thread is not asked again: each refusal counts (P31)."""


class Threads:
    """`wanted` holds ids such as `discord:123`, of channels and servers."""

    def __init__(self, rest: Api, wanted: frozenset[str], clock: Clock) -> None:
        self._rest = rest
        self._wanted = wanted
        self._clock = clock
        self._not_before: dict[int, float] = {}

    def has(self, channel_id: int, guild_id: int | None) -> bool:
        """Whether mentions open threads there."""
        return f"{PLATFORM}:{channel_id}" in self._wanted or f"{PLATFORM}:{guild_id}" in self._wanted

    async def moved(self, event: MessageReceived, message: discord.Message, me: discord.abc.User) -> MessageReceived:
        """The event in the thread that it opens; as it is where none is wanted or Discord does not let the bot open one."""
        channel = message.channel
        if not isinstance(channel, discord.TextChannel) or event.author.is_bot or not self.has(channel.id, channel.guild.id):
            return event
        if not mentions(message, me) or is_reply_to(message, me) or self._clock.monotonic() < self._not_before.get(channel.id, 0.0):
            return event
        place = await self._opened(channel.id, message.id, name_for(event.text))
        return event if place is None else replace(event, ref=MessageRef(place, event.ref.message_id), reply_to=None)

    async def _opened(self, channel_id: int, message_id: int, name: str) -> Place | None:
        """A thread has the id of the message it begins with. That there is one already is as good: an earlier life may have opened it."""
        for _ in range(TRIES):
            try:
                return place_in(await self._rest.create_thread(channel_id, message_id, name))
            except TokenRefused:
                raise
            except RateLimited as error:
                await self._clock.sleep(min(error.retry_after, LONGEST_WAIT))
            except AdapterError as error:
                there, known = await self._there(message_id)
                if there is not None:
                    return there
                if isinstance(error, PlaceUnavailable):
                    self._refused(channel_id)
                if known and not isinstance(error, SendUnknown):
                    _log.info("discord: no thread can be opened in %s (%s)", channel_id, type(error).__name__)
                    return None
                await self._clock.sleep(1.0)
        return None

    def _refused(self, channel_id: int) -> None:
        now = self._clock.monotonic()
        self._not_before = {number: until for number, until in self._not_before.items() if until > now}
        self._not_before[channel_id] = now + REFUSED_FOR

    async def _there(self, thread_id: int) -> tuple[Place | None, bool]:
        """The thread, if there is one, and whether that is known."""
        try:
            return place_in(await self._rest.channel(thread_id)), True
        except TokenRefused:
            raise
        except AdapterError as error:
            return None, not isinstance(error, SendUnknown | RateLimited)


def name_for(text: str) -> str:
    """The first words, plain, in one line, at most 90 characters."""
    words = " ".join("".join(c if c.isprintable() and c not in "*_`~|>#[]" else " " for c in text).split())
    if len(words) <= LONGEST_NAME:
        return words or UNNAMED
    cut = words[: LONGEST_NAME - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"
