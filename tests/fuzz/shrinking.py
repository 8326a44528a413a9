"""Makes an input that shows a problem as small as it gets, so that people can read it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Final, TypeVar

from tests.fuzz.field import Field, Unjudged, judged, kind_of

T = TypeVar("T")
Sequence = TypeVar("Sequence", str, bytes)

TRIES: Final = 20_000
SECONDS: Final = 20.0


def shrunk(what: Field[T], case: T, problems: list[str], seconds: float = SECONDS) -> tuple[T, list[str]]:
    """The smallest input found that has a problem of the same kind, and its problems."""
    kind, until, left = kind_of(problems), time.process_time() + seconds, TRIES
    first, found = 0, True
    while found or first:
        if not found:
            first = 0  # once more from the start
        found = False
        for at, smaller in enumerate(islice(what.smaller(case), first, None), start=first):
            left -= 1
            if left <= 0 or time.process_time() > until:
                return case, problems
            now = _problems(what, smaller) if smaller != case else []
            if now and kind_of(now) == kind:
                # What was tried before it did not help, and will hardly help now.
                case, problems, found, first = smaller, now, True, max(0, at - 1)
                break
    return case, problems


def _problems(what: Field[T], case: T) -> list[str]:
    try:
        return judged(what, case)
    except Unjudged:
        return []


def smaller_sequences(whole: Sequence, plain: Sequence) -> Iterator[Sequence]:
    """Without ever smaller stretches, then with a plain character in place of others."""
    size = len(whole)
    while size:
        size = max(size // 2, 1)
        for start in range(0, len(whole), size):
            yield whole[:start] + whole[start + size :]
        if size == 1:
            break
    for place in range(len(whole)):
        if whole[place : place + 1] not in (plain, " ", b" ", "\n", b"\n") and len(whole) < 200:
            yield whole[:place] + plain + whole[place + 1 :]


def smaller_json(value: object, depth: int = 12) -> Iterator[object]:  # noqa: C901 - one case for each type of JSON
    """Without parts of it, and with plain parts in place of others."""
    match value:
        case dict() if depth:
            for key in value:
                yield {name: inner for name, inner in value.items() if name != key}
            for key, inner in value.items():
                for smaller in smaller_json(inner, depth - 1):
                    yield {**value, key: smaller}
        case list() if depth:
            if value:
                yield []
            for place in range(len(value)):
                yield value[:place] + value[place + 1 :]
            for place, inner in enumerate(value):
                for smaller in smaller_json(inner, depth - 1):
                    yield [*value[:place], smaller, *value[place + 1 :]]
        case str() if len(value) > 1:
            yield value[: len(value) // 2]
            yield value[len(value) // 2 :]
            yield value[1:]
            yield value[:-1]
        case _:
            return
