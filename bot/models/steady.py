"""A model with sense: who refuses for good is left alone for a while, another model steps in, and the operator is told."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from bot.errors import ModelError, ModelErrorKind
from bot.ports import ChatMessage, Clock, Finish, Model, ModelOptions, TextDelta

_log = logging.getLogger(__name__)

ENOUGH = 3
"""Refusals in a row, for one reason that only people can mend, after which a model is left alone: one may be a hiccup."""
LEFT_ALONE = 60.0
"""Seconds for which it is not asked again then, and after each further refusal."""
TOLD_EVERY = 3600.0
"""Seconds between two lines of the log about the same model and reason."""

PRIMARY, FALLBACK = "PARLEY_MODEL", "PARLEY_FALLBACK_MODEL"
"""The settings that name a model."""

_LOOK_AT: dict[ModelErrorKind, str] = {
    "refused": "the server refuses the key; look at OPENAI_API_KEY, and at OPENAI_HEADERS if you set them",
    "forbidden": "the server forbids it, to the key or for what was asked; look at what the key may do, and whether a proxy stands between",
    "no_such_model": "the server has no model of that name; look at {setting}, and at OPENAI_BASE_URL (it mostly ends in /v1)",
    "unpaid": "the account is used up; look at its balance with the provider",
}
FOR_GOOD: frozenset[ModelErrorKind] = frozenset({"refused", "no_such_model", "unpaid"})
"""Failures that do not pass by themselves, whoever asks for whatever. What is `forbidden` may be so for one person's words alone."""


def look_at(kind: ModelErrorKind, setting: str = PRIMARY) -> str:
    """What the operator has to look at, where `setting` names the model; empty for what passes by itself."""
    return _LOOK_AT.get(kind, "").format(setting=setting)


class PreparedModel(Model, Protocol):
    """A model that can load what it needs before it is asked."""

    async def prepare(self) -> object: ...


@dataclass(frozen=True, slots=True)
class _Refusal:
    kind: ModelErrorKind
    count: int
    until: float


class SteadyModel:
    """A bot.ports.Model around another one. `fallback` is the name of the model that answers where the one that was asked for does not
    exist; empty, there is none. Only before the first word: an answer that has begun stays with its model."""

    def __init__(self, model: PreparedModel, clock: Clock, fallback: str = "") -> None:
        self._model = model
        self._clock = clock
        self._fallback = fallback
        self._refusals: dict[str, _Refusal] = {}
        self._told: dict[tuple[str, ModelErrorKind], float] = {}

    @asynccontextmanager
    async def stream(
        self, messages: Sequence[ChatMessage], options: ModelOptions
    ) -> AsyncGenerator[AsyncIterator[TextDelta | Finish], None]:
        async with AsyncExitStack() as stack:
            try:
                words = await self._begun(stack, messages, options)
            except ModelError as error:
                if error.kind != "no_such_model" or self._fallback in ("", options.model):
                    raise
                words = await self._begun(stack, messages, replace(options, model=self._fallback))
            async with aclosing(words):
                yield words

    async def prepare(self) -> object:
        return await self._model.prepare()

    async def check(self) -> str:
        return await self._model.check()

    async def close(self) -> None:
        await self._model.close()

    async def _begun(
        self, stack: AsyncExitStack, messages: Sequence[ChatMessage], options: ModelOptions
    ) -> AsyncGenerator[TextDelta | Finish, None]:
        """The answer of one model; some servers say what is wrong with their first event only, so that is read here."""
        refusal = self._refusals.get(options.model)
        if refusal is not None and refusal.count >= ENOUGH and self._clock.monotonic() < refusal.until:
            raise ModelError(refusal.kind, "not asked again so soon")
        try:
            async with AsyncExitStack() as attempt:
                words = await attempt.enter_async_context(self._model.stream(messages, options))
                first = await anext(words, None)
                stack.push_async_exit(attempt.pop_all())
        except ModelError as error:
            self._failed(options.model, error)
            raise
        self._refusals.pop(options.model, None)
        return _after(first, words)

    def _failed(self, model: str, error: ModelError) -> None:
        now = self._clock.monotonic()
        before = self._refusals.pop(model, None)
        if error.kind in FOR_GOOD:
            count = before.count + 1 if before is not None and before.kind == error.kind else 1
            self._refusals[model] = _Refusal(error.kind, count, now + LEFT_ALONE)
        self._tell(model, error, now)

    def _tell(self, model: str, error: ModelError, now: float) -> None:
        """The operator, of what does not pass by itself."""
        other = self._fallback not in ("", model)
        reason = look_at(error.kind, FALLBACK if model == self._fallback else PRIMARY)
        if not reason or now - self._told.get((model, error.kind), float("-inf")) < TOLD_EVERY:
            return
        self._told[model, error.kind] = now
        if error.kind in FOR_GOOD:
            instead = f"; {self._fallback} answers instead" if error.kind == "no_such_model" and other else ""
            _log.error("the model does not answer, and will not by itself (%s): %s%s", error, reason, instead)
        else:
            _log.warning("the model did not answer (%s): %s", error, reason)


async def _after(first: TextDelta | Finish | None, words: AsyncIterator[TextDelta | Finish]) -> AsyncGenerator[TextDelta | Finish, None]:
    if first is not None:
        yield first
    async for word in words:
        yield word
