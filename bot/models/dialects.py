"""How servers of the same API differ in what they take: learned from their refusals, and remembered for each model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Literal


@dataclass(frozen=True, slots=True)
class Dialect:
    """What to send to one model: whether to ask for usage, whether to send the temperature, and the name of the limit."""

    stream_options: bool = True
    temperature: bool = True
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


# Each of the three can be given up once.
MOST_CHANGES = 3


def adapted(dialect: Dialect, status: int, words: str) -> Dialect | None:
    """The dialect to try instead after a 400 or 422 with these words in its body (lower case), or None where nothing can be learned."""
    if status not in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
        return None
    if dialect.stream_options and ("stream_options" in words or "include_usage" in words):
        return replace(dialect, stream_options=False)
    if dialect.limit == "max_tokens" and "max_tokens" in words and _unsupported(words):
        return replace(dialect, limit="max_completion_tokens")
    if dialect.temperature and "temperature" in words and _unsupported(words):
        return replace(dialect, temperature=False)
    # A 422 comes from servers that check the fields of a request strictly, and some do not name the one they stumbled over.
    if dialect.stream_options and status == HTTPStatus.UNPROCESSABLE_ENTITY and not words.strip('{}[]" '):
        return replace(dialect, stream_options=False)
    return None


def _unsupported(words: str) -> bool:
    said = ("unsupported", "not support", "not permitted", "not allowed", "deprecated", "unknown", "unrecognized", "extra inputs")
    return "max_completion_tokens" in words or any(word in words for word in said)
