"""A model that answers as the test says: a text, piece by piece, an error, or a pause until the test lets it go on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.errors import ModelError
from bot.messages import FinishReason, Usage
from bot.ports import AnswerStream, ChatMessage, Finish, ModelOptions, TextDelta


@dataclass(slots=True)
class Script:
    """One answer. `gate` holds back what comes after the first `held` pieces; `error` ends it instead of a finish."""

    text: str = ""
    error: ModelError | None = None
    gate: asyncio.Event | None = None
    held: int = 0
    finish: FinishReason = "stop"
    usage: Usage | None = None
    crash: Exception | None = None


class ScriptedModel:
    """Answers `Echo: <last user message>` unless a script is queued. `requests` holds what it was asked."""

    def __init__(self) -> None:
        self.scripts: deque[Script] = deque()
        self.requests: list[Sequence[ChatMessage]] = []
        self.options: list[ModelOptions] = []
        self.open = 0

    def says(self, text: str = "", **more: object) -> Script:
        script = Script(text, **more)  # type: ignore[arg-type]
        self.scripts.append(script)
        return script

    def stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AnswerStream:
        self.requests.append(messages)
        self.options.append(options)
        script = self.scripts.popleft() if self.scripts else Script(f"Echo: {messages[-1].text}")
        return self._stream(script)

    @asynccontextmanager
    async def _stream(self, script: Script) -> AsyncIterator[AsyncIterator[TextDelta | Finish]]:
        self.open += 1
        try:
            yield self._pieces(script)
        finally:
            self.open -= 1

    async def _pieces(self, script: Script) -> AsyncIterator[TextDelta | Finish]:
        pieces = [piece for piece in script.text.replace(" ", " \0").split("\0") if piece]
        for index, piece in enumerate(pieces):
            if script.gate is not None and index == script.held:
                await script.gate.wait()
            await asyncio.sleep(0)
            yield TextDelta(piece)
        if script.gate is not None and len(pieces) <= script.held:
            await script.gate.wait()
        if script.crash is not None:
            raise script.crash
        if script.error is not None:
            raise script.error
        yield Finish(script.finish, script.usage, "scripted")

    async def check(self) -> str:
        return "scripted"

    async def close(self) -> None: ...
