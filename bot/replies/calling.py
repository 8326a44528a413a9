"""Tells a platform to send or edit one post, until it is known what came of it; and by what a post is found that an earlier life may have
sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.errors import ContentRefused, SendUnknown
from bot.events import MessageRef
from bot.ports import Adapter, Clock
from bot.posts import Part, Post, made_for, maker, post_key
from bot.replies import texts
from bot.replies.target import LONG_AGO, Target
from bot.store import Store

SEND_TRIES = 5
EDIT_TRIES = 8
"""Tries of a call whose outcome is unknown, one second apart and then twice as long each, before the delivery is put off."""
LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Address:
    """What is said to the platform with a send beside the words: see `bot.ports.Adapter.send`."""

    key: str
    reply_to: MessageRef | None
    tried_since: datetime | None


def address(reply_id: int, ordinal: int, known: Post | None, target: Target, *, lost: bool, keyed: bool) -> Address:
    """Of part `ordinal` of a reply: the same at every try, also when the post has come from another reply meanwhile.

    `known` is the post as it is stored. `lost`: its message is gone, and what takes its place must have another key, since a platform
    remembers keys. `keyed`: the platform knows keys.
    """
    key = known.key if known is not None else post_key(reply_id, ordinal)
    if lost:
        return Address(f"{key}-again", target.reply_to if ordinal == 0 else None, None)
    taken_over = known is not None and not made_for(known.key, reply_id, ordinal)
    inherited = (known.id if known is not None else reply_id) <= target.inherited
    since = (LONG_AGO if taken_over else target.since) if inherited else None
    reply_to = target.reply_to if ordinal == 0 else None
    if reply_to is not None and known is not None and taken_over and keyed:
        # Under the key of another reply it replies to what that would have replied to: by that it is looked for.
        earlier = known.reply_to
        reply_to = earlier if earlier is not None and earlier.place == target.place else reply_to
    return Address(key, reply_to, since)


async def dated(to: Address, target: Target, store: Store) -> Address:
    """What another answer may have sent was sent after that one was asked for. Where messages reply to something, they are found by that;
    elsewhere time is all that there is."""
    if to.tried_since != LONG_AGO or target.reply_to is not None:
        return to
    turn = await store.turn_of(maker(to.key))
    return replace(to, tried_since=turn.received_at) if turn is not None else to


class Caller:
    """The calls about one reply."""

    def __init__(self, adapter: Adapter, clock: Clock, target: Target) -> None:
        self._adapter = adapter
        self._clock = clock
        self._target = target
        self.unknown_sends = self.unknown_edits = 0
        """How many ended unknown so far."""

    async def send(self, part: Part, to: Address, *, preview: bool) -> MessageRef:
        """A send that ended unknown is repeated: it carries no whole answer, or the platform knows its key. What the platform does not take
        becomes a line that says so. Raises AdapterErrors."""
        pause = 1.0
        for attempt in range(SEND_TRIES):
            try:
                return await self._adapter.send(
                    self._target.place,
                    part,
                    reply_to=to.reply_to,
                    via=self._target.reply_to,
                    audience=self._target.audience,
                    key=to.key,
                    tried_since=to.tried_since,
                    preview=preview,
                )
            except SendUnknown:
                self.unknown_sends += 1
                if attempt == SEND_TRIES - 1:
                    raise
                await self._clock.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            except ContentRefused:
                if part.text == texts.CANNOT_SHOW:
                    raise
                part = replace(part, text=texts.CANNOT_SHOW, markup=())
        raise SendUnknown

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """An edit is idempotent: an unknown outcome is tried again, and may come late. Raises AdapterErrors."""
        pause = 1.0
        for attempt in range(EDIT_TRIES):
            try:
                await self._adapter.edit(ref, part, via=self._target.reply_to)
            except SendUnknown:
                self.unknown_edits += 1
                if attempt == EDIT_TRIES - 1:
                    raise
                await self._clock.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            except ContentRefused:
                await self._adapter.edit(ref, replace(part, text=texts.CANNOT_SHOW, markup=()), via=self._target.reply_to)
                return
            else:
                return
