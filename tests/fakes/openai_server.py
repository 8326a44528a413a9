"""A loopback server that speaks the OpenAI API to the real SDK: scripted, faulty on request, and cheap enough to measure clients with.

    async with FakeOpenAI() as server:
        server.script(Reply("Hello", tokens_per_second=50), FAULTS["m4_clean_end"].step)   # what the next requests get, in order
        ...                                                                                # then echoes again
        server.requests[-1].body["messages"]

Or from another process: `python -m tests.fakes.openai_server --port 8099 --tokens-per-second 60`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from aiohttp import web

from tests.fakes.openai_script import ROLE, Answerer, Json, Raw, Refusal, Reply, Step, completion, echo, error_body, pieces_of, reply_events
from tests.fakes.openai_wire import Player, begin, end, framed


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Json

    @property
    def prompt(self) -> str:
        """The last user message."""
        return last_prompt(self.body)


def last_prompt(body: Json) -> str:
    messages = body.get("messages")
    texts = [m.get("content") for m in messages if m.get("role") == "user"] if isinstance(messages, list) else []
    return str(texts[-1]) if texts else ""


def prompts(body: Json) -> list[str]:
    """The texts of all messages."""
    messages = body.get("messages")
    return [str(m.get("content")) for m in messages] if isinstance(messages, list) else []


class Quirks:
    """What a server does not take. Each refusal is worded as the servers word it, and uses up no step of the script."""

    def __init__(self) -> None:
        self.refuses: dict[str, Refusal] = {}

    def refuse(self, parameter: str, refusal: Refusal) -> None:
        """From now on every request that carries the parameter gets this."""
        self.refuses[parameter] = refusal

    def refusal(self, body: Json) -> Refusal | None:
        return next((refusal for name, refusal in self.refuses.items() if body.get(name) is not None), None)


class FakeOpenAI:
    """The server. `always` answers when the script is empty; `streams` counts answers under way, `cut` those whose client left."""

    def __init__(self, *, port: int = 0, models: tuple[str, ...] = ("fake-1",)) -> None:
        self.requests: list[Recorded] = []
        self.quirks = Quirks()
        self.models = models
        self.always: Answerer = lambda body: Reply()
        self.models_step: Step | None = None
        self.keep_requests = True
        self.streams = 0
        self.cut = 0
        self._peers: set[object] = set()
        self._script: deque[Step] = deque()
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def script(self, *steps: Step) -> None:
        """What the next requests get, in order, one step each."""
        self._script.extend(steps)

    @property
    def connections(self) -> int:
        """How many connections requests have come over."""
        return len(self._peers)

    @property
    def pending_steps(self) -> int:
        return len(self._script)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._list)
        app.router.add_get("/v1/models/{name:.+}", self._one)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener, backlog=1024).start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def _record(self, request: web.Request, body: Json) -> None:
        if self.keep_requests:
            self._peers.add(request.transport and request.transport.get_extra_info("peername"))
            self.requests.append(Recorded(request.path, {k.lower(): v for k, v in request.headers.items()}, body))

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self._record(request, body)
        step = self.quirks.refusal(body) or (self._script.popleft() if self._script else self.always(body))
        return await self._perform(request, step, body)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        self._record(request, {})
        if self.models_step is not None:
            return await self._perform(request, self.models_step, {})
        return web.json_response({"object": "list", "data": [{"id": m, "object": "model", "owned_by": "fake"} for m in self.models]})

    async def _one(self, request: web.Request) -> web.StreamResponse:
        self._record(request, {})
        name = request.match_info["name"]
        if name in self.models:
            return web.json_response({"id": name, "object": "model", "owned_by": "fake"})
        return _refused(Refusal(404, error_body(f"The model '{name}' does not exist", code="model_not_found")))

    async def _perform(self, request: web.Request, step: Step, body: Json) -> web.StreamResponse:
        match step:
            case Refusal():
                return _refused(step)
            case Raw():
                return await self._raw(request, step)
            case Reply():
                return await self._reply(request, step, body)

    async def _reply(self, request: web.Request, reply: Reply, body: Json) -> web.StreamResponse:
        text = reply.text if reply.text is not None else echo(last_prompt(body))
        prompt_tokens = sum(len(text) // 4 + 4 for text in prompts(body))
        if not body.get("stream"):
            return web.json_response(completion(reply, text, prompt_tokens))
        options = body.get("stream_options")
        asked = isinstance(options, Mapping) and bool(options.get("include_usage"))
        pieces = reply.pieces or pieces_of(text)
        events = reply_events(reply, pieces, prompt_tokens, usage_asked=asked)
        gap = 1 / reply.tokens_per_second if reply.tokens_per_second else 0.0
        first = [(0.0 if reply.first_token_after else -1.0, framed(ROLE))]
        # What follows the last token (finish, usage, [DONE]) comes with it, as servers send it.
        times = [(reply.first_token_after + min(n, len(pieces) - 1) * gap, framed(data)) for n, data in enumerate(events)]
        with self._counted():
            response = await begin(request, "text/event-stream", {})
            await self._play(request, first + times)
            await response.write_eof()
        return response

    async def _raw(self, request: web.Request, raw: Raw) -> web.StreamResponse:
        with self._counted():
            await asyncio.sleep(raw.headers_after)
            response = await begin(request, raw.content_type, raw.headers)
            rounds = 1_000_000 if raw.repeat else 1
            for _ in range(rounds):
                for part in raw.parts:
                    if isinstance(part, bytes):
                        await response.write(part)
                    elif isinstance(part, asyncio.Event):
                        await part.wait()
                    else:
                        await asyncio.sleep(part)
            await end(request, response, raw)
        return response

    async def _play(self, request: web.Request, frames: Sequence[tuple[float, bytes]]) -> None:
        assert request.transport is not None
        await Player(request.transport, frames).ended

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.streams += 1
        try:
            yield
        except (asyncio.CancelledError, ConnectionError):
            self.cut += 1
            raise
        finally:
            self.streams -= 1


def _refused(refusal: Refusal) -> web.Response:
    text = refusal.body if isinstance(refusal.body, str) else json.dumps(refusal.body)
    kind = refusal.content_type or ("text/html" if isinstance(refusal.body, str) else "application/json")
    return web.Response(status=refusal.status, text=text, content_type=kind, headers=dict(refusal.headers))


async def _serve(port: int, tokens_per_second: float, first_token_after: float, text: str | None) -> None:
    async with FakeOpenAI(port=port) as server:
        server.keep_requests = False
        server.always = lambda body: Reply(text, tokens_per_second=tokens_per_second, first_token_after=first_token_after)
        print(f"listening on {server.base_url}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="a loopback server that speaks the OpenAI API")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tokens-per-second", type=float, default=0.0)
    parser.add_argument("--first-token-after", type=float, default=0.0)
    parser.add_argument("--text", default=None, help="the answer to everything; an echo if left out")
    parser.add_argument("--tokens", type=int, default=0, help="answer with so many words instead")
    options = parser.parse_args()
    text = " ".join(f"word{n}" for n in range(options.tokens)) if options.tokens else options.text
    asyncio.run(_serve(options.port, options.tokens_per_second, options.first_token_after, text))


if __name__ == "__main__":
    main()
