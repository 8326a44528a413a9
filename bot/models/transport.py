"""HTTP for the openai SDK over aiohttp, which is in the house already and takes a third of the CPU for a token that comes alone.

A stream is read in gulps: what arrives within a good tenth of a second is taken in one go, since people see a preview a second. The
first bytes and the end are not waited for.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import aiohttp
import httpx2
from aiohttp.http_exceptions import HttpProcessingError

GULP = 0.15
"""Seconds for which bytes may gather before they are read; the end of an answer ends it at once."""
CHUNK = 2**16
SPARSE = 2**13
STREAM = "parley.stream"


def stream_of(response: httpx2.Response) -> GulpStream:
    """The body under the client's wrappers, to be read without them; it is closed with the response."""
    stream = response.extensions[STREAM]
    assert isinstance(stream, GulpStream)  # noqa: S101 - the transport below put it there
    return stream


class GulpStream(httpx2.AsyncByteStream):
    """The body of an answer. Raises httpx2.ReadError where it was cut."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._sparse = False
        """Whether little came the last time: only then is more waited for. The first bytes are not, and a flood need not be."""

    async def read(self) -> bytes:
        """The next bytes, empty at the end."""
        content = self._response.content
        try:
            if self._sparse and not content.is_eof():
                await self._gather(content)
            data = await content.readany()
        except (aiohttp.ClientError, HttpProcessingError, RuntimeError, OSError) as error:  # RuntimeError: read after a broken chunk
            raise httpx2.ReadError(type(error).__name__) from error
        self._sparse = len(data) < SPARSE
        return data

    async def _gather(self, content: aiohttp.StreamReader) -> None:
        """Until there is enough time's worth of bytes, or the end, whichever is first."""
        loop = asyncio.get_running_loop()
        gathered: asyncio.Future[None] = loop.create_future()

        def ready() -> None:
            if not gathered.done():
                gathered.set_result(None)

        timer = loop.call_later(GULP, ready)
        content.on_eof(ready)
        try:
            await gathered
        finally:
            timer.cancel()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while data := await self.read():
            yield data

    async def aclose(self) -> None:
        """Gives the connection back if the answer was read to its end, else closes it."""
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """One pool of connections. The session is made in the loop that uses it. Proxies are taken from the environment, as httpx2 would."""

    def __init__(self, context: ssl.SSLContext, *, connect: float, connections: int, keep: float) -> None:
        self._context = context
        self._connect = connect
        self._connections = connections
        self._keep = keep
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await self._opened().request(
                request.method,
                str(request.url),
                headers=request.headers.multi_items(),
                data=request.content or None,
                allow_redirects=False,
            )
        except (TimeoutError, aiohttp.ServerTimeoutError) as error:
            raise httpx2.ConnectTimeout("no connection in time") from error
        except aiohttp.InvalidURL as error:
            raise httpx2.InvalidURL("no such address") from error
        except (aiohttp.ClientError, OSError) as error:
            raise httpx2.ConnectError(type(error).__name__) from error
        stream = GulpStream(response)
        extensions = {STREAM: stream}
        return httpx2.Response(response.status, headers=list(response.raw_headers), stream=stream, request=request, extensions=extensions)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=self._keep, ssl=self._context),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect),
                auto_decompress=False,
                trust_env=True,
                read_bufsize=CHUNK,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
