"""Models behind the OpenAI API, as OpenAI, Ollama, vLLM, llama.cpp, OpenRouter and Azure speak it: calls, and what is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit

from bot.errors import ModelError
from bot.models.dialects import MOST_CHANGES, Dialect, adapted
from bot.models.failures import Refused
from bot.models.patience import Deadlines, Patience
from bot.models.reader import Limits, StreamReader
from bot.ports import ChatMessage, Clock, Finish, ModelOptions, TextDelta

OPENAI = "https://api.openai.com/v1"


class Answer(Protocol):
    """An HTTP answer, as `openai_client` gives it."""

    content_type: str

    async def read(self) -> bytes: ...

    async def close(self) -> None: ...


class Server(Protocol):
    """What `openai_client.Client` is to this file, which must not import it before it is needed."""

    async def complete(self, messages: Sequence[ChatMessage], options: ModelOptions, dialect: Dialect) -> Answer: ...

    async def models(self) -> list[str]: ...

    async def close(self) -> None: ...


class OpenAIModel:
    """A bot.ports.Model. `model` is the one that `check` asks about; without an `api_key` none is sent; `headers` go with every request.

    Deadlines run on the event loop's clock, since what they end is the loop's; `clock` reads the dates that servers name.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str,
        headers: Mapping[str, str],
        deadlines: Deadlines,
        *,
        clock: Clock,
        model: str = "",
        limits: Limits | None = None,
        connections: int = 1000,
    ) -> None:
        self._api_key, self._base_url, self._headers = api_key, base_url or OPENAI, dict(headers)
        self._deadlines = deadlines
        self._clock = clock
        self._model = model
        self._limits = limits or Limits()
        self._connections = connections
        self._dialects: dict[str, Dialect] = {}
        self._server: Server | None = None
        self._loading = asyncio.Lock()

    async def prepare(self) -> Server:
        """Loads the SDK (most of a second), so that the first answer need not."""
        async with self._loading:
            if self._server is None:
                self._server = await asyncio.to_thread(self._load)
            return self._server

    @asynccontextmanager
    async def stream(
        self, messages: Sequence[ChatMessage], options: ModelOptions
    ) -> AsyncGenerator[AsyncIterator[TextDelta | Finish], None]:
        server = await self._ready()
        patience = Patience(self._deadlines)
        answer = await self._begin(server, _arranged(messages), options, patience)
        words = self._words(answer, options.model, patience)
        try:
            yield words
        finally:
            await words.aclose()
            await answer.close()

    async def check(self) -> str:
        """Looks the model up, and where a server does not list it, asks it for a word."""
        where = f"{self._model} at {urlsplit(self._base_url).hostname or 'no address'}"
        try:
            async with asyncio.timeout(self._deadlines.check):
                if await self._is_listed():
                    return f"{where} is there"
                await self._ask_for_a_word()
        except TimeoutError:
            raise ModelError("timeout", f"no word within {self._deadlines.check:g} s") from None
        return f"{where} answers"

    async def close(self) -> None:
        if self._server is not None:
            await self._server.close()

    def _load(self) -> Server:
        from bot.models.openai_client import open_client  # noqa: PLC0415 - 0.8 s and 50 MB, which the command line does without

        return open_client(self._api_key, self._base_url, self._headers, self._deadlines.connect, self._connections, self._clock.now)

    async def _ready(self) -> Server:
        return self._server or await self.prepare()

    async def _begin(self, server: Server, messages: Sequence[ChatMessage], options: ModelOptions, patience: Patience) -> Answer:
        """The call, again only when the server refused a parameter; a dialect is remembered once it was understood."""
        dialect = self._dialects.get(options.model, Dialect())
        for _ in range(MOST_CHANGES + 1):
            try:
                async with asyncio.timeout_at(patience.until):
                    answer = await server.complete(messages, options, dialect)
            except TimeoutError:
                raise patience.over() from None
            except Refused as refused:
                change = adapted(dialect, refused.status, refused.words) if refused.error.kind == "bad_request" else None
                if change is None:
                    raise refused.error from None
                dialect = change
            else:
                self._dialects[options.model] = dialect
                return answer
        raise ModelError("bad_request", "the server refuses every form of the request")

    async def _words(self, answer: Answer, model: str, patience: Patience) -> AsyncGenerator[TextDelta | Finish, None]:
        reader = StreamReader(self._limits)
        if answer.content_type == "text/html":
            raise ModelError("malformed", "a page of HTML")
        if answer.content_type == "application/json" and (text := await self._unstreamed(answer, reader, patience)):
            yield TextDelta(text)
        while not reader.ended and reader.error is None:
            data = await _next(answer, reader, patience)
            if not data:
                break
            made = reader.progress
            if text := reader.feed(data):
                yield TextDelta(text)
            patience.now(made=reader.progress > made, whole=reader.finish_seen)
        if text := reader.end():
            yield TextDelta(text)
        finish = reader.outcome()
        await _to_the_end(answer)
        yield finish if finish.model else replace(finish, model=model)

    async def _unstreamed(self, answer: Answer, reader: StreamReader, patience: Patience) -> str:
        """A server that does not stream sends one document: an answer, or an error in spite of its status 200."""
        body = bytearray()
        while len(body) <= self._limits.event_bytes and (data := await _next(answer, reader, patience)):
            body += data
        return reader.whole(bytes(body)) if body.lstrip().startswith(b"{") else reader.feed(bytes(body))

    async def _is_listed(self) -> bool:
        server = await self._ready()
        try:
            listed = await server.models()
        except Refused:  # not every server has a list, not every key may read it
            return False
        return self._model in listed or f"{self._model}:latest" in listed

    async def _ask_for_a_word(self) -> None:
        try:
            async with self.stream([ChatMessage("user", "Say hello.")], ModelOptions(self._model, 1.0, 16)) as words:
                async for _ in words:
                    pass
        except ModelError as error:
            if error.kind != "empty":  # sixteen tokens are not enough for one that thinks first; it is there all the same
                raise


async def _next(answer: Answer, reader: StreamReader, patience: Patience) -> bytes:
    """The next bytes, none at the end, and none for what goes wrong when the answer is whole already."""
    try:
        async with asyncio.timeout_at(patience.until):
            return await answer.read()
    except TimeoutError:
        if not reader.finish_seen:
            raise patience.over() from None
    except ModelError:
        if not reader.finish_seen:
            raise
    return b""


async def _to_the_end(answer: Answer) -> None:
    """A connection can serve again only when its last answer was read to the end; that is a few bytes, or not worth waiting for."""
    with suppress(TimeoutError, ModelError):
        async with asyncio.timeout(0.05):
            for _ in range(16):
                if not await answer.read():
                    return


def _arranged(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """One system message, first, since some servers take no other; and no half characters, which no request can carry."""
    system = "\n\n".join(message.text for message in messages if message.role == "system")
    others = [message for message in messages if message.role != "system"]
    first = [ChatMessage("system", system)] if system else []
    return [ChatMessage(message.role, _encodable(message.text)) for message in first + others]


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
