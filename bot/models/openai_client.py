"""All that touches the openai SDK and its HTTP library: client, calls, errors translated. Imported late: it takes most of a second."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime

import httpx2
import openai
import orjson

from bot.errors import ModelError
from bot.models import failures
from bot.models.dialects import Dialect
from bot.models.failures import Refused
from bot.models.transport import AiohttpTransport, stream_of
from bot.ports import ChatMessage, ModelOptions

ERROR_BYTES = 256 * 1024  # of an error's body, at most
IDLE_CONNECTION = 50.0  # seconds that a connection is kept: the next turn of a conversation then saves the handshakes


class Answer:
    """An HTTP answer whose body has not been read yet."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._stream = stream_of(response)
        self.content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def read(self) -> bytes:
        """The next bytes, empty at the end. Raises ModelError("interrupted")."""
        try:
            return await self._stream.read()
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            raise ModelError("interrupted", type(error).__name__) from None

    async def close(self) -> None:
        """Frees the connection; what was not read is not waited for."""
        try:
            await self._response.aclose()
        except (httpx2.HTTPError, httpx2.StreamError, OSError):
            return  # it was lost already


class Client:
    """One server. Its only settings are those it is given: nothing that is meant for another server comes in from the environment."""

    def __init__(
        self, api_key: str, base_url: str, headers: Mapping[str, str], connect: float, connections: int, now: Callable[[], datetime]
    ) -> None:
        self._now = now
        self._own = {name.lower(): value for name, value in headers.items()}
        if api_key:
            self._own.setdefault("authorization", f"Bearer {api_key}")
        timeout = httpx2.Timeout(None, connect=connect)
        http = openai.DefaultAsyncHttpxClient(
            timeout=timeout,
            transport=AiohttpTransport(httpx2.create_ssl_context(), connect=connect, connections=connections, keep=IDLE_CONNECTION),
            follow_redirects=False,  # a key in a header of its own would follow to any host
            event_hooks={"request": [self._only_own_headers], "response": [_bound_error]},
        )
        # Whatever is left out here, the SDK takes from OPENAI_* variables, OPENAI_ADMIN_KEY and OPENAI_ORG_ID included.
        self._sdk = openai.AsyncOpenAI(
            api_key=api_key or "none",
            admin_api_key="",
            organization="",
            project="",
            webhook_secret="",
            base_url=base_url,
            default_headers={"Accept-Encoding": "identity", **headers},  # compressed tokens wait for each other
            timeout=timeout,
            max_retries=0,
            http_client=http,
        )
        _ = self._sdk.chat.completions.with_streaming_response  # its modules are loaded at first use: better here than in the loop

    async def complete(self, messages: Sequence[ChatMessage], options: ModelOptions, dialect: Dialect) -> Answer:
        """Begins a streamed answer. Raises ModelError, or Refused for an HTTP error."""
        limit = options.max_tokens
        try:
            # Entered by hand, because the answer outlives this call: Answer.close is its exit.
            response = await self._sdk.chat.completions.with_streaming_response.create(
                model=options.model,
                # The SDK walks messages by their types, which takes 150 us for each; what is in the extra body it leaves alone.
                messages=(),
                extra_body={"messages": [{"role": message.role, "content": message.text} for message in messages]},
                stream=True,
                temperature=options.temperature if dialect.temperature else openai.omit,
                max_tokens=limit if dialect.limit == "max_tokens" else openai.omit,
                max_completion_tokens=limit if dialect.limit == "max_completion_tokens" else openai.omit,
                stream_options={"include_usage": True} if dialect.stream_options else openai.omit,
            ).__aenter__()
        except _CALL_ERRORS as error:
            raise self._translated(error) from None
        return Answer(response.http_response)

    async def models(self) -> list[str]:
        """The ids that the server lists, perhaps none. Raises ModelError, or Refused."""
        try:
            page = await self._sdk.models.with_raw_response.list()
        except _CALL_ERRORS as error:
            raise self._translated(error) from None
        try:
            return _listed(orjson.loads(page.http_response.content))
        except orjson.JSONDecodeError:
            return []

    async def close(self) -> None:
        await self._sdk.close()

    async def _only_own_headers(self, request: httpx2.Request) -> None:
        """The SDK reads OPENAI_CUSTOM_HEADERS whatever it is given, sends empty headers, and a key where there is none."""
        lines = os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
        foreign = {line.partition(":")[0].strip().lower() for line in lines} - {""}
        for name in foreign | {"authorization", "openai-organization", "openai-project"}:
            if name in request.headers:
                del request.headers[name]
            if name in self._own:
                request.headers[name] = self._own[name]

    def _translated(self, error: Exception) -> ModelError | Refused:
        match error:
            case openai.APIStatusError():
                wait = failures.retry_after_of(error.response.headers, self._now())
                return Refused(failures.from_status(error.status_code, error.body, wait), error.status_code, failures.words_of(error.body))
            case openai.APITimeoutError():
                return ModelError("timeout", "no connection in time")
            case UnicodeError():
                return ModelError("refused", "the key or a header holds a character that no header can")
            case _:
                return ModelError("unreachable", _cause(error))


_CALL_ERRORS = (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError)


def open_client(
    api_key: str, base_url: str, headers: Mapping[str, str], connect: float, connections: int, now: Callable[[], datetime]
) -> Client:
    """Raises ModelError where no client can be made: an address that is none, a proxy or certificates in the environment that are not."""
    try:
        return Client(api_key, base_url, headers, connect, connections, now)
    except (*_CALL_ERRORS, ImportError) as error:
        raise ModelError("unreachable", _cause(error)) from None


class _Bounded(httpx2.AsyncByteStream):
    """The first bytes of a body."""

    def __init__(self, stream: httpx2.AsyncByteStream, limit: int) -> None:
        self._stream, self._left = stream, limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for data in self._stream:
            yield data[: self._left]
            self._left -= len(data)
            if self._left <= 0:
                return

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound_error(response: httpx2.Response) -> None:
    """The SDK reads the body of an error whole, however long it is."""
    if not response.is_success and isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream, ERROR_BYTES)


def _listed(body: object) -> list[str]:
    data = body.get("data") if isinstance(body, dict) else None
    return [item["id"] for item in data if isinstance(item, dict) and isinstance(item.get("id"), str)] if isinstance(data, list) else []


def _cause(error: BaseException) -> str:
    """Why no connection came about, in words of the system's own, never the server's: those may hold anything."""
    seen: BaseException | None = error
    for _ in range(10):
        match seen:
            case ssl.SSLCertVerificationError():
                return "the server's certificate is not trusted"
            case ssl.SSLError():
                return "TLS failed"
            case OSError() if seen.strerror:
                return seen.strerror
            case None:
                break
            case _:
                pass
        seen = seen.__cause__ or seen.__context__
    return type(error).__name__
