"""What happened in a run, line by line, for who has to understand it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

LONGEST = 160
Line = tuple[float, str, str]
"""When, who, and what."""


class Clocked(Protocol):
    @property
    def now(self) -> float: ...


class Story:
    """`who` is a person's name, a platform, `model`, or `--` for what befalls the program."""

    def __init__(self, clock: Clocked) -> None:
        self._clock = clock
        self._lines: list[Line] = []

    def tell(self, who: str, what: str) -> None:
        self._lines.append((self._clock.now, who, what))

    def lines(self) -> tuple[Line, ...]:
        return tuple(self._lines)


def in_words(lines: Iterable[Line]) -> str:
    return "\n".join(f"{at:9.3f}  {who:<9} {_short(what)}" for at, who, what in lines)


def _short(what: str) -> str:
    line = what.replace("\n", "⏎")
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
