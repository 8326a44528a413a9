"""What the fake OpenAI server can be told to answer: whole replies, refusals, and raw bytes with pauses, built before they are sent."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

End = Literal[
    "whole",  # the HTTP body ends as it should
    "fin",  # the connection is closed in the middle of the body
    "rst",  # the connection is reset
    "hang",  # nothing more comes, until the client goes
]

Json = Mapping[str, object]

_PIECES = re.compile(r"\s*\S+\s*?(?=\s|$)|\s+")
_ENVELOPE = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "fake-1"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. Without a `text` it is the echo of the last user message. `pieces` are the deltas where the cut matters.

    Times are in seconds; `tokens_per_second` 0 sends all at once. `usage`: in the last chunk when it was asked for, in each, or never.
    """

    text: str | None = None
    pieces: tuple[str, ...] = ()
    tokens_per_second: float = 0.0
    first_token_after: float = 0.0
    finish: str | None = "stop"
    usage: Literal["last", "each", "never"] = "last"
    done: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP error; a mapping becomes JSON."""

    status: int
    body: Json | str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes as they are; a number among them is a pause in seconds, an event is waited for. `repeat` sends them again and again, until
    the client goes. `headers_after` is how long not even the headers come."""

    parts: tuple[bytes | float | asyncio.Event, ...] = ()
    end: End = "whole"
    content_type: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    headers_after: float = 0.0
    repeat: bool = False


Step = Reply | Refusal | Raw
Answerer = Callable[[Json], Step]


def event(data: object) -> bytes:
    """One SSE event; a str stands as it is, the rest becomes JSON."""
    body = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"data: {body}\n\n".encode("utf-8", "surrogatepass")


def chunk(delta: object = None, finish: str | None = None, **extra: object) -> bytes:
    """One event of a chat completion; a str is a delta's content."""
    inside = {"content": delta} if isinstance(delta, str) else delta
    return event({**_ENVELOPE, "choices": [{"index": 0, "delta": inside, "finish_reason": finish}], **extra})


DONE = b"data: [DONE]\n\n"
ROLE = chunk({"role": "assistant", "content": ""})


def stream(*deltas: str, finish: str | None = "stop", done: bool = True) -> bytes:
    """A whole stream in one piece."""
    ending = [chunk({}, finish)] if finish else []
    return b"".join([ROLE, *map(chunk, deltas), *ending, *([DONE] if done else [])])


def echo(text: str) -> str:
    """What the server answers to a text when it is not told otherwise."""
    return f"You said: {text}" if text.strip() else "You said nothing."


def pieces_of(text: str) -> tuple[str, ...]:
    """The deltas that a text is sent in: word by word, spaces with the word before or after them; nothing is lost."""
    return tuple(_PIECES.findall(text))


def usage_of(prompt_tokens: int, completion_tokens: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


@lru_cache(maxsize=512)
def piece_events(pieces: tuple[str, ...]) -> tuple[bytes, ...]:
    """The events of the deltas, built once a text: a benchmark must measure the client, not this."""
    return tuple(chunk(piece) for piece in pieces)


def reply_events(reply: Reply, pieces: Sequence[str], prompt_tokens: int, *, usage_asked: bool) -> list[bytes]:
    """All events of a reply after the first one with the role."""
    if reply.usage == "each":
        events = [chunk(piece, usage=usage_of(prompt_tokens, n)) for n, piece in enumerate(pieces, 1)]
    else:
        events = list(piece_events(tuple(pieces)))
    if reply.finish:
        extra = {"usage": usage_of(prompt_tokens, len(pieces))} if reply.usage == "each" else {}
        events.append(chunk({}, reply.finish, **extra))
    if usage_asked and reply.usage == "last":
        events.append(event({**_ENVELOPE, "choices": [], "usage": usage_of(prompt_tokens, len(pieces))}))
    if reply.done:
        events.append(DONE)
    return events


def completion(reply: Reply, text: str, prompt_tokens: int) -> dict[str, object]:
    """The answer to a request that does not stream."""
    return {
        **_ENVELOPE,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reply.finish}],
        "usage": usage_of(prompt_tokens, len(pieces_of(text))),
    }


def error_body(message: str, *, type: str = "invalid_request_error", param: str | None = None, code: str | int | None = None) -> Json:
    """An error as OpenAI writes it."""
    return {"error": {"message": message, "type": type, "param": param, "code": code}}
