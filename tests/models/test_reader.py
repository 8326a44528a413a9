"""The reader is total and indifferent to cuts: whatever the bytes, the same text and the same end, or a ModelError and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import ModelError
from bot.messages import Usage
from bot.models.reader import Limits, StreamReader
from bot.ports import Finish
from tests.fakes.openai_script import DONE, ROLE, chunk, event, stream

SMALL = Limits(characters=60, event_bytes=700, body_bytes=3000)

texts = st.text(st.one_of(st.characters(), st.sampled_from("<>/think \0\ud83d\ude00\u200b")), max_size=12)
deltas = st.one_of(
    st.none(),
    st.integers(),
    st.builds(
        lambda t: {"content": t}, st.one_of(texts, st.none(), st.lists(st.builds(lambda t: {"type": "text", "text": t}, texts), max_size=2))
    ),
    st.sampled_from([{"reasoning": "x"}, {"refusal": "no"}, {"tool_calls": []}, {"content": "<think>"}, {"content": "</think>"}]),
)
finishes = st.sampled_from([None, None, None, "", "stop", "length", "content_filter", "error", 7])
any_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts), lambda inner: st.lists(inner, max_size=2), max_leaves=4
)
events = st.one_of(
    st.builds(chunk, deltas, finishes),
    st.builds(chunk, deltas, finishes, usage=st.sampled_from([None, 3, {}, {"prompt_tokens": 1, "completion_tokens": 2}])),
    st.builds(lambda choices: event({"choices": choices}), any_json),
    st.builds(lambda error: event({"error": error}), any_json),
    st.builds(event, any_json),
    st.sampled_from(
        [DONE, b": ping\n\n", b"\n", b"\r\n", b"\r", b"data:", b"event: error\n", b"\xef\xbb\xbf", b"data: {\n", b"}\n\n", b"id: 3\n"]
    ),
    st.binary(max_size=30),
)
bodies = (
    st.lists(events, max_size=12).map(b"".join)
    | st.binary(max_size=200)
    | st.lists(events, max_size=8).map(lambda e: b"".join(e).replace(b"\n", b"\r\n"))
)


def read(body: bytes, cuts: list[int], limits: Limits | None = None) -> tuple[str, Finish | tuple[str, str]]:
    reader = StreamReader(limits)
    text = ""
    places = sorted({min(cut, len(body)) for cut in cuts} | {0, len(body)})
    for start, stop in pairwise(places):
        text += reader.feed(body[start:stop])
    text += reader.end()
    try:
        return text, reader.outcome()
    except ModelError as error:
        return text, (error.kind, error.detail)


@settings(max_examples=600, deadline=None)
@given(bodies, st.lists(st.integers(0, 2000), max_size=8))
@example(b"data: x\r\n\r\n" + stream("a"), [8, 9, 10])
@example(b'data: {"choices":\r\ndata: [{"delta":{"content":"a"}}]}\r\n\r\n' + DONE, [17, 18])
@example(stream(*"abcdefghijklmnopqrst", done=False), [2990, 2999, 3000, 3001])
def test_any_bytes_in_any_cuts_are_read_alike(body: bytes, cuts: list[int]) -> None:
    whole = read(body, [])
    assert read(body, cuts) == whole
    assert read(body, list(range(len(body)))) == whole
    assert read(body, cuts, SMALL) == read(body, [], SMALL)
    text = whole[0]
    text.encode()
    assert "\0" not in text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20), min_size=1, max_size=20))
def test_what_was_written_is_read(pieces: list[str]) -> None:
    pieces = ["x", *pieces]
    assert read(stream(*pieces), [])[0] == "".join(pieces)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.lists(st.integers(0, 60), max_size=5))
def test_m23_escaped_halves_are_joined_wherever_they_are_cut(text: str, cuts: list[int]) -> None:
    units = (b"\\u%04x" % unit for unit in memoryview(("x" + text).encode("utf-16-le", "surrogatepass")).cast("H"))
    pieces = [b'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n' % unit for unit in units]
    expected = ("x" + text).replace("\0", "")
    assert read(b"".join(pieces) + DONE, cuts)[0] == expected


def test_usage_the_last_one_counts() -> None:
    body = ROLE + chunk("a", usage={"prompt_tokens": 1, "completion_tokens": 1}) + stream("b", done=False)
    body += event({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}) + event({"usage": None}) + DONE
    assert read(body, [])[1] == Finish("stop", Usage(9, 2), "fake-1")


@pytest.mark.parametrize(
    "usage", [{"prompt_tokens": -1, "completion_tokens": 1}, {"prompt_tokens": 2**70, "completion_tokens": 1}, [1], {"prompt_tokens": True}]
)
def test_usage_that_cannot_be_is_not_taken(usage: object) -> None:
    outcome = read(stream("b", done=False) + event({"choices": [], "usage": usage}) + DONE, [])[1]
    assert isinstance(outcome, Finish)
    assert outcome.usage is None


def test_progress_counts_tokens_alone() -> None:
    reader = StreamReader()
    reader.feed(b": ping\n\n" + ROLE + event({"choices": []}))
    assert reader.progress == 0
    reader.feed(chunk({"reasoning": "hm"}) + chunk("a"))
    assert reader.progress == 2


def _seconds_byte_by_byte(body: bytes) -> float:
    reader = StreamReader()
    start = time.process_time()
    for place in range(len(body)):
        reader.feed(body[place : place + 1])
    reader.end()
    return time.process_time() - start


@pytest.mark.parametrize(
    "body",
    [
        lambda size: b"x" * size,
        lambda size: b"data: " + b" " * size,
        lambda size: b"\r" * size,
        lambda size: stream(*("\n" * (size // 50))),
        lambda size: stream("<think>", *"a" * (size // 50)),
    ],
)
def test_u21_time_is_linear_byte_by_byte(body: Callable[[int], bytes]) -> None:
    """Four times as much takes four times as long on any machine; sixteen times if each byte cost what came before it."""
    assert _seconds_byte_by_byte(body(500_000)) < 8 * _seconds_byte_by_byte(body(125_000)) + 0.2


def test_m5_a_mark_of_byte_order_begins_the_body_once() -> None:
    """Thousands of them, one after the other, are no event, and no reason to fall over."""
    mark = b"\xef\xbb\xbf"
    assert read(mark + chunk({"content": "a"}) + DONE, [1, 2, 3])[0] == "a"
    assert read(mark * 5000 + b"\n\n", [])[1] == ("malformed", "the body holds no event")


def test_what_comes_after_the_end_is_nothing_in_whatever_cuts() -> None:
    """A half of a pair is held back at the end; that the body goes on for too long does not take it away."""
    body = b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n' + DONE + b"x" * 4000
    assert read(body, [], SMALL) == read(body, [len(body) - 4000], SMALL)
    assert read(body, [], SMALL)[0] == "\ufffd"
