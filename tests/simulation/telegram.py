"""A platform as Telegram is: it keeps updates until a higher offset is asked for, and knows no repeatable send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.errors import AdapterError, RateLimited, SendUnknown, StorageError
from bot.events import Attachment, Event, MessageRef, Place
from bot.ports import Capabilities, Core
from bot.posts import Content, Part
from tests.simulation.chats import Chats, Shown, render
from tests.simulation.wire import Wire
from tests.simulation.world import World

NAME = "telegram"
PREFIX = "telegram:1:"
BATCH = 10
LONG_POLL = 30.0
PRIVATE = Capabilities(
    max_text=4096,
    streaming=True,
    idempotent_send=False,
    update_interval=1.0,
    first_words=1.5,
    typing_interval=4.0,
    native_edits=True,
    buttons=True,
    replies=True,
)
GROUP = Capabilities(
    max_text=4096,
    streaming=True,
    idempotent_send=False,
    update_interval=3.0,
    first_words=1.5,
    typing_interval=4.0,
    native_edits=True,
    buttons=True,
    replies=True,
    private="direct",
    private_link="https://example.org/bot",
)


class TelegramServer:
    """What stands in the chats, and the updates that wait. `blocked` holds places that cannot be written to."""

    name = NAME

    def __init__(self, world: World) -> None:
        self.world = world
        self.chats = Chats()
        self.blocked: set[Place] = set()
        self.waiting: dict[int, Event] = {}
        self.news = asyncio.Event()
        self._last_update = 500

    def hand_over(self, make: Callable[[str], Event]) -> str:
        """An update for the bot; `make` is given its key."""
        self._last_update += 1
        key = f"{PREFIX}{self._last_update}"
        self.waiting[self._last_update] = make(key)
        self.news.set()
        return key

    def confirm(self, offset: int) -> None:
        """Forgets what is below the offset. What it forgets must be stored (I4)."""
        for number in [number for number in self.waiting if number < offset]:
            del self.waiting[number]
            if not self.world.disk.execute("SELECT 1 FROM events WHERE key = ?", (f"{PREFIX}{number}",)).fetchone():
                self.world.blame(f"I4: update {number} was confirmed and is not stored")

    @property
    def at_rest(self) -> bool:
        return not self.waiting


class TelegramSim:
    """The adapter, in one life. Implements bot.ports.Adapter."""

    platform = NAME

    def __init__(self, world: World, server: TelegramServer) -> None:
        self.world = world
        self.server = server
        self.wire = Wire(world, server)

    def capabilities(self, place: Place) -> Capabilities:
        return PRIVATE if place.kind == "private" else GROUP

    def private_place(self, author_id: str) -> Place | None:
        return Place(NAME, author_id)

    def render(self, content: Content) -> tuple[Part, ...]:
        return render(content)

    async def run(self, core: Core) -> None:
        """A batch is confirmed by the call after it."""
        offset, caught_up = 0, False
        while True:
            try:
                updates = await self._updates(offset, wait=caught_up)
            except (SendUnknown, RateLimited):
                await asyncio.sleep(1.0)
                continue
            for number, event in updates:
                await self._accepted(core, event)
                offset = number + 1
            if not caught_up and len(updates) < BATCH:
                caught_up = True
                await core.caught_up(NAME)

    async def _accepted(self, core: Core, event: Event) -> None:
        while True:
            try:
                await core.accept(event)
            except StorageError:
                await asyncio.sleep(1.0)
            else:
                return

    async def _updates(self, offset: int, *, wait: bool) -> list[tuple[int, Event]]:
        server = self.server
        if wait and not any(number >= offset for number in server.waiting):
            server.confirm(offset)
            server.news = asyncio.Event()
            try:
                async with asyncio.timeout(LONG_POLL):
                    await server.news.wait()
            except TimeoutError:
                return []

        def get() -> list[tuple[int, Event]]:
            server.confirm(offset)
            return sorted(server.waiting.items())[:BATCH]

        return await self.wire.call("getUpdates", get, quick=True)

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
        def post() -> Shown:
            self.wire.may(place)
            return self.wire.told("sends", self.server.chats.post(place, part, self.world.now, reply_to=reply_to))

        return (await self.wire.call(f"send {key}", post, quick=preview, sends=True)).ref

    async def edit(self, ref: MessageRef, part: Part, *, via: MessageRef | None = None, preview: bool = False) -> None:
        await self.wire.edit(ref, part, preview=preview)

    async def delete(self, ref: MessageRef) -> None:
        await self.wire.delete(ref)

    async def typing(self, place: Place) -> None:
        """Nobody counts it."""

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        raise AdapterError("there are no files")

    async def close(self) -> None: ...
