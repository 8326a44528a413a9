"""The adapter for a platform as Discord is, in one life: it fetches what was written meanwhile, and remembers how far it has read."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import AdapterError, ContentRefused, MessageGone, PlaceUnavailable, RateLimited, SendUnknown, StorageError
from bot.events import Attachment, CommandInvoked, Event, MessageReceived, MessageRef, Place
from bot.ports import Capabilities, Core
from bot.posts import Content, Part
from bot.replies import texts
from tests.core.virtual import START
from tests.simulation.chats import Shown, render
from tests.simulation.discord_server import NAME, DiscordServer
from tests.simulation.wire import Wire
from tests.simulation.world import World

KEEP_EVERY = 5.0
SURE_OF_KEYS = 120.0
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
        self.wire = Wire(world, NAME)
        self.core: Core | None = None
        self._last: dict[str, int] = {}
        self._changed: dict[str, str] = {}
        self._unknown: dict[str, float] = {}
        self._made: dict[int, str] = {}
        self._locks: dict[Place, asyncio.Lock] = {}

    def capabilities(self, place: Place) -> Capabilities:
        return CAPABILITIES if place.kind == "private" else replace(CAPABILITIES, private="ephemeral")

    def private_place(self, author_id: str) -> Place | None:
        return None

    def render(self, content: Content) -> tuple[Part, ...]:
        return render(content)

    async def run(self, core: Core) -> None:
        self.core = core
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
            self.server.lines += 1
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
        audience = "" if place.kind == "private" else audience
        waits = next((ref.message_id for ref in (via, reply_to) if ref is not None and ref.message_id[:1] in "ip"), "")
        if waits.startswith("i") and reply_to is not None:
            return await self._respond(waits, place, part, audience, key, tried_since, preview)
        if audience:
            return await self._once(waits, place, part, audience, tried_since)
        return await self._to_channel(place, part, None if waits else reply_to, key, tried_since, preview)

    async def _respond(
        self, waits: str, place: Place, part: Part, audience: str, key: str, since: datetime | None, preview: bool
    ) -> MessageRef:
        def respond() -> Shown | None:
            self._may(place)
            shown = self.server.respond(waits, part, audience)
            return self._told("answers", shown) if shown is not None else None

        shown = await self.wire.call(f"send {key}", respond, quick=preview)
        if shown is not None:
            return shown.ref
        if audience:
            part = render(Content(texts.PRIVATE_TOO_LATE))[0]
        return await self._to_channel(place, part, None, key, since, preview=False)

    async def _once(self, waits: str, place: Place, part: Part, audience: str, since: datetime | None) -> MessageRef:
        """What follows for one pair of eyes has no key: at most once."""
        if since is not None:
            raise ContentRefused("it may have been sent already")

        def post() -> Shown:
            self._may(place)
            return self._told("whispers", self.server.chats.post(place, part, self.world.now, reply_to=None, only_for=audience))

        try:
            return (await self.wire.call("send once", post)).ref
        except SendUnknown:
            self.server.lost_whispers += 1
            raise ContentRefused("it may have been sent already") from None

    async def _to_channel(
        self, place: Place, part: Part, reply_to: MessageRef | None, key: str, since: datetime | None, preview: bool
    ) -> MessageRef:
        async with self._locks.setdefault(place, asyncio.Lock()):  # what is being sent must not be found by who looks
            return await self._looked_or_sent(place, part, reply_to, key, since, preview)

    async def _looked_or_sent(
        self, place: Place, part: Part, reply_to: MessageRef | None, key: str, since: datetime | None, preview: bool
    ) -> MessageRef:
        looked_from = self._looked_from(key, since)
        if looked_from is not None:
            earlier = await self.wire.call("look", lambda: self._candidates(place, looked_from, reply_to), quick=True)
            for ref in earlier:
                assert self.core is not None
                if self._made.get(int(ref.message_id), key) == key and not await self.core.knows(ref):
                    self._made[int(ref.message_id)] = key
                    await self.edit(ref, part)
                    return self._is(ref, key)

        try:
            for other in (key, f"{key}-other"):
                shown = await self.wire.call(f"send {key}", lambda other=other: self._posted(place, part, other, reply_to), quick=preview)
                if self._made.get(shown.id, key) != key or (since is not None and await self._is_a_post(shown.ref)):
                    continue
                with suppress(MessageGone):
                    if shown.deleted or shown.text != part.text:
                        await self.edit(shown.ref, part)
                    return self._is(shown.ref, key)
        except SendUnknown:
            self._unknown.setdefault(key, self.world.now)
            raise
        raise SendUnknown

    def _posted(self, place: Place, part: Part, key: str, reply_to: MessageRef | None) -> Shown:
        self._may(place)
        return self._told("sends", self.server.post(place, part, key, reply_to))

    async def _is_a_post(self, ref: MessageRef) -> bool:
        return self.core is not None and await self.core.knows(ref)

    def _is(self, ref: MessageRef, key: str) -> MessageRef:
        self._unknown.pop(key, None)
        self._made[int(ref.message_id)] = key
        return ref

    def _looked_from(self, key: str, since: datetime | None) -> float | None:
        """From when on a message may stand there that its key does not lead to any more."""
        sure = self.world.now - SURE_OF_KEYS
        tried = self._unknown.get(key)
        if tried is not None and tried < sure:
            return tried - 60
        if since is None:
            return None
        began = (since - START) / timedelta(seconds=1)
        return began - 60 if began < sure else None

    def _candidates(self, place: Place, since: float, reply_to: MessageRef | None) -> list[MessageRef]:
        responses = {one.response for one in self.server.interactions.values()}
        wanted = reply_to.message_id if reply_to is not None else ""
        return [
            shown.ref
            for shown in self.server.chats.in_place(place, by_bot=True)
            if shown.made_at >= since and not shown.only_for and shown.id not in responses and (not wanted or shown.reply_to == wanted)
        ]

    async def edit(self, ref: MessageRef, part: Part, *, via: MessageRef | None = None, preview: bool = False) -> None:
        def change() -> Shown:
            self._may(ref.place)
            return self._told("edits", self.server.chats.change(int(ref.message_id), part, self.world.now))

        await self.wire.call(f"edit {ref.message_id}", change, quick=preview)

    async def delete(self, ref: MessageRef) -> None:
        try:
            await self.wire.call(
                f"delete {ref.message_id}", lambda: self._told("deletes", self.server.chats.take_away(int(ref.message_id)))
            )
        except MessageGone:
            return

    async def typing(self, place: Place) -> None:
        """Nobody counts it."""

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        raise AdapterError("there are no files")

    async def close(self) -> None: ...

    def _may(self, place: Place) -> None:
        if place in self.server.blocked:
            raise PlaceUnavailable

    def _told(self, does: str, shown: Shown) -> Shown:
        self.world.story.tell("bot", f"{does} {shown.id} in {shown.place.chat_id}: {shown.text}")
        return shown
