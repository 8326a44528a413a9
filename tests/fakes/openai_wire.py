"""How the loopback model's answers go over the wire: frames at their times, how a response begins, and the ways it ends."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping, Sequence

from aiohttp import web

from tests.fakes.openai_script import Raw

RST = struct.pack("ii", 1, 0)


class Player:
    """Sends prebuilt frames at their times by plain callbacks, without a task or a future for each token."""

    def __init__(self, transport: asyncio.Transport, frames: Sequence[tuple[float, bytes]]) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport, self._frames, self._next = transport, frames, 0
        self._start = self._loop.time()
        self.ended: asyncio.Future[bool] = self._loop.create_future()
        self._play()

    def _play(self) -> None:
        if self.ended.done():
            return
        now = self._loop.time() - self._start
        due = self._next
        while due < len(self._frames) and self._frames[due][0] <= now:
            due += 1
        if due > self._next and not self._transport.is_closing():
            self._transport.write(b"".join(frame for _, frame in self._frames[self._next : due]))
        self._next = due
        if due == len(self._frames) or self._transport.is_closing():
            self.ended.set_result(due == len(self._frames))
        else:
            self._loop.call_at(self._start + self._frames[due][0], self._play)


def framed(data: bytes) -> bytes:
    """As one chunk of HTTP's chunked coding."""
    return b"%x\r\n%s\r\n" % (len(data), data) if data else b""


async def begin(request: web.Request, content_type: str, headers: Mapping[str, str]) -> web.StreamResponse:
    response = web.StreamResponse(headers=headers)
    response.content_type = content_type
    response.enable_chunked_encoding()
    await response.prepare(request)
    return response


async def end(request: web.Request, response: web.StreamResponse, raw: Raw) -> None:
    transport = request.transport
    assert transport is not None
    match raw.end:
        case "whole":
            await response.write_eof()
        case "fin":
            transport.close()
        case "rst":
            await asyncio.sleep(0.02)  # what was sent must have been read, or the reset takes it away
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
            transport.abort()
        case "hang":
            await asyncio.sleep(60)
