"""The process itself: its event loop, its signals, and its end, which comes in time whatever hangs."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)

LONGEST_END = 1.9
"""Seconds from the signal to the end. What is stored is safe however the process ends, so waiting longer would gain nothing."""

STDERR = 2

Interrupt = Callable[[], Awaitable[bool]]


class Stop:
    """Set by SIGTERM, and by Ctrl-C unless `interrupt` has found a better use for it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.interrupt: Interrupt | None = None

    def listen(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.now)
        loop.add_signal_handler(signal.SIGINT, self._interrupted)

    def now(self) -> None:
        if not self._event.is_set():
            _end_within(LONGEST_END)
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()

    def _interrupted(self) -> None:
        task = asyncio.get_running_loop().create_task(self._used_or_stop())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _used_or_stop(self) -> None:
        if self.interrupt is None or not await self.interrupt():
            self.now()


def _end_within(seconds: float) -> None:
    """A thread that waits for a name server cannot be stopped, and would hold up an ordinary end for longer than Docker waits."""
    timer = threading.Timer(seconds, os._exit, (0,))
    timer.daemon = True
    timer.start()


def open_closed_streams() -> None:
    """Puts the null device where stdin, stdout or stderr is closed, before anything else is opened: the next file gets that number,
    a database would be written to by who prints, and uvloop ends the process. `sys.stdin` and `sys.stdout` still say that they are
    closed; what would go to stderr is dropped.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        pass
    os.close(number)
    if sys.stderr is None:
        sys.stderr = open(STDERR, "w", closefd=False)  # noqa: SIM115 - for as long as the process lives


def beside(work: Coroutine[None, None, None], what: str) -> asyncio.Task[None]:
    """Runs work that nobody waits for; where it fails, one line of the log says that `what` failed."""

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed (%s)", what, type(error).__name__)

    task = asyncio.get_running_loop().create_task(work)
    task.add_done_callback(ended)
    return task


def set_aside() -> None:
    """What has been loaded by now stays for good. To look through all of it for garbage again and again would hold up the event loop for
    some 70 ms each time."""
    gc.collect()  # what was made on the way is gone, and not kept for good
    gc.freeze()


def run(work: Coroutine[None, None, T]) -> T:
    """Runs to the end on the fastest loop there is. Until somebody listens, SIGTERM ends the process at once: nothing has begun yet."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with asyncio.Runner(loop_factory=_loop) as runner:
        return runner.run(work)


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - not made for every system
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
