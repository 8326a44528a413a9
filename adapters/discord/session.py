"""One life of the gateway's client: what it hears goes into lanes, what it missed is fetched, and that it went deaf is noticed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import discord

from adapters.discord.api import Api, TakesInteractions
from adapters.discord.backfill import Backfill
from adapters.discord.connection import Connection
from adapters.discord.crew import Crew
from adapters.discord.cursors import KEEP_EVERY, Cursors
from adapters.discord.gateway import Gateway
from adapters.discord.lanes import Lanes, Order
from adapters.discord.options import DiscordOptions
from adapters.discord.places import snowflake_at
from adapters.discord.taking import Taking
from adapters.discord.threads import Threads
from adapters.discord.watch import Watch
from bot.events import PlaceChange, PlaceChanged
from bot.ports import Clock, Core

_log = logging.getLogger(__name__)

GUILDS_WITHIN: Final = 5.0
"""Seconds that the servers have to tell of their channels; a later one is caught up with when it comes."""


class Session:
    """`caught_up` is called once what waited has been accepted."""

    def __init__(
        self,
        core: Core,
        rest: Api,
        options: DiscordOptions,
        clock: Clock,
        interactions: TakesInteractions,
        cursors: Cursors,
        *,
        watch: Watch,
        crew: Crew,
    ) -> None:
        self._core = core
        self._rest = rest
        self._options = options
        self._clock = clock
        self._interactions = interactions
        self._cursors = cursors
        self._crew = crew
        self._threads = Threads(rest, options.threads, clock)
        self._lanes = Lanes(crew, clock, self._overflowed)
        self._watch = watch
        self._expected: set[int] = set()
        self._guilds_there = asyncio.Event()
        self._passes = 0
        self._up_to_date = self._caught_up_with = False
        self._backfill: Backfill | None = None
        self.gateway: Gateway
        self.taking: Taking
        self._link = Connection(clock, crew)
        self.heard_at = clock.monotonic()
        self.caught_up: Callable[[], Awaitable[None]] = self._nobody

    def begin(self, gateway: Gateway, me: discord.abc.User) -> None:
        """Called before the gateway connects."""
        self.gateway = gateway
        self.taking = Taking(self._core, self._rest, self._clock, self._cursors, self._threads, me)
        self._crew.start(self._keep())
        self._crew.start(self._look())

    async def went_deaf(self) -> None:
        """Returns when the gateway brings no events although it answers, or has been away for too long."""
        await self._link.went_deaf()

    def hear(self, event: str, args: tuple[object, ...]) -> None:
        """What the gateway brings, in its order. Whatever takes time is left to a lane."""
        self.heard_at = self._clock.monotonic()
        match event, args:
            case "message", (discord.Message() as message,):
                self._watch.saw(message.channel.id, message.id)
                self._put(message.channel.id, (message.id, 1, 0.0), lambda: self.taking.message(message))
            case "raw_message_edit", (discord.RawMessageUpdateEvent() as told,):
                self._edited(told.message)
            case "raw_message_delete", (discord.RawMessageDeleteEvent() as gone,):
                self._deleted(gone.message_id, gone.channel_id, gone.guild_id)
            case "raw_bulk_message_delete", (discord.RawBulkMessageDeleteEvent() as many,):
                for number in sorted(many.message_ids):
                    self._deleted(number, many.channel_id, many.guild_id)
            case "interaction", (discord.Interaction() as interaction,):
                self._crew.start(self._interactions.take(self._core, interaction))
                self._crew.start(self.taking.invoked(interaction))
            case _:
                self._connection(event)
                self._place(event, args)

    def _connection(self, event: str) -> None:
        match event:
            case "connect":  # READY: a new session, so nothing is replayed
                self._link.is_back()
                self._up_to_date = self._caught_up_with = False
                self._expected = {guild.id for guild in self.gateway.guilds}
                self._guilds_there = asyncio.Event()
                self._passes += 1
                self._lanes.hold()
                self._crew.start(self._catch_up(self._passes))
            case "resumed":
                self._link.is_back()
                if self._up_to_date:
                    self._lanes.release()
            case "ready":  # the library keeps the coming of servers to itself that come before it has run on after READY
                self._look_for_guilds()
            case "disconnect":
                self._link.went_away()
                self._lanes.hold()

    def _place(self, event: str, args: tuple[object, ...]) -> None:
        match event, args:
            case (("guild_available" | "guild_join"), (discord.Guild() as guild,)):
                self._guild_came(guild)
            case "guild_remove", (discord.Guild() as guild,):
                self._expected.discard(guild.id)
                self._changed({one.id for one in self._cursors.channels.values() if one.guild_id == guild.id}, "removed")
            case "guild_channel_delete", (discord.abc.GuildChannel() as channel,):
                self._gone(channel.id)
            case "raw_thread_delete", (discord.RawThreadDeleteEvent() as thread,):
                self._gone(thread.thread_id)
            case _:
                pass

    def _put(self, channel_id: int, order: Order, work: Callable[[], Awaitable[None]]) -> None:
        self._lanes.put(channel_id, order, work)
        if self._backfill is not None:
            self._backfill.wanted(channel_id)

    def _edited(self, message: discord.Message) -> None:
        if message.edited_at is not None:
            self._put(message.channel.id, (message.id, 2, message.edited_at.timestamp()), lambda: self.taking.edit(message))

    def _deleted(self, message_id: int, channel_id: int, guild_id: int | None) -> None:
        guild = self.gateway.get_guild(guild_id) if guild_id is not None else None
        kind = discord.ChannelType.private if guild_id is None else None
        channel = self.gateway.channel_of(channel_id, guild_id, kind)
        self._put(channel_id, (message_id, 3, 0.0), lambda: self.taking.deletion(message_id, channel, guild))

    def _guild_came(self, guild: discord.Guild) -> None:
        if guild.id not in self._expected:
            self._expected.add(guild.id)
            self._changed({one.id for one in self._cursors.channels.values() if one.guild_id == guild.id}, "added")
        if self._guilds_there.is_set() and self._backfill is not None:
            self._backfill.guild_came(guild)
        else:
            self._look_for_guilds()

    def _look_for_guilds(self) -> None:
        if all(not one.unavailable for one in self.gateway.guilds):
            self._guilds_there.set()

    def _gone(self, channel_id: int) -> None:
        self._changed({channel_id}, "removed")
        self._cursors.forget([channel_id])

    def _changed(self, channel_ids: set[int], change: PlaceChange) -> None:
        """Tells of the places that are known there; the others nobody has used."""
        now = self._clock.now()
        for number in channel_ids:
            known = self._cursors.channels.get(number)
            if known is not None:
                event = PlaceChanged(known.place, change, f"discord:{change}:{number}:{now.timestamp():.3f}")
                self._put(number, (snowflake_at(now), 4, 0.0), partial(self.taking.accept, event))

    async def _catch_up(self, number: int) -> None:
        """After each new session. A later one makes an earlier one moot, but what it has put into lanes is done all the same."""
        if self.gateway.guilds:
            late = self._crew.start(self._no_longer(self._guilds_there))
            await self._guilds_there.wait()
            late.cancel()
        self._guilds_there.set()
        if number != self._passes:
            return
        earlier = self._backfill
        backfill = self._backfill = Backfill(self._rest, self.gateway, self._clock, self._cursors, self._lanes, self.taking, earlier)
        backfill.begin([guild for guild in self.gateway.guilds if not guild.unavailable])
        self._lanes.release()
        self._up_to_date = True
        await backfill.finished()
        if number == self._passes:
            self._caught_up_with = True
            if not backfill.put_off:
                self._cursors.mark_alive(self._clock.now())
            await self._cursors.keep()  # so that lives that are all short do not fetch the same again and again
            await self.caught_up()
        await backfill.follow()

    async def _no_longer(self, there: asyncio.Event) -> None:
        await self._clock.sleep(GUILDS_WITHIN)
        there.set()

    async def _overflowed(self, channel_id: int) -> None:
        _log.warning("discord: too much waited in channel %d; the rest is fetched again", channel_id)
        if self._backfill is not None:
            await self._backfill.channel(channel_id)

    async def _keep(self) -> None:
        while True:
            await self._clock.sleep(KEEP_EVERY)
            await self._note()

    async def _note(self) -> None:
        # While something waits, what of it would be lost with the process is younger than the mark.
        if self._link.up and self._caught_up_with and not self._lanes.busy:
            self._cursors.mark_alive(self._clock.now())
        await self._cursors.keep()

    async def _look(self) -> None:
        while True:
            await self._clock.sleep(self._options.watch_interval)
            if not self._link.up or not self._caught_up_with:
                continue
            # A connection that brings nothing at all the library gives up by itself within the heartbeat timeout.
            self.heard_at = self._clock.monotonic()
            if await self._watch.is_deaf():
                self._link.turned_deaf()

    async def _nobody(self) -> None:
        return
