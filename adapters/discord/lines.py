"""The lines of a text, read one after the other: how deep each one is quoted, and what stands in the quote."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_QUOTE: Final = re.compile(r" {0,3}(?:>>> |> ?)")
_MAX_DEPTH: Final = 12
_INNER_QUOTE: Final = "› "


@dataclass(slots=True)
class Lines:
    """`at` is the line that comes next, `depth` is how deep the block that is being written is quoted."""

    source: str
    at: int = 0
    depth: int = 0
    _lines: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lines = self.source.split("\n")
        start = 0
        for line in self._lines:
            self._starts.append(start)
            start += len(line) + 1

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def rest(self) -> bool:
        """Whether a line comes next."""
        return self.at < len(self._lines)

    @property
    def start(self) -> int:
        """Where in the text the next line begins."""
        return self._starts[self.at]

    @property
    def end(self) -> int:
        """Where in the text the next line ends."""
        return self.start + len(self._lines[self.at])

    @property
    def prefix(self) -> str:
        """What each line of the block begins with on Discord, which has no quotes in quotes."""
        return "> " + _INNER_QUOTE * (self.depth - 1) if self.depth else ""

    def body(self, at: int, most: int = _MAX_DEPTH) -> tuple[int, str]:
        """How deep a line is quoted, and what stands in the quote."""
        line, depth, place = self._lines[at], 0, 0
        while depth < most and (match := _QUOTE.match(line, place)):
            depth, place = depth + 1, match.end()
        return depth, line[place:] if place else line
