"""From a message to an accepted event: in which place it is, what it says, and how far its channel has been read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar

import discord

from adapters.calls.backoff import Backoff
from adapters.discord.api import Api
from adapters.discord.channels import place_in
from adapters.discord.cursors import Channel, Cursors
from adapters.discord.places import place_of
from adapters.discord.reading import Where, deleted, edited, received
from adapters.discord.threads import Threads
from bot.errors import AdapterError, AlreadySeen, DatabaseBroken, RateLimited, SendUnknown, StorageError, TokenRefused
from bot.events import CommandInvoked, Event, MessageReceived, Place
from bot.ports import Clock, Core

_log = logging.getLogger(__name__)

# What reading a malformed message can raise; it is other people's data, so all of these only mean "cannot be read".
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)

T = TypeVar("T")
REMEMBERED: Final = 2000
"""Channels; that which was quiet longest is forgotten first, and costs a look-up."""
WithRoles = Callable[[discord.Message], Awaitable[discord.Message]]


class Taking:
    """Each method returns once the event is stored or known to be nothing; while the storage fails it goes on trying. Raises DatabaseBroken
    and TokenRefused. `last` is the newest message taken in each channel of late."""

    def __init__(self, core: Core, rest: Api, clock: Clock, cursors: Cursors, threads: Threads, me: discord.abc.User) -> None:
        self._core = core
        self._rest = rest
        self._clock = clock
        self._cursors = cursors
        self._threads = threads
        self._me = me
        self._owners: dict[int, tuple[Place, int]] = {}
        self._opening: dict[int, asyncio.Event] = {}
        self.last: dict[int, int] = {}

    async def message(self, message: discord.Message, with_roles: WithRoles | None = None) -> None:
        """`with_roles` adds what only the gateway tells of an author."""
        found = await self._found(message.channel)
        if found is None:
            return
        place, owner_id = found
        event = self._read(lambda: received(message, self._me, Where(place, owner_id == self._me.id)), message.id)
        addressed = isinstance(event, CommandInvoked) or (event is not None and event.addressed)
        seen = self._channel(message, place, owner_id)
        if addressed:
            await self._met(seen)
        if event is not None and addressed and with_roles is not None and message.guild is not None:
            whole = await with_roles(message)
            event = self._read(lambda: received(whole, self._me, Where(place, owner_id == self._me.id)), message.id)
        if message.channel.id in self._opening:
            await self._opening[message.channel.id].wait()
        with self._opens(message.id):
            if isinstance(event, MessageReceived):
                event = await self._threads.moved(event, message, self._me)
            if event is not None:
                await self.accept(event)
        self.last[message.channel.id] = max(message.id, self.last.pop(message.channel.id, 0))
        _keep_newest(self.last)
        self._cursors.done(seen, addressed=addressed)

    @contextmanager
    def _opens(self, message_id: int) -> Iterator[None]:
        """A thread has the id of the message it begins with: what is written there waits until that one has been accepted."""
        done = self._opening[message_id] = asyncio.Event()
        try:
            yield
        finally:
            self._opening.pop(message_id, None)
            done.set()

    async def invoked(self, interaction: discord.Interaction) -> None:
        """Somebody gave a command: what is written in that channel from now on is fetched after a time away, where the bot may.
        What there is no room for now is kept with the next note."""
        direct = interaction.context.dm_channel
        if interaction.type is discord.InteractionType.autocomplete or not (direct or interaction.is_guild_integration()):
            return
        channel = interaction.channel
        place = self._read(lambda: place_in(channel), interaction.id)
        if place is None:
            return
        owner = channel.owner_id if isinstance(channel, discord.Thread) else 0
        number, parent = int(place.thread_id or place.chat_id), int(place.chat_id) if place.thread_id else 0
        await self._cursors.met(Channel(number, interaction.id, parent, direct, interaction.guild_id or 0, owner or 0))

    async def edit(self, message: discord.Message) -> None:
        """A message from which the bot opened a thread has its event there."""
        found = await self._found(message.channel)
        if found is None:
            return
        has_thread = bool(self._read(lambda: message.flags.has_thread, message.id))
        for place in self._places(found[0], message.id, message.guild, has_thread=has_thread):
            event = self._read(partial(edited, message, self._me, place), message.id)
            if event is not None:
                await self.accept(event)

    async def deletion(self, message_id: int, channel: discord.abc.MessageableChannel, guild: discord.Guild | None) -> None:
        found = await self._found(channel)
        if found is None:
            return
        for place in self._places(found[0], message_id, guild, has_thread=guild is not None):
            await self.accept(deleted(message_id, place))

    async def _met(self, seen: Channel) -> None:
        """A message waits until its channel is kept, as it waits until it is accepted."""
        backoff = Backoff(first=1.0)
        while not await self._cursors.met(seen):
            await self._clock.sleep(backoff.next())

    async def accept(self, event: Event) -> None:
        backoff = Backoff(first=1.0)
        while True:
            try:
                await self._core.accept(event)
            except AlreadySeen:
                return
            except DatabaseBroken:
                raise
            except StorageError as error:
                wait = backoff.next()
                _log.error("discord: the storage did not take an event (%s); again in %.0f s", type(error).__name__, wait)
                await self._clock.sleep(wait)
            else:
                return

    def _places(self, place: Place, message_id: int, guild: discord.Guild | None, *, has_thread: bool) -> tuple[Place, ...]:
        """Where the event of a message may be: in its channel, or in the thread that the bot opened from it. The core ignores one too
        many."""
        if place.thread_id or guild is None or not has_thread or not self._threads.has(int(place.chat_id), guild.id):
            return (place,)
        thread = guild.get_thread(message_id)
        if thread is not None and thread.owner_id != self._me.id:
            return (place,)
        return place, place_of(message_id, place.chat_id)

    def _channel(self, message: discord.Message, place: Place, owner_id: int) -> Channel:
        parent = int(place.chat_id) if place.thread_id else 0
        guild_id = message.guild.id if message.guild is not None else 0
        return Channel(message.channel.id, message.id, parent, place.kind == "private", guild_id, owner_id)

    async def _found(self, channel: object) -> tuple[Place, int] | None:
        """The place, and who opened the thread (0 else). Only of a thread that nobody spoke in lately Discord has to be asked."""
        if isinstance(channel, discord.Thread):
            return place_in(channel), channel.owner_id or 0
        if not isinstance(channel, discord.PartialMessageable):
            return place_in(channel), 0
        if channel.type is discord.ChannelType.private:
            return place_of(channel.id, kind="private"), 0
        known = self._cursors.channels.get(channel.id)
        if known is not None:
            return known.place, known.owner_id
        if channel.id not in self._owners:
            payload = await self._asked(lambda: self._rest.channel(channel.id))
            if payload is None:
                return None
            owner = payload.get("owner_id")
            self._owners[channel.id] = place_in(payload), int(owner) if isinstance(owner, str) and owner.isdigit() else 0
            _keep_newest(self._owners)
        return self._owners[channel.id]

    async def _asked(self, call: Callable[[], Awaitable[T]]) -> T | None:
        """What REST says, however long it takes; None where it refuses."""
        backoff = Backoff(first=1.0)
        while True:
            try:
                return await call()
            except (RateLimited, SendUnknown) as error:
                await self._clock.sleep(max(backoff.next(), error.retry_after if isinstance(error, RateLimited) else 0.0))
            except TokenRefused:
                raise
            except AdapterError:
                return None

    def _read(self, read: Callable[[], T], message_id: int) -> T | None:
        try:
            return read()
        except UNREADABLE as error:
            _log.warning("discord: message %d cannot be read (%s) and is left out", message_id, type(error).__name__)
            return None


def _keep_newest(remembered: dict[int, T]) -> None:
    while len(remembered) > REMEMBERED:
        del remembered[next(iter(remembered))]
