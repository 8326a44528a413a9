"""An adapter that keeps its chats in memory, for tests of the core: people see what `chat` holds, and every call is written down."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.errors import AdapterError, MessageGone
from bot.events import Attachment, MessageRef, Place
from bot.ports import Capabilities, Core
from bot.posts import Content, Part

DEFAULT = Capabilities(
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


@dataclass(slots=True)
class Seen:
    """A message as people see it."""

    id: str
    place: Place
    text: str
    buttons: list[tuple[str, str]] = field(default_factory=list)
    reply_to: str = ""
    ask: bool = False
    edits: int = 0


class MemoryAdapter:
    """`fail_next` queues errors for calls by name; an error raised after the effect is queued with `after=True`."""

    platform = "memory"

    def __init__(self, platform: str = "memory", capabilities: Capabilities = DEFAULT) -> None:
        self.platform = platform
        self.settings = capabilities
        self.chats: dict[Place, list[Seen]] = {}
        self.calls: list[tuple[str, str]] = []
        self.limit = 4096
        self._numbers = 1000
        self._faults: dict[str, deque[tuple[AdapterError, bool]]] = {}
        self._keys: dict[str, MessageRef] = {}
        self.tried_since: list[datetime | None] = []
        self.before_call: Callable[[str], None] | None = None
        self.changed = asyncio.Event()

    def capabilities(self, place: Place) -> Capabilities:
        if place.kind == "group" and self.settings.private == "none":
            return replace(self.settings, private="direct", private_link="https://example.org/bot")
        return self.settings

    def private_place(self, author_id: str) -> Place | None:
        return Place(self.platform, author_id)

    async def run(self, core: Core) -> None:
        await core.caught_up(self.platform)

    def render(self, content: Content) -> tuple[Part, ...]:
        text = content.text or "…"
        cuts = list(range(0, len(text), self.limit)) or [0]
        parts = [Part(start, min(len(text), start + self.limit), text[start : start + self.limit]) for start in cuts]
        parts[-1] = replace(parts[-1], buttons=content.buttons, ask=content.ask, file=content.file)
        return tuple(parts)

    def fail_next(self, call: str, error: AdapterError, *, after: bool = False, times: int = 1) -> None:
        self._faults.setdefault(call, deque()).extend([(error, after)] * times)

    def _fault(self, call: str) -> tuple[AdapterError, bool] | None:
        if self.before_call is not None:
            self.before_call(call)
        queue = self._faults.get(call)
        return queue.popleft() if queue else None

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
        self.tried_since.append(tried_since)
        fault = self._fault("send")
        if fault and not fault[1]:
            raise fault[0]
        self.calls.append(("send", part.text))
        known = self._keys.get(key) if self.settings.idempotent_send else None
        if known is not None:
            seen = self._seen(known)
            seen.text, seen.buttons = part.text, _buttons(part)
            if fault:
                raise fault[0]
            return known
        self._numbers += 1
        seen = Seen(str(self._numbers), place, part.text, _buttons(part), reply_to.message_id if reply_to else "", part.ask is not None)
        self.chats.setdefault(place, []).append(seen)
        ref = MessageRef(place, seen.id)
        self._keys[key] = ref
        await self._happened()
        if fault:
            raise fault[0]
        return ref

    async def edit(self, ref: MessageRef, part: Part, *, via: MessageRef | None = None, preview: bool = False) -> None:
        fault = self._fault("preview" if preview else "edit")
        if fault and not fault[1]:
            raise fault[0]
        seen = self._seen(ref)
        self.calls.append(("preview" if preview else "edit", part.text))
        seen.text, seen.buttons = part.text, _buttons(part)
        seen.edits += 1
        await self._happened()
        if fault:
            raise fault[0]

    async def delete(self, ref: MessageRef) -> None:
        fault = self._fault("delete")
        if fault:
            raise fault[0]
        self.calls.append(("delete", ref.message_id))
        chat = self.chats.get(ref.place, [])
        chat[:] = [seen for seen in chat if seen.id != ref.message_id]
        await self._happened()

    async def typing(self, place: Place) -> None:
        self.calls.append(("typing", ""))

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        return b""

    async def close(self) -> None: ...

    def _seen(self, ref: MessageRef) -> Seen:
        for seen in self.chats.get(ref.place, []):
            if seen.id == ref.message_id:
                return seen
        raise MessageGone

    async def _happened(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
        await asyncio.sleep(0)


def _buttons(part: Part) -> list[tuple[str, str]]:
    return [(button.label, button.command or button.url) for row in part.buttons for button in row]
