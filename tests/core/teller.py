"""A model that answers each request with words of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.errors import ModelError
from bot.ports import AnswerStream, ChatMessage, Finish, ModelOptions, TextDelta


class Teller:
    """Answers each request with words of its own, holds one back, or fails, as the test says before."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], str]] = []
        self.next = ""
        self.gates: list[asyncio.Event] = []
        self._count = 0

    def stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AnswerStream:
        self._count += 1
        how, self.next = self.next, ""
        kind = {"": "a", "fail": "f", "dumb": "d", "begun": "b"}[how]
        answer = f"{kind}{self._count}"
        self.asked.append(([message.text for message in messages[1:]], answer))
        return self._stream(answer)

    @asynccontextmanager
    async def _stream(self, answer: str) -> AsyncIterator[AsyncIterator[TextDelta | Finish]]:
        if answer[0] == "f":
            raise ModelError("refused")
        yield self._pieces(answer)

    async def _pieces(self, answer: str) -> AsyncIterator[TextDelta | Finish]:
        if answer[0] != "d":
            yield TextDelta(answer)
        if answer[0] in "db":
            gate = asyncio.Event()
            self.gates.append(gate)
            await gate.wait()
        yield TextDelta(f"{answer} whole" if answer[0] == "d" else " whole")
        yield Finish("stop", None, "teller")

    async def check(self) -> str:
        return "teller"

    async def close(self) -> None: ...
