"""How the bot sends on a platform as Discord is: by what waits for an answer, or with a key; what was sent long ago is looked for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from bot.errors import ContentRefused, MessageGone, SendUnknown
from bot.events import MessageRef, Place
from bot.ports import Core
from bot.posts import Content, Part
from bot.replies import texts
from tests.core.virtual import START
from tests.simulation.chats import Shown, render
from tests.simulation.discord_server import DiscordServer
from tests.simulation.wire import Wire
from tests.simulation.world import World

SURE_OF_KEYS = 120.0
"""Seconds for which a key surely leads to what was sent with it."""


class DiscordSender:
    """Of one life. `core` is known once the adapter runs."""

    def __init__(self, world: World, server: DiscordServer, wire: Wire) -> None:
        self.world = world
        self.server = server
        self.wire = wire
        self.core: Core | None = None
        self._unknown: dict[str, float] = {}
        self._made: dict[int, str] = {}
        self._locks: dict[Place, asyncio.Lock] = {}

    async def send(
        self,
        place: Place,
        part: Part,
        reply_to: MessageRef | None,
        via: MessageRef | None,
        audience: str,
        key: str,
        tried_since: datetime | None,
        *,
        preview: bool,
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
            self.wire.may(place)
            shown = self.server.respond(waits, part, audience)
            return self.wire.told("answers", shown) if shown is not None else None

        shown = await self.wire.call(f"send {key}", respond, quick=preview, sends=True)
        if shown is not None:
            return shown.ref
        if audience:
            part = render(Content(texts.PRIVATE_TOO_LATE))[0]
        else:
            answered = await self.wire.call("look", lambda: self._answered(waits), quick=True)
            for earlier in answered:
                with suppress(MessageGone):
                    await self.wire.edit(earlier, part, preview=False)
                    return earlier
        return await self._to_channel(place, part, None, key, since, preview=False)

    def _answered(self, waits: str) -> list[MessageRef]:
        """What an earlier life has answered to a command stays where its time is over, and an ordinary edit changes it."""
        shown = self.server.chats.messages.get(self.server.interactions[waits].response)
        return [shown.ref] if shown is not None and not shown.deleted else []

    async def _once(self, waits: str, place: Place, part: Part, audience: str, since: datetime | None) -> MessageRef:
        """What follows for one pair of eyes has no key: at most once."""
        if since is not None:
            raise ContentRefused("it may have been sent already")

        def post() -> Shown:
            self.wire.may(place)
            return self.wire.told("whispers", self.server.chats.post(place, part, self.world.now, reply_to=None, only_for=audience))

        try:
            return (await self.wire.call("send once", post, sends=True)).ref
        except asyncio.CancelledError:  # at an orderly end
            self.server.lost_whispers += 1
            raise
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
            earlier = await self.wire.call("look", lambda: self._candidates(place, looked_from, part, reply_to), quick=True)
            for ref in earlier:
                assert self.core is not None
                if self._made.get(int(ref.message_id), key) == key and not await self.core.knows(ref):
                    self._made[int(ref.message_id)] = key
                    await self.wire.edit(ref, part, preview=False)
                    return self._is(ref, key)

        try:
            for other in (key, f"{key}-other"):
                shown = await self.wire.call(
                    f"send {key}", lambda other=other: self._posted(place, part, other, reply_to), quick=preview, sends=True
                )
                if self._made.get(shown.id, key) != key or (since is not None and await self._is_a_post(shown.ref)):
                    continue
                with suppress(MessageGone):
                    if shown.deleted or shown.text != part.text:
                        await self.wire.edit(shown.ref, part, preview=False)
                    return self._is(shown.ref, key)
        except SendUnknown:
            self._unknown.setdefault(key, self.world.now)
            raise
        raise SendUnknown

    def _posted(self, place: Place, part: Part, key: str, reply_to: MessageRef | None) -> Shown:
        self.wire.may(place)
        return self.wire.told("sends", self.server.post(place, part, key, reply_to))

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

    def _candidates(self, place: Place, since: float, part: Part, reply_to: MessageRef | None) -> list[MessageRef]:
        """What replies to the same, the very text first; what was made in the minute by which clocks may differ last. Such a one
        that replies to nothing must have the words for it."""
        responses = {one.response for one in self.server.interactions.values()}
        wanted = reply_to.message_id if reply_to is not None else ""
        found = [
            shown
            for shown in self.server.chats.in_place(place, by_bot=True)
            if shown.made_at >= since
            and not shown.only_for
            and shown.id not in responses
            and shown.reply_to == wanted
            and (wanted or self._has_words(shown, part, since))
        ]
        return [shown.ref for shown in sorted(found, key=lambda shown: (shown.text != part.text, shown.made_at < since + 60))]

    def _has_words(self, shown: Shown, part: Part, since: float) -> bool:
        if shown.made_at > self.world.now - SURE_OF_KEYS:  # its key would lead to it
            return shown.text == part.text
        return since + 60 <= shown.made_at or part.text.startswith(shown.text) or shown.text.endswith(texts.WAITING)
