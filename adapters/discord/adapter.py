"""Discord behind the core's port: who receives, who sends and how long they live. The work itself is in the files beside this one."""

from __future__ import annotations

import asyncio
import logging
import secrets
from datetime import datetime
from typing import Final

from adapters.discord import checking
from adapters.discord.capabilities import capabilities_of
from adapters.discord.editing import Editor
from adapters.discord.interactions import Interactions
from adapters.discord.listening import Listening
from adapters.discord.options import DiscordOptions
from adapters.discord.pace import Pace
from adapters.discord.places import PLATFORM, channel_id
from adapters.discord.receiver import Receiver
from adapters.discord.render import render
from adapters.discord.responses import Responses
from adapters.discord.rest import Rest
from adapters.discord.sending import Sender
from adapters.discord.server_clock import ServerClock
from bot.errors import AdapterError, ContentRefused, DatabaseBlocked, TokenRefused
from bot.events import Attachment, MessageRef, Place
from bot.ports import Capabilities, Clock, Core, Verdict
from bot.posts import Content, Part
from bot.token_lock import token_lock

SALT: Final = "discord/salt"
AGAIN: Final = 1.0
"""Seconds until it is tried again to keep it."""


class DiscordAdapter:
    """Implements bot.ports.Adapter. `run` may be called again after it ended."""

    platform = PLATFORM

    def __init__(self, options: DiscordOptions, clock: Clock) -> None:
        # The library's own log lines hold people's words at DEBUG.
        logging.getLogger("discord").setLevel(logging.WARNING)
        options.check()
        clock = ServerClock(clock)  # for all that is Discord's here
        self._options = options
        self._clock = clock
        self._rest = Rest(options, clock, clock.heard)
        self._pace = Pace(clock)
        self._responses = Responses(self._rest, clock)
        self._sender = Sender(self._rest, self._responses, self._pace, clock)
        self._editor = Editor(self._rest, self._responses, self._pace, clock)
        self._interactions = Interactions(self._responses, clock)
        self._receiver = Receiver(self._rest, options, clock, self._interactions)

    def capabilities(self, place: Place) -> Capabilities:
        return capabilities_of(place, self._pace.interval(channel_id(place)))

    def private_place(self, author_id: str) -> Place | None:
        """Private answers are shown where they were asked for, to who asked alone."""
        return None

    @property
    def heard_at(self) -> float | None:
        """When the gateway was last heard of, in the clock's monotonic seconds. For the health page."""
        return self._receiver.heard_at

    async def run(self, core: Core) -> None:
        """Receives until cancelled. Raises TokenRefused, SecondInstance, and AdapterError when a new start is needed."""
        with token_lock(PLATFORM, self._options.token, self._options.lock_folder):
            self._sender.core = core
            self._sender.salt = await _salt(core, self._clock)
            await self._received(Listening(core, self._heard))

    def render(self, content: Content) -> tuple[Part, ...]:
        return render(content)

    async def send(
        self,
        place: Place,
        part: Part,
        *,
        reply_to: MessageRef | None = None,
        via: MessageRef | None = None,
        audience: str = "",
        key: str,
        tried_since: datetime | None = None,
        preview: bool = False,
    ) -> MessageRef:
        return await self._sender.send(
            place, part, reply_to=reply_to, via=via, audience=audience, key=key, tried_since=tried_since, preview=preview
        )

    async def edit(self, ref: MessageRef, part: Part, *, via: MessageRef | None = None, preview: bool = False) -> None:
        await self._editor.edit(ref, part, via, preview)

    async def delete(self, ref: MessageRef) -> None:
        await self._editor.delete(ref)

    async def typing(self, place: Place) -> None:
        """Left out where there is no room; a refusal means nothing."""
        try:
            self._pace.ask("send", channel_id(place))
            self._pace.took_other()
            await self._rest.typing(channel_id(place))
        except AdapterError:
            return

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        if attachment.size > limit:
            raise ContentRefused("the file is too large")
        return await self._rest.download(attachment.fetch_id, limit)

    async def check(self) -> list[tuple[Verdict, str]]:
        """Lines for `parley check`. Never raises."""
        return await checking.check(self._rest, self._options)

    async def close(self) -> None:
        """Calls under way get a second to end."""
        await self._rest.close()

    async def _received(self, core: Core) -> None:
        """Until cancelled, or until any call finds that the token is taken no more: the gateway may go on for a while."""
        receiving = asyncio.create_task(self._receiver.run(core))
        refused: list[bool] = []

        def stop() -> None:
            refused.append(receiving.cancel())

        self._rest.on_token_refused = stop
        try:
            await receiving
        except asyncio.CancelledError:
            if not refused:
                raise
            raise TokenRefused("Discord does not accept the token") from None
        finally:
            self._rest.on_token_refused = lambda: None

    def _heard(self, place: Place) -> None:
        self._rest.breaker.heard(channel_id(place))


async def _salt(core: Core, clock: Clock) -> str:
    """One for each database: a new one must not meet the keys of the one before, which Discord knows for minutes. Without it nothing may be
    sent, so it waits for room."""
    known = (await core.cursors(SALT)).get(SALT)
    if known:
        return known
    salt = secrets.token_hex(16)
    while True:
        try:
            await core.keep({SALT: salt})
        except DatabaseBlocked:
            await clock.sleep(AGAIN)
        else:
            return salt
