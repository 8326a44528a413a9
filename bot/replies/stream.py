"""Shows an answer while it grows: the first words, then previews at the pace of the place. It never holds up who pours the text in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.errors import AdapterError, PlaceUnavailable, RateLimited
from bot.ports import Adapter, Clock
from bot.replies import texts
from bot.replies.poster import Poster

STILL_THINKING_AFTER = 15.0
GATHER = 0.25
"""How long the first words may gather, in seconds, once the first of them is there."""
PATIENCE = 0.4
"""Seconds before typing is shown: what is answered sooner needs no such call."""
LONGEST_PAUSE = 30.0
AGAIN = 0.5
"""Seconds at least between two tries of a first post for which there was no room."""


class ReplyStream:
    """One growing answer. `reveal` is asked once, before a word becomes visible: False means that this answer is no longer wanted.

    `unreachable` is set where the place takes nothing any more: then nobody can read the rest of the answer either.
    """

    def __init__(self, adapter: Adapter, poster: Poster, clock: Clock, reveal: Callable[[], Awaitable[bool]]) -> None:
        self._adapter = adapter
        self._poster = poster
        self._clock = clock
        self._reveal = reveal
        self._text = ""
        self._shown = ""
        self._revealed = False
        self.unreachable = asyncio.Event()
        self._closing = asyncio.Event()
        self._grown = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begins to show typing, and the text as it comes."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    def update(self, text: str) -> None:
        """The text so far; the latest wins."""
        self._text = text
        self._grown.set()

    async def close(self) -> None:
        """Ends the previews, waiting for the one that is under way: a call to a platform is never cancelled."""
        self._closing.set()
        self._grown.set()
        if self._task is not None:
            await asyncio.wait({self._task})
            if not self._task.cancelled() and (error := self._task.exception()) is not None:
                raise error

    async def _run(self) -> None:
        capabilities = self._adapter.capabilities(self._poster.target.place)
        started = self._clock.monotonic()
        if not capabilities.streaming:
            await self._type_until_closed(capabilities.typing_interval)
            return
        await self._first_words(started + capabilities.first_words, capabilities.typing_interval)
        while not self._closing.is_set():
            if not self._text:
                await self._while_silent(started, capabilities.typing_interval)
            elif self._text != self._shown:
                await self._preview()
            else:
                await self._wait(self._grown, LONGEST_PAUSE)
                self._grown.clear()

    async def _first_words(self, deadline: float, typing_interval: float) -> None:
        """Waits until there are words to show; typing is shown where they take their time."""
        await self._wait(self._grown, min(PATIENCE, max(0.0, deadline - self._clock.monotonic())))
        if typing_interval and not self._grown.is_set() and deadline > self._clock.monotonic():
            await self._type()
        await self._wait(self._grown, max(0.0, deadline - self._clock.monotonic()))
        if self._text:
            await self._wait(self._closing, min(GATHER, max(0.0, deadline - self._clock.monotonic())))

    async def _while_silent(self, started: float, typing_interval: float) -> None:
        """No word yet: a post that says so, typing, and after a while a line that it is still being worked on."""
        waited = self._clock.monotonic() - started
        line = texts.STILL_THINKING if waited >= STILL_THINKING_AFTER else ""
        if not self._poster.begun or (line and self._shown != line):
            await self._call(self._poster.preview(line), line)
        if typing_interval and not self._closing.is_set():
            await self._type()
        self._grown.clear()
        if not self._text:
            await self._wait(self._grown, min(typing_interval or LONGEST_PAUSE, max(STILL_THINKING_AFTER - waited, 1.0)))

    async def _preview(self) -> None:
        if not self._revealed:
            if not await self._reveal():
                self._closing.set()
                return
            self._revealed = True
        text = self._text
        pause = await self._call(self._poster.preview(text), text)
        # Where not even the first post found room, it is tried as soon as there is some.
        interval = self._adapter.capabilities(self._poster.target.place).update_interval if self._poster.begun else AGAIN
        await self._wait(self._closing, max(pause, interval))

    async def _call(self, preview: Awaitable[None], text: str) -> float:
        """A preview that fails is no harm: the final text comes all the same. Returns how long to leave it be, in seconds; where there
        was no room for it, the text is still to be shown then, though no more of it may have come."""
        before, self._shown = self._shown, text
        try:
            await preview
        except RateLimited as limited:
            self._shown = before
            return min(limited.retry_after, LONGEST_PAUSE)
        except PlaceUnavailable:
            self._closing.set()  # each preview would be refused like this one; the final text shows whether that has changed
            self.unreachable.set()
        except AdapterError:
            return 3.0
        return 0.0

    async def _type(self) -> None:
        if self._poster.quiet() <= 0.0:
            await self._adapter.typing(self._poster.target.place)

    async def _type_until_closed(self, interval: float) -> None:
        while interval and not self._closing.is_set():
            await self._type()
            await self._wait(self._closing, interval)

    async def _wait(self, event: asyncio.Event, seconds: float) -> None:
        """Until the event, or for so long by the given clock."""
        if event.is_set():
            return
        timer = asyncio.ensure_future(self._clock.sleep(seconds))
        waiter = asyncio.ensure_future(event.wait())
        await asyncio.wait({timer, waiter}, return_when=asyncio.FIRST_COMPLETED)
        timer.cancel()
        waiter.cancel()
