"""How python-telegram-bot reaches the Bot API: one aiohttp session, JSON by orjson, and no address (it holds the token) in any error."""

from __future__ import annotations

import io
import json
from http import HTTPStatus
from urllib.request import getproxies

import aiohttp
import orjson
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

_JSON = {"Content-Type": "application/json"}
_DEFAULT_RETRY_AFTER = 5
_KEPT = 64  # addresses and timeouts that are asked for again and again


class Unreached(NetworkError):
    """No connection was made, so nothing was asked: trying again cannot do it twice."""


class AiohttpRequest(BaseRequest):
    """One shared session for many calls. `timeout` is in seconds, for a call from beginning to end; uploads get three times as much."""

    def __init__(self, timeout: float, connections: int = 100) -> None:
        self._timeout = timeout
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}
        self._urls: dict[str, URL] = {}

    @property
    def read_timeout(self) -> float:
        return self._timeout

    async def initialize(self) -> None:
        """The session is made by the first call."""

    async def shutdown(self) -> None:
        """Closes the session; the next call makes a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body. Raises Unreached, TimedOut (it may have been done), NetworkError (the same)."""
        upload = request_data is not None and request_data.contains_files
        seconds = float(read_timeout) if isinstance(read_timeout, int | float) else self._timeout * (3 if upload else 1)
        body: bytes | aiohttp.FormData | None = None
        headers = None
        if request_data is not None and upload:
            body = _form(request_data)
        elif request_data is not None:
            body, headers = orjson.dumps(request_data.parameters), _JSON
        try:
            session = self._session or self._open()
            async with session.request(
                method, self._url(url), data=body, headers=headers, timeout=self._client_timeout(seconds), allow_redirects=False
            ) as response:
                return _judged(response.status, await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientProxyConnectionError) as error:
            raise Unreached(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError, RuntimeError) as error:  # RuntimeError: the session was closed meanwhile
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """python-telegram-bot's own would log what it cannot read, and that may be people's words."""
        try:
            parsed = _decoded(payload)
        except ValueError:
            raise NetworkError("the server's answer is not JSON") from None
        if not isinstance(parsed, dict) or ("result" not in parsed and "description" not in parsed):
            raise NetworkError("the server's answer is not of the Bot API")
        return parsed

    def _open(self) -> aiohttp.ClientSession:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=bool(getproxies()),  # aiohttp would look for proxies at each call
        )
        return self._session

    def _url(self, url: str) -> URL:
        """Few addresses are asked for very often, and parsing one costs a tenth of a call; files' addresses are not kept."""
        known = self._urls.get(url)
        if known is None:
            known = URL(url)
            if len(self._urls) < _KEPT:
                self._urls[url] = known
        return known

    def _client_timeout(self, seconds: float) -> aiohttp.ClientTimeout:
        known = self._timeouts.get(seconds)
        if known is None:
            known = aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, 10.0))
            if len(self._timeouts) < _KEPT:
                self._timeouts[seconds] = known
        return known


def _decoded(payload: bytes) -> object:
    """orjson refuses a lone surrogate, and one such word would stop all updates; the core cleans it away later."""
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        return json.loads(payload.decode("utf-8", "replace"))


def _form(request_data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, text in request_data.json_parameters.items():
        form.add_field(name, text)
    for name, (filename, data, mime_type) in request_data.multipart_data.items():
        # Bytes of a megabyte and more are sent in one go otherwise, and hold up everybody.
        form.add_field(name, io.BytesIO(data) if isinstance(data, bytes) else data, filename=filename, content_type=mime_type)
    return form


def _judged(status: int, body: bytes) -> tuple[int, bytes]:
    """Two refusals that python-telegram-bot would take for a lost connection."""
    if status == HTTPStatus.TOO_MANY_REQUESTS and b"retry_after" not in body:
        raise RetryAfter(_DEFAULT_RETRY_AFTER)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        raise BadRequest("Request Entity Too Large")
    return status, body
