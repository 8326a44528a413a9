"""Planted bugs, to see that the checks see: each breaks one promise and is right in everything else. None of them touches the core's code;
each stands at a wall, where it does what the code beyond the wall would do if it had the bug."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from bot.changes import AddTurn, Change, SetTurn
from bot.errors import AdapterError, AlreadySeen, RateLimited, SendUnknown
from bot.events import Event, MessageRef, Place
from bot.messages import Message
from bot.ports import Adapter, Capabilities, Core
from bot.post_changes import AddPost
from bot.posts import Content, Part
from bot.store import Store
from tests.simulation.discord import DiscordSim
from tests.simulation.telegram import TelegramSim


@dataclass(frozen=True, slots=True)
class Plant:
    """What stands at which wall instead, and which invariant that breaks. Without arguments nothing is planted."""

    breaks: str = ""
    core: Callable[[Core], Core] = lambda core: core
    store: Callable[[Store], Store] = lambda store: store
    adapter: Callable[[Adapter], Adapter] = lambda adapter: adapter


class Around:
    """Whatever it does not do itself is done by what it stands around."""

    def __init__(self, inside: object) -> None:
        self.inside = inside

    def __getattr__(self, name: str) -> object:
        return getattr(self.inside, name)


class HastyCore(Around):
    """Says that an event is stored a moment before it is."""

    async def accept(self, event: Event) -> str | None:
        asyncio.get_running_loop().call_later(0.1, lambda: self._tasks.add(asyncio.ensure_future(self.inside.accept(event))))
        return None

    @property
    def _tasks(self) -> set[object]:
        return self.__dict__.setdefault("_kept", set())


class ForgetfulCore(Around):
    """Remembers no channel."""

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return {}


class TwoStepStore(Around):
    """Writes what `later` picks in a transaction of its own, after the rest."""

    later: tuple[type[Change], ...] = ()

    def picks(self, change: Change) -> bool:
        return isinstance(change, self.later)

    async def apply(self, changes: Sequence[Change], *, key: str = "", at: datetime | None = None) -> None:
        later = [change for change in changes if self.picks(change)] if key else []
        await self.inside.apply([change for change in changes if change not in later], key=key, at=at)
        if later:
            await self.inside.apply(later, at=at)


class HistoryFirst(TwoStepStore):
    """What was said is stored, and then that an answer is owed."""

    later = (AddTurn,)


class ReplyApart(TwoStepStore):
    """What a command does is stored, and then what it says."""

    def picks(self, change: Change) -> bool:
        return isinstance(change, AddPost) and change.post.content is not None


class ClaimingStore(Around):
    """Who was answering when the program died is believed to be at it still."""

    async def recover(self) -> frozenset[int]:
        return frozenset()


class KeylessStore(Around):
    """Does not look whether an event was accepted before."""

    async def find(self, place: Place, account_id: str, **given: object) -> object:
        return replace(await self.inside.find(place, account_id, **given), seen=False)

    async def apply(self, changes: Sequence[Change], *, key: str = "", at: datetime | None = None) -> None:
        try:
            await self.inside.apply(changes, key=key, at=at)
        except AlreadySeen:
            await self.inside.apply(changes, at=at)


class AskingAgainStore(Around):
    """Asks the model once more for an answer that is stored, but not yet shown."""

    async def recover(self) -> frozenset[int]:
        written = await self.inside.recover()
        for reply_id, _ in await self.inside.unfinished_replies():
            turn = await self.inside.turn_of(reply_id)
            if turn is not None and turn.status == "complete":
                await self.inside.apply([SetTurn(turn.id, ("complete",), "pending")])
        return written


class MixingStore(Around):
    """Reads the branch of one person together with that of another."""

    async def branch(self, leaf: int | None, limit: int, **given: int) -> Sequence[Message]:
        found = list(await self.inside.branch(leaf, limit, **given))
        first = self.__dict__.setdefault("_first", found[0] if found else None)
        return [first, *found] if found and first is not None and first.user_id != found[0].user_id else found


class OrphaningStore(Around):
    """Keeps a person's current session that is in no table."""

    async def recover(self) -> frozenset[int]:
        written = await self.inside.recover()
        await self.inside._database.outside(_orphan)
        return written


