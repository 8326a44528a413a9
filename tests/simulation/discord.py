"""The adapter for a platform as Discord is, in one life: it fetches what was written meanwhile, and remembers how far it has read."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from bot.errors import AdapterError, RateLimited, SendUnknown, StorageError
from bot.events import Attachment, CommandInvoked, Event, MessageReceived, MessageRef, Place
from bot.ports import Capabilities, Core
from bot.posts import Content, Part
from tests.simulation.chats import render
from tests.simulation.discord_sending import DiscordSender
from tests.simulation.discord_server import NAME, DiscordServer
from tests.simulation.wire import Wire
from tests.simulation.world import World

KEEP_EVERY = 5.0
NEWEST = 50
CHANNEL = Place(NAME, "c", kind="group")
"""The one channel of a server, which the bot is told of without anybody writing there."""

CAPABILITIES = Capabilities(
    max_text=2000,
    streaming=True,
    idempotent_send=True,
    update_interval=1.2,
    first_words=1.5,
    typing_interval=8.0,
    native_edits=True,
    native_deletes=True,
    buttons=True,
    replies=True,
    commands_seen=False,
)


class DiscordSim:
    """Implements bot.ports.Adapter."""

    platform = NAME

    def __init__(self, world: World, server: DiscordServer) -> None:
        self.world = world
        self.server = server
        self.wire = Wire(world, server)
        self.sender = DiscordSender(world, server, self.wire)
        self._last: dict[str, int] = {}
        self._changed: dict[str, str] = {}

    def capabilities(self, place: Place) -> Capabilities:
        return CAPABILITIES if place.kind == "private" else replace(CAPABILITIES, private="ephemeral")

    def private_place(self, author_id: str) -> Place | None:
        return None

    def render(self, content: Content) -> tuple[Part, ...]:
        return render(content)

    async def run(self, core: Core) -> None:
        self.sender.core = core
        kept = await core.cursors("channel/")
        self._last = {name.removeprefix("channel/"): int(value) for name, value in kept.items()}
        keeping = asyncio.get_running_loop().create_task(self._keep_now_and_then(core))
        try:
            await self._sessions(core)
        finally:
            keeping.cancel()

    async def _sessions(self, core: Core) -> None:
        resume = False
        while True:
            connection = self.server.connect(resume=resume)
            if not resume:
                await self._fetch(core)
                await core.caught_up(NAME)
            while (told := await connection.events.get()) is not None:
                await self._take(core, *told)
            resume = self.world.chance.random() < 0.5
            await asyncio.sleep(self.world.chance.uniform(0.1, 3.0))

    async def _fetch(self, core: Core) -> None:
        if CHANNEL.chat_id not in self._last:
            await self._remember(core, CHANNEL.chat_id, max(self.server.chats.messages, default=0))
        for chat in list(self._last):
            for number, event in await self._history(chat, self._last[chat]):
                await self._take(core, number, event)

    async def _history(self, chat: str, after: int) -> list[tuple[int, Event]]:
        server = self.server

        def look() -> list[tuple[int, Event]]:
            there = [shown for shown in server.chats.messages.values() if shown.place.chat_id == chat and shown.id in server.written]
            known = [shown for shown in there if not shown.deleted]
            fresh = [(shown.id, server.written[shown.id]) for shown in known if shown.id > after]
            edits = [(shown.id, server.changed[shown.id]) for shown in known[-NEWEST:] if shown.id in server.changed]
            return fresh + edits

        while True:
            try:
                return await self.wire.call(f"history of {chat}", look, quick=True)
            except (SendUnknown, RateLimited):
                await asyncio.sleep(1.0)

    async def _take(self, core: Core, number: int, event: Event) -> None:
        chat = event.place.chat_id if not hasattr(event, "ref") else event.ref.place.chat_id
        while True:
            try:
                if isinstance(event, MessageReceived) and chat not in self._last:
                    await self._remember(core, chat, number - 1)
                line = await core.accept(event)
            except StorageError:
                await asyncio.sleep(1.0)
            else:
                break
        if line and isinstance(event, CommandInvoked) and not event.pressed:
            self.server.lines[event.ref.place] += 1
        if line:
            self.world.story.tell("bot", f"says to one pair of eyes: {line}")
        if chat in self._last and number > self._last[chat]:
            self._last[chat] = number
            self._changed[f"channel/{chat}"] = str(number)

    async def _remember(self, core: Core, chat: str, number: int) -> None:
        """A chat that is new is kept at once: nobody lists direct messages to who was killed before."""
        await core.keep({f"channel/{chat}": str(number)})
        self._last[chat] = number

    async def _keep_now_and_then(self, core: Core) -> None:
        while True:
            await asyncio.sleep(KEEP_EVERY)
            changed, self._changed = self._changed, {}
            if changed:
                try:
                    await core.keep(changed)
                except StorageError:
                    self._changed = changed | self._changed

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
        return await self.sender.send(place, part, reply_to, via, audience, key, tried_since, preview=preview)

    async def edit(self, ref: MessageRef, part: Part, *, via: MessageRef | None = None, preview: bool = False) -> None:
        await self.wire.edit(ref, part, preview=preview)

    async def delete(self, ref: MessageRef) -> None:
        await self.wire.delete(ref)

    async def typing(self, place: Place) -> None:
        """Nobody counts it."""

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        raise AdapterError("there are no files")

    async def close(self) -> None: ...
