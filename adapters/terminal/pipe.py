"""The terminal's face for programs: lines in, whole answers out, no escape codes."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Iterator

from bot.posts import Button, Part

# An escaped sign, or a line break made of blanks, or else code, in which both are what they are.
_ESCAPED_OR_CODE = re.compile(r"\\([!-/:-@\[-`{-~\n])|( {2,})(?=\n)|```.*?```|`[^`\n]*`", re.DOTALL)


READ_AHEAD = 100
"""Lines that may wait to be answered; what comes after them stays in the pipe."""


class Pipe:
    """Reads and writes file descriptors, which stay open. One pipe, one loop."""

    streaming = False

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._room = threading.Semaphore(READ_AHEAD)
        self._started = False
        self._printed = False

    async def read(self, prefill: str) -> str | None:
        if not self._started:
            self._started = True
            loop = asyncio.get_running_loop()
            # A thread, as files cannot be waited for; a daemon, as one that waits for input must not hold up the end of the process.
            threading.Thread(target=self._read_all, args=(loop,), name="terminal", daemon=True).start()
        line = await self._lines.get()
        self._room.release()
        return line

    def show(self, part: Part, *, hints: tuple[Button, ...]) -> None:
        text = f"{plain(part.text)}\n"
        rest = f"\n{text}".encode() if self._printed else text.encode()
        self._printed = True
        while rest:
            rest = rest[os.write(self._writing, rest) :]

    def grow(self, part: Part) -> None:
        """Nothing that may still change is written to a pipe."""

    def drop(self) -> None: ...

    def forget(self) -> None:
        """What comes through a pipe is not kept."""

    def _read_all(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            for line in _lines(self._reading):
                self._room.acquire()
                loop.call_soon_threadsafe(self._lines.put_nowait, line)
            loop.call_soon_threadsafe(self._lines.put_nowait, None)
        except RuntimeError:
            return  # The loop is closed: nobody wants more lines.


def plain(markdown: str) -> str:
    """Markdown as people read it in a text: as it is, but without the backslashes and blanks that only a renderer needs."""
    return _ESCAPED_OR_CODE.sub(lambda found: "" if found[2] else found[1] or found[0], markdown)


def _lines(descriptor: int) -> Iterator[str]:
    """Read without Python's buffer, whose lock a waiting thread would hold at the end of the process. A fault ends the input."""
    rest = b""
    while True:
        try:
            block = os.read(descriptor, 65536)
        except OSError:
            block = b""
        *lines, rest = (rest + block).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in lines)
        if not block:
            if rest:
                yield rest.decode("utf-8", "replace")
            return
