"""The reader of a model's stream: any bytes in any cuts give the same text and the same end, or a ModelError, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random
from typing import Final

from bot.errors import ModelError
from bot.models.reader import Limits, StreamReader
from tests.fakes.openai_script import DONE, ROLE, chunk, event, stream
from tests.fuzz import alphabet
from tests.fuzz.shrinking import smaller_sequences

SMALL: Final = Limits(characters=60, event_bytes=700, body_bytes=3000)
BYTEWISE: Final = 400
_SCRAPS: Final = (
    b"\n", b"\n\n", b"\r", b"\r\n", b"\r\n\r\n", b"data:", b"data: ", b"data", b"event: error\n", b"event:", b": ping\n\n",
    b"id: 3\n", b"retry: 9\n",
    b"\xef\xbb\xbf", b"\xff", b"\xed\xa0\x80", b"\x00", b"\x1b", b"[DONE]", b"data: [DONE]", DONE, ROLE, b"{", b"}", b'"', b"\\",
    b"null", b"NaN",
    b"1e999", b"-0", b"[[[[[[[[", b"]" * 9, b'{"choices":[', b'"delta":', b'"content":"', b"\\ud83d", b"\\ude00", b"\\u0000",
    b"<think>", b"</think>",
    b"<html>", b'{"error":{"message":"x","code":429}}', b'{"detail":"x"}', b"\xf0\x9f", b"\x98\x80", b"[" * 3000, b'{"a":' * 300,
    b"9" * 5000,
)  # fmt: skip
_FINISHES: Final = (
    None,
    None,
    None,
    "",
    "stop",
    "length",
    "content_filter",
    "error",
    "abort",
    "tool_calls",
    7,
    [],
    {"a": 1},
    "STOP",
    "x" * 300,
)

MakeReader = Callable[[Limits | None], StreamReader]
Read = tuple[str, int, bool, bool, str]


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes, and where they are cut."""

    data: bytes
    cuts: tuple[int, ...]


class Stream:
    """`reader` makes what is tried."""

    name = "stream"

    def __init__(self, reader: MakeReader = StreamReader) -> None:
        self._reader = reader

    def make(self, chance: Random) -> Body:
        data = b"".join(_event(chance) for _ in range(chance.choice((0, 1, 2, 4, 8, 12))))
        if chance.random() < 0.3:
            data = data.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n")))
        if chance.random() < 0.5:
            data = _stirred(data, chance)
        return Body(data, tuple(sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(9)))))

    def smaller(self, case: Body) -> Iterator[Body]:
        for at in range(len(case.cuts)):
            yield replace(case, cuts=case.cuts[:at] + case.cuts[at + 1 :])
        for data in smaller_sequences(case.data, b"a"):
            gone = len(case.data) - len(data)
            for moved in {case.cuts, tuple(max(0, cut - gone) for cut in case.cuts)}:
                yield Body(data, tuple(min(cut, len(data)) for cut in moved))

    def show(self, case: Body) -> str:
        return repr(case)

    def judge(self, case: Body) -> list[str]:
        found = []
        for limits in (None, SMALL):
            whole = self._read(case.data, (), limits)
            for cuts in (case.cuts, _small_steps(len(case.data))):
                if (cut := self._read(case.data, cuts, limits)) != whole:
                    found.append(f"cuts: {whole!r} became {cut!r}")
            found += _text_problems(whole[0], limits)
        return found + self._one_document(case.data)

    def _read(self, data: bytes, cuts: tuple[int, ...] | range, limits: Limits | None) -> Read:
        reader, text = self._reader(limits), ""
        for start, stop in pairwise([0, *cuts, len(data)]):
            text += reader.feed(data[start:stop])
        text += reader.end()
        return text, reader.progress, reader.ended, reader.finish_seen, _outcome(reader)

    def _one_document(self, data: bytes) -> list[str]:
        """A server that does not stream sends the answer as one document: any bytes again."""
        reader = self._reader(None)
        text = reader.whole(data) + reader.end()
        _outcome(reader)
        return _text_problems(text, None)


def _small_steps(length: int) -> range:
    """Each byte by itself; what is long in sevens, which begin anywhere, since reading a long body byte by byte takes a dozen times as
    long as all else."""
    return range(length) if length < BYTEWISE else range(length % 7, length, 7)


def _outcome(reader: StreamReader) -> str:
    try:
        return repr(reader.outcome())
    except ModelError as error:
        return f"{error.kind}: {error.detail}"


def _text_problems(text: str, limits: Limits | None) -> list[str]:
    found = []
    if any("\ud800" <= character <= "\udfff" or character == "\0" for character in text):
        found.append(f"unclean: {text!r}")
    if limits is not None and len(text) > limits.characters:
        found.append(f"long: {len(text)} characters")
    return found


def _event(chance: Random) -> bytes:
    words = chance.choice((*alphabet.EMOJI, *alphabet.SCRIPTS, *alphabet.ODD, "a", "word ", " ", "<think>", "</think>", "<thi", "nk>", ""))
    match chance.randrange(8):
        case 0 | 1 | 2:
            return chunk(words, chance.choice(_FINISHES))
        case 3:
            escaped = json.dumps(words)
            return b'data: {"choices":[{"delta":{"content":%s}}]}\n\n' % escaped.encode()
        case 4:
            return chunk(_delta(words, chance), chance.choice(_FINISHES), usage=_any(chance, 2))
        case 5:
            return event(
                chance.choice(({"choices": _any(chance, 3)}, {"error": _any(chance, 3)}, {"usage": _any(chance, 2)}, _any(chance, 3)))
            )
        case 6:
            return chance.choice(_SCRAPS)
        case _:
            return stream(*words, done=chance.random() < 0.5)


def _delta(words: str, chance: Random) -> object:
    key = chance.choice(("content", "content", "content", "reasoning", "reasoning_content", "refusal", "tool_calls", "text", "role"))
    value = chance.choice(
        (words, None, [{"type": "text", "text": words}], [words, {"type": "text"}, {"type": "text", "text": 5}, None], 7, True)
    )
    return {key: value, chance.choice(("content", "name")): words} if chance.random() < 0.2 else {key: value}


def _any(chance: Random, depth: int) -> object:
    """Any JSON."""
    kind = chance.randrange(9 if depth else 6)
    if kind < 6:
        return chance.choice(
            (None, True, 0, -1, 2**70, 1.5, "", "x", "\ud83d", {"message": "m", "code": 500}, {"code": "rate_limit_exceeded"})
        )
    keys = (
        "choices",
        "delta",
        "content",
        "finish_reason",
        "message",
        "code",
        "type",
        "status",
        "prompt_tokens",
        "completion_tokens",
        "index",
    )
    if kind < 8:
        return {chance.choice(keys): _any(chance, depth - 1) for _ in range(chance.randrange(4))}
    return [_any(chance, depth - 1) for _ in range(chance.randrange(3))]


def _stirred(data: bytes, chance: Random) -> bytes:
    for _ in range(chance.randrange(1, 8)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((0, 1, 1, 3, 20, 200)))
        match chance.randrange(4):
            case 0:
                data = data[:start] + data[end:]
            case 1:
                data = data[:end] + data[start:end] + data[end:]
            case 2:
                data = data[:start] + chance.choice(_SCRAPS) + data[end:]
            case _:
                data = data[:start] + chance.randbytes(end - start) + data[end:]
    return data
