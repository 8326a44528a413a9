"""The core as the receiver sees it: each event also says that its channel can be heard, and so may be written to again (P31)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.events import Author, Event, MessageRef, Place, PlaceChanged
from bot.ports import Core
from bot.posts import Ask, Choice


class Listening:
    """A Core in front of the core. `heard` is called before each event is handed over."""

    def __init__(self, core: Core, heard: Callable[[Place], object]) -> None:
        self._core = core
        self._heard = heard

    async def accept(self, event: Event) -> str | None:
        self._heard(event.place if isinstance(event, PlaceChanged) else event.ref.place)
        return await self._core.accept(event)

    async def caught_up(self, platform: str) -> None:
        await self._core.caught_up(platform)

    async def settled(self, place: Place) -> None:
        await self._core.settled(place)

    async def suggest(self, author: Author, place: Place, option: str, prefix: str) -> Sequence[Choice]:
        return await self._core.suggest(author, place, option, prefix)

    async def prompt_for(self, author: Author, place: Place, command: str, subject: MessageRef | None = None) -> Ask | None:
        return await self._core.prompt_for(author, place, command, subject)

    async def is_private(self, place: Place, command: str) -> bool:
        return await self._core.is_private(place, command)

    async def knows(self, ref: MessageRef) -> bool:
        return await self._core.knows(ref)

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return await self._core.cursors(prefix)

    async def keep(self, cursors: Mapping[str, str]) -> None:
        await self._core.keep(cursors)
