"""A chat that moves while something is on its way to it (P19)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.errors import PlaceMoved
from bot.events import MessageRef, Place, PlaceChanged
from bot.posts import Part
from tests.core.talk import Talk, killed, talking
from tests.fakes.memory_adapter import MemoryAdapter

OLD, NEW = Place("memory", "-5", kind="group"), Place("memory", "-1005", kind="group")


class Moving(MemoryAdapter):
    """A group that becomes a supergroup: the send that was under way is done in the old one."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may, self.moved, self.refused = asyncio.Event(), asyncio.Event(), False, 0

    async def _check(self, place: Place) -> None:
        await asyncio.sleep(0.001)
        if self.moved and place.chat_id == OLD.chat_id:
            self.refused += 1
            raise PlaceMoved(NEW)

    async def send(self, place: Place, part: Part, **more: object) -> MessageRef:
        await self._check(place)
        ref = await super().send(place, part, **more)  # type: ignore[arg-type]
        if not self.asked.is_set():
            self.asked.set()
            await self.may.wait()
        return ref

    async def edit(self, ref: MessageRef, part: Part, **more: object) -> None:
        await self._check(ref.place)
        await super().edit(ref, part, **more)  # type: ignore[arg-type]

    async def delete(self, ref: MessageRef) -> None:
        await self._check(ref.place)
        await super().delete(ref)


async def _is_placed(talk: Talk) -> bool:
    """Whether it is stored where a post is."""
    found = await talk.store._database.read(lambda base: base.execute("SELECT 1 FROM posts WHERE ref_message IS NOT NULL").fetchone())
    return found is not None


async def test_p19_what_was_sent_while_the_chat_moved_and_the_process_died_is_shown_in_the_new_one(tmp_path: Path) -> None:
    adapter = Moving()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.hears("one", place=OLD)
        await asyncio.wait_for(adapter.asked.wait(), 5)
        adapter.moved = True
        await talk.core.accept(PlaceChanged(OLD, "moved", talk.key(), moved_to=NEW))
        adapter.may.set()
        async with asyncio.timeout(5):
            while not await _is_placed(talk) and not adapter.refused:
                await asyncio.sleep(0)
        await killed(talk)
    adapter.refused = 0
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        async with asyncio.timeout(5):
            while "Echo: one" not in talk.texts(NEW):
                await asyncio.sleep(0.002)
        assert adapter.refused <= 2
