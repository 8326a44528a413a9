"""One bot and its world, in which one guest after the other comes, does something, and sees the bot die and come back."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.syscalls.deeds import AnyCrowd
from tests.syscalls.guests import Guests
from tests.syscalls.kinds import Kind, Steady
from tests.syscalls.old import turn_back
from tests.syscalls.strace import Tracer
from tests.torture.crowd import Room
from tests.torture.discord import DiscordSide
from tests.torture.discord_crowd import DiscordCrowd
from tests.torture.nursery import Forked, Nursery, Traced
from tests.torture.telegram import TelegramSide
from tests.torture.world import World

REST_WITHIN = 60.0
AFTER, AFTER_PLANTED = 0.02, 0.3
"""Seconds of quiet after which a turn counts as over; a bug may make it look so before."""
PAUSE = 0.005
LOOKS, LOOKS_WHEN_DYING = 4, 2000
GROWS = "SELECT count(*) FROM turns JOIN posts USING (reply_id) WHERE turns.status = 'streaming' AND posts.state = 'placed'"

Attach = Callable[[int], Awaitable[Tracer]]


@dataclass(frozen=True, slots=True)
class Visit:
    """What a guest saw: the bot's messages without what differs from guest to guest; and whether the bot died meanwhile."""

    room: Room
    before: tuple[str, ...]
    died: bool
    why: str = ""
    """What was still owed when nobody waited any longer."""


class Scene:
    """`visit` is one turn of the kind. Whatever came of it, the bot lives and is at rest afterwards, unless the visit says why not."""

    def __init__(self, around: World, kind: Kind, nursery: Nursery, planted: str) -> None:
        self._around, self._kind, self._nursery, self._planted = around, kind, nursery, planted
        self._model = around.model.always = Steady()
        self._side = around.sides[0]
        assert isinstance(self._side, TelegramSide | DiscordSide)
        self._side.fake.delay = 0.0
        self.guests = Guests(self._side, kind)
        self._life: Forked | None = None
        self._vanished = 0
        self.starts = 0

    @property
    def pid(self) -> int:
        """Of the bot that lives."""
        assert self._life is not None
        return self._life.pid

    async def visit(self, attach: Attach | None = None) -> Visit:
        return await (self._start(attach) if self._kind.start else self._turn(attach))

    async def rest(self) -> None:
        """Lets it live until all is quiet."""
        await self._live()
        await self._rest()

    async def end(self) -> int | None:
        """In an orderly way."""
        life, self._life = self._life, None
        return (await life.end(5.0))[0] if life is not None else 0

    async def _turn(self, attach: Attach | None) -> Visit:
        await self._live()
        guest, crowd = self.guests.meet(), self._crowd
        self._vanished = len(crowd.given) if isinstance(crowd, DiscordCrowd) else 0
        for deed in self._kind.prepared:
            await deed(crowd, guest)
            await _until(self._is_over)
            if why := await self._rest():
                return Visit(guest.chat, self.guests.seen(guest.chat), False, f"before the bot was to die: {why}")
        if self._kind.meanwhile is not None:
            await self._kind.meanwhile(crowd, guest)
            await _until(self._is_read)
        before = self.guests.seen(guest.chat)
        tracer = await attach(self.pid) if attach is not None else None
        await self._kind.deed(crowd, guest)
        died = await self._dies(tracer)
        if not died:
            await _until(self._is_over)
        why = await self._back() if died else await self._rest()
        if self._kind.afterwards is not None and not why:
            await self._kind.afterwards(crowd, guest)
            why = await self._rest()
        return Visit(guest.chat, before, died, why)

    async def _start(self, attach: Attach | None) -> Visit:
        """An answer is owed already, unless the folder is empty; and a message waits at the platform."""
        await self._kill()
        if self._kind.start != "empty":
            await self._owe()
        if self._kind.start == "old":
            await turn_back(self._around.database)
        guest = self.guests.meet()
        await self._kind.deed(self._crowd, guest)
        await self._live("held")
        await _until(lambda: "\nState:\tT" in Path(f"/proc/{self.pid}/status").read_text())
        tracer = await attach(self.pid) if attach is not None else None
        os.kill(self.pid, signal.SIGCONT)
        died = await self._dies(tracer)
        return Visit(guest.chat, (), died, await self._back() if died else await self._rest())

    async def _owe(self) -> None:
        """Somebody is killed with an answer under way."""
        await self._live()
        self._model.hangs = True
        asked = len(self._around.model.requests)
        await self._kind.deed(self._crowd, self.guests.meet())
        await _until(lambda: len(self._around.model.requests) > asked)
        await self._kill()
        self._model.let_go()

    @property
    def _crowd(self) -> AnyCrowd:
        assert isinstance(self._side, TelegramSide | DiscordSide)
        return self._side.crowd

    async def _live(self, traced: Traced = "later") -> None:
        """A life, unless there is one. Without `held` it has caught up by then."""
        if self._life is not None:
            return
        self.starts += 1
        around, side, before = self._around, self._side, self._side.looks()
        self._life = await self._nursery.start(
            around.environment() | self.guests.environment(),
            around.folder,
            planted=self._planted,
            seed=around.seed + self.starts,
            traced=traced,
        )
        if traced == "held":
            return
        if isinstance(side, TelegramSide):
            await _until(lambda: side.looks() > before + 1)  # the second poll says that all of the first was taken
        elif isinstance(side, DiscordSide):
            await _until(lambda: side.looks() > before and bool(side.fake.gateway.connected))

    async def _kill(self) -> None:
        life, self._life = self._life, None
        if life is not None:
            await life.kill()

    async def _dies(self, tracer: Tracer | None) -> bool:
        """Waits until the bot is dead or at rest."""
        if tracer is None:
            return False
        await _until(lambda: tracer.ended or self._is_over())
        await asyncio.sleep(AFTER_PLANTED if self._planted else AFTER)
        dying = tracer.ended
        await tracer.detach()
        # strace is gone with the threads that it looked at; the last of the others may still be on its way out.
        for _ in range(LOOKS_WHEN_DYING if dying else LOOKS):
            if await self._nursery.ended(self.pid) is not None:
                return True
            await asyncio.sleep(PAUSE)
        return False

    def _is_over(self) -> bool:
        """Nothing is owed, and what nobody would keep for the bot has reached it. What vanished of earlier guests is none of it."""
        if isinstance(self._side, DiscordSide) and any(given.response is None for given in self._side.crowd.given[self._vanished :][-1:]):
            return False
        return not self._around.owes()

    def _is_read(self) -> bool:
        """Whether an answer grows before people's eyes, and the bot knows where."""
        with closing(sqlite3.connect(f"file:{self._around.database}?mode=ro", uri=True)) as connection:
            return bool(connection.execute(GROWS).fetchone()[0])

    async def _back(self) -> str:
        self._life = None
        await self._live()
        return await self._rest()

    async def _rest(self) -> str:
        """Why it is not at rest, as it was seen last."""
        deadline = time.monotonic() + REST_WITHIN
        while (owed := self._around.owes()) and time.monotonic() < deadline:
            await asyncio.sleep(PAUSE)
        return owed


async def _until(condition: Callable[[], bool]) -> None:
    """Or until nobody waits any longer."""
    deadline = time.monotonic() + REST_WITHIN
    while not condition() and time.monotonic() < deadline:
        await asyncio.sleep(PAUSE)
