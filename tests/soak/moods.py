"""The model of a soak: that of the torture runs, with the faults that models have."""

from __future__ import annotations

import random

from tests.fakes.openai_script import ROLE, Json, Raw, Refusal, Reply, Step, chunk, error_body
from tests.torture.words import Echo


class Moody:
    """The model of the torture runs, which now and then refuses, breaks off, or takes its time."""

    def __init__(self, seed: int, chance: float) -> None:
        self._echo = Echo(seed)
        self._random = random.Random(seed + 1)  # noqa: S311 - repeatable, not secret
        self.chance = chance
        self.faults = 0

    def __call__(self, body: Json) -> Step:
        reply = self._echo(body)
        if self._random.random() >= self.chance:
            return reply
        self.faults += 1
        text = (reply.text or "")[:400]
        match self._random.randrange(6):
            case 0:
                return Refusal(500, error_body("the server had an error"))
            case 1:
                return Refusal(429, error_body("slow down", code="rate_limit_exceeded"), headers={"Retry-After": "1"})
            case 2:
                return Raw((ROLE, chunk(text[: len(text) // 2])), end="rst")
            case 3:
                return Raw((ROLE, chunk(text[:20])), end="fin")
            case 4:
                return Raw((), end="rst", headers_after=0.1)
            case _:
                return Reply(text, tokens_per_second=20, first_token_after=1.0)
