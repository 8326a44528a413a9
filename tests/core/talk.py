"""Holds conversations with the core in memory: a person says, edits, presses; the chat is read as the person sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.events import Author, CommandInvoked, MessageDeleted, MessageEdited, MessageReceived, MessageRef, Place, Quotation
from bot.policy import Policy
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.fakes.memory_adapter import MemoryAdapter, Seen
from tests.fakes.scripted_model import ScriptedModel

BOB = Author("8", "Bob")
GROUP = Place("memory", "-5", kind="group")
SHARED = Place("memory", "-9", kind="group")
POLICY = Policy(titles=False)
SHARING = replace(POLICY, shared=frozenset({"memory:-9"}))


class TestClock:
    """A clock that goes a thousand times faster than the wall's."""

    __test__ = False

    def __init__(self, speed: float = 1000.0) -> None:
        self._speed = speed
        self._start = asyncio.get_running_loop().time()
        self.skipped = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 21, 12, tzinfo=UTC) + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (asyncio.get_running_loop().time() - self._start) * self._speed + self.skipped

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self._speed)


class Talk:
    """One person in one place, unless told otherwise."""

    def __init__(self, core: Dispatcher, store: SqliteStore, adapter: MemoryAdapter, model: ScriptedModel, clock: TestClock) -> None:
        self.core, self.store, self.adapter, self.model, self.clock = core, store, adapter, model, clock
        self.place = Place("memory", "7")
        self.person = Author("7", "Ann")
        self._number = 0

    def key(self) -> str:
        self._number += 1
        return f"memory:{id(self)}:{self._number}"

    async def hears(self, text: str, **more: object) -> MessageRef:
        """A message is accepted; the answer is not waited for."""
        place = more.pop("place", self.place)
        author = more.pop("author", self.person)
        assert isinstance(place, Place)
        assert isinstance(author, Author)
        self._number += 1
        ref = MessageRef(place, str(self._number))
        if text.startswith("/"):
            name, _, args = text[1:].partition(" ")
            await self.core.accept(CommandInvoked(ref, author, name, args, self.clock.now(), self.key(), **more))  # type: ignore[arg-type]
        else:
            await self.core.accept(MessageReceived(ref, author, text, self.clock.now(), self.key(), **more))  # type: ignore[arg-type]
        return ref

    async def says(self, text: str, **more: object) -> MessageRef:
        ref = await self.hears(text, **more)
        await self.settle()
        return ref

    async def edits(self, ref: MessageRef, text: str) -> None:
        await self.core.accept(MessageEdited(ref, self.person, text, self.clock.now(), self.key()))
        await self.settle()

    async def deletes(self, ref: MessageRef) -> None:
        await self.core.accept(MessageDeleted(ref, self.key()))
        await self.settle()

    async def replies(self, seen: Seen, text: str, **more: object) -> MessageRef:
        return await self.says(text, reply_to=MessageRef(seen.place, seen.id), **more)

    async def presses(self, label: str, seen: Seen | None = None, author: Author | None = None) -> str | None:
        """The newest post with such a button, unless it is given."""
        chat = [seen] if seen is not None else list(reversed(self.chat()))
        for message in chat:
            for name, command in message.buttons:
                if name == label:
                    verb, _, args = command.partition(" ")
                    ref = MessageRef(message.place, message.id)
                    event = CommandInvoked(ref, author or self.person, verb, args, self.clock.now(), self.key(), pressed=True)
                    line = await self.core.accept(event)
                    await self.settle()
                    return line
        raise AssertionError(f"no button {label}: {self.texts()}")

    async def settle(self) -> None:
        async with asyncio.timeout(30):
            await self.core.idle()

    async def shows(self, words: str) -> None:
        """Waits until people can read the words."""
        async with asyncio.timeout(30):
            while not any(words in text for text in self.texts()):
                await self.adapter.changed.wait()

    def chat(self, place: Place | None = None) -> list[Seen]:
        return self.adapter.chats.get(place or self.place, [])

    def texts(self, place: Place | None = None) -> list[str]:
        return [seen.text for seen in self.chat(place)]

    def post(self, index: int = -1, place: Place | None = None) -> MessageRef:
        """Where a message of the chat stands, to reply to."""
        seen = self.chat(place)[index]
        return MessageRef(seen.place, seen.id)

    @property
    def last(self) -> Seen:
        return self.chat()[-1]

    def asked(self) -> list[str]:
        """What the model was asked last, without the system prompt."""
        return [message.text for message in self.model.requests[-1][1:]]


@asynccontextmanager
async def talking(
    path: Path,
    *,
    policy: Policy = POLICY,
    adapter: MemoryAdapter | None = None,
    model: ScriptedModel | None = None,
    speed: float = 1000.0,
    caught_up: bool = True,
) -> AsyncIterator[Talk]:
    """A core on a database at `path`. Entered again with the same path and adapter it is the next life of the program.

    Without `caught_up` nothing is answered until the test says that what waited on the platform is in.
    """
    adapter, model, clock = adapter or MemoryAdapter(), model or ScriptedModel(), TestClock(speed)
    store = await SqliteStore.open(path, driver="inline")
    core = Dispatcher(store, model, {adapter.platform: adapter}, policy, clock)
    await core.start()
    if caught_up:
        await core.caught_up(adapter.platform)
    try:
        yield Talk(core, store, adapter, model, clock)
    finally:
        await core.stop(0.2)
        await store.close()


async def killed(talk: Talk) -> None:
    """The process is gone at once: nothing is parked, nothing is written any more."""
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task() and "lane" in task.get_name()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def nothing_is_owed(talk: Talk) -> bool:
    return not await talk.store.unfinished_replies() and not await talk.store.owing_sessions()


__all__ = ["Quotation", "Talk", "TestClock", "killed", "nothing_is_owed", "talking"]
