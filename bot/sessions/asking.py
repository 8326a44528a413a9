"""Asks the model until there is a whole answer or a reason why not: what is tried again, how often, and after how long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.errors import ModelError, ModelErrorKind
from bot.ports import ChatMessage, Clock, Finish, Model, ModelOptions, TextDelta
from bot.sessions.context import Built

AGAIN_BEFORE_TEXT: frozenset[ModelErrorKind] = frozenset({"unreachable", "malformed", "empty", "overloaded", "rate_limited", "interrupted"})
PAUSES = (1.0, 3.0)
"""Seconds before the second and the third try; what the server names is kept to, up to LONGEST_WAIT."""
LONGEST_WAIT = 60.0
SHORTER = (1.0, 2 / 3, 4 / 9)
"""What part of the context is sent, after the server said once and twice that it is too long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    text: str
    finish: Finish
    context: Built


class Asking:
    """One answer's tries. `grow` is called with the text so far, and with an empty text when the answer begins anew."""

    def __init__(self, model: Model, clock: Clock, options: ModelOptions, grow: Callable[[str], None]) -> None:
        self._model = model
        self._clock = clock
        self._options = options
        self._grow = grow
        self.text = ""

    async def answer(self, build: Callable[[float], Awaitable[Built]]) -> Answer:
        """The answer to what `build` gives for a part of the context; raises ModelError when there is none."""
        shorter, failures, cut = 0, 0, False
        while True:
            context = await build(SHORTER[shorter])
            try:
                return Answer(*await self._try(context.messages), context)
            except ModelError as error:
                if error.kind == "context_too_long" and shorter + 1 < len(SHORTER):
                    shorter += 1
                elif self.text:
                    if cut or error.kind not in ("interrupted", "malformed", "timeout"):
                        raise
                    cut = True
                else:
                    await self._pause(error, failures)
                    failures += 1

    async def _pause(self, error: ModelError, failures: int) -> None:
        """Waits before the next try, or raises the error where trying again does not help."""
        if error.kind not in AGAIN_BEFORE_TEXT or failures >= len(PAUSES):
            raise error
        pause = PAUSES[failures] if error.retry_after is None else error.retry_after
        if pause > LONGEST_WAIT:
            raise error
        await self._clock.sleep(pause)

    async def _try(self, messages: Sequence[ChatMessage]) -> tuple[str, Finish]:
        """One call. What a try before it left is no longer part of the answer; people see it until there is more."""
        self.text = ""
        async with self._model.stream(messages, self._options) as stream:
            async for event in stream:
                match event:
                    case TextDelta(text):
                        self.text += text
                        self._grow(self.text)
                    case Finish():
                        return self.text, event
        raise ModelError("interrupted", "the stream ended without a finish")