def _orphan(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("INSERT OR REPLACE INTO current SELECT id, 987654321, 'of nobody' FROM places")
    connection.execute("PRAGMA foreign_keys = ON")


class StutteringTelegram(TelegramSim):
    """Sends each first post twice, and knows of one."""

    async def send(self, place: Place, part: Part, *, preview: bool = False, **given: object) -> MessageRef:
        first = await super().send(place, part, preview=preview, **given)
        return await super().send(place, part, preview=preview, **given) if preview else first


class PlainTelegram(TelegramSim):
    """Sends whole answers, and sends them again when it does not know."""

    def capabilities(self, place: Place) -> Capabilities:
        return replace(super().capabilities(place), idempotent_send=True, streaming=False)


class BackwardTelegram(TelegramSim):
    """Takes a batch of updates from its end."""

    async def _updates(self, offset: int, *, wait: bool) -> list[tuple[int, Event]]:
        return (await super()._updates(offset, wait=wait))[::-1]


class DroppingTelegram(TelegramSim):
    """Begins with what comes from now on."""

    async def _updates(self, offset: int, *, wait: bool) -> list[tuple[int, Event]]:
        if not offset and self.server.waiting:
            self.server.confirm(max(self.server.waiting) + 1)
        return await super()._updates(offset, wait=wait)


class RandomKeys(DiscordSim):
    """Gives each try a key of its own, and does not look at what stands there."""

    _numbers = itertools.count()

    async def send(self, place: Place, part: Part, *, key: str, tried_since: datetime | None = None, **given: object) -> MessageRef:
        return await super().send(place, part, key=f"{key}/{next(self._numbers)}", **given)


class Shouting(Around):
    """Shows to all what is for one pair of eyes."""

    async def send(self, place: Place, part: Part, *, audience: str = "", **given: object) -> MessageRef:
        return await self.inside.send(place, part, audience="", **given)


class Impatient(Around):
    """Gives up a preview that takes long, while it is under way."""

    async def edit(self, ref: MessageRef, part: Part, *, preview: bool = False, **given: object) -> None:
        if not preview:
            await self.inside.edit(ref, part, **given)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(0.03):
                await self.inside.edit(ref, part, preview=True, **given)


class Swallowing(Around):
    """Takes an error of a call for its success."""

    errors: tuple[type[AdapterError], ...] = (SendUnknown,)

    async def edit(self, ref: MessageRef, part: Part, **given: object) -> None:
        with suppress(*self.errors):
            await self.inside.edit(ref, part, **given)


class SkippingLimited(Swallowing):
    """Leaves out what the platform asks to wait for."""

    errors = (RateLimited,)


class CuttingLetters(Around):
    """Loses the last letter of each part but the last."""

    def render(self, content: Content) -> tuple[Part, ...]:
        *parts, last = self.inside.render(content)
        return (*(replace(part, text=part.text[:-1]) for part in parts), last)


def _on(platform: str, kind: type) -> Callable[[Adapter], Adapter]:
    return lambda adapter: kind(adapter.world, adapter.server) if adapter.platform == platform else adapter


PLANTS: Mapping[str, Plant] = {
    "acknowledges first": Plant("I4", core=HastyCore),
    "remembers no channel": Plant("I1", core=ForgetfulCore),
    "history and turn apart": Plant("I6", store=HistoryFirst),
    "reply apart from its effect": Plant("I3", store=ReplyApart),
    "keeps claims": Plant("I6", store=ClaimingStore),
    "keeps no keys of events": Plant("I3", store=KeylessStore),
    "asks again for a stored answer": Plant("I5", store=AskingAgainStore),
    "mixes people": Plant("I10", store=MixingStore),
    "points to what is not there": Plant("I8", store=OrphaningStore),
    "sends twice": Plant("I9", adapter=_on("telegram", StutteringTelegram)),
    "sends plainly": Plant("I1", adapter=_on("telegram", PlainTelegram)),
    "reads backwards": Plant("I7", adapter=_on("telegram", BackwardTelegram)),
    "drops what waits": Plant("I4", adapter=_on("telegram", DroppingTelegram)),
    "random keys": Plant("I1", adapter=_on("discord", RandomKeys)),
    "shows all to all": Plant("I10", adapter=Shouting),
    "cancels edits": Plant("I2", adapter=Impatient),
    "takes a lost answer for success": Plant("I2", adapter=Swallowing),
    "skips what is limited": Plant("I2", adapter=SkippingLimited),
    "loses letters": Plant("I2", adapter=CuttingLetters),
}
