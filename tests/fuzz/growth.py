"""Time: a text of one thing over and over costs four times as much when it is four times as long, and never much at all (U21)."""

from __future__ import annotations

import gc
import io
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from rich.console import Console

from adapters.discord.render import render as on_discord
from adapters.telegram.render import render as on_telegram
from adapters.terminal.screen import Screen
from bot.models.reader import StreamReader
from bot.posts import Content, Part
from tests.fuzz import alphabet
from tests.fuzz.shrinking import smaller_sequences
from tests.fuzz.texts import Author

SHORT: Final = 4_000
LONG: Final = 4 * SHORT
A_CHARACTER: Final = 60e-6
"""Seconds of CPU for one, at most; thrice what the slowest takes on a slow machine."""
GROWTH: Final = 8.0
TOO_SHORT: Final = 0.06
"""Seconds below which growth is not looked at: measuring would be guessing."""
REPEATED: Final = 4

UNITS: Final = (
    "[", "![", "]", "](", "[]", "[a](", "[a](b", "*", "**", "_", "*_", "*a", "a*", "**a", "~~", "~~a", "||", "||a", "`", "``", "`a",
    "`a``", "<", "<a",
    "<http://", "&", "&a;", "\\", "\\[", "\\(", "$", "$$", "$a_", "|", "|a", "a|b\n", "|a\n", "|-|\n|-\n", "|a|\n|-|\n", "> ", ">",
    "> a\n", "> a\n\n",
    ">>> ", "- ", "- a\n", "-\n", "1. ", "1. a\n", "- a\n  - b\n", "    a\n", "# ", "# a\n", "```\n", "~~~\n", "```a\nb\n",
    "[a]: b\n", "://", "://a",
    "http://", "https://a.b ", "https://a.b/(", "\n", " ", "  \n", "\t", "\u0301", "👨\u200d", "🇩", "é", "a", "a ", "a.b ", "a**b**c ",
    "@1 ", "<@1>",
    "<:e:1>", "<t:1>", "$$a", "\\]", "w1w ", "#", "- [ ] a\n", "'", '"', "\r", "\x00", "\u2028", "a\n", "*a\n", "[a\n", "`a\n", "_a_",
    "*a*", "[a](b)",
)  # fmt: skip


def _on_screen(text: str) -> None:
    Screen(console=Console(file=io.StringIO(), force_terminal=True, width=80, highlight=False, legacy_windows=False)).show(
        Part(0, 1, text), hints=()
    )


def _in_stream(text: str) -> None:
    reader, body = StreamReader(), text.encode()
    for start in range(0, len(body), 3):
        reader.feed(body[start : start + 3])
    reader.end()


READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "telegram": lambda text: on_telegram(Content(text)),
    "discord": lambda text: on_discord(Content(text)),
    "terminal": _on_screen,
    "stream": _in_stream,
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is repeated, between what, and who reads it."""

    reader: str
    before: str
    unit: str
    after: str

    def text(self, length: int) -> str:
        return self.before + (self.unit * (length // len(self.unit) + 1))[:length] + self.after


class Growth:
    """`readers` are what is tried."""

    name = "time"

    def __init__(self, readers: Mapping[str, Callable[[str], object]] = READERS) -> None:
        self._readers = readers

    def make(self, chance: Random) -> Pattern:
        reader = chance.choice(("telegram", "telegram", "discord", "discord", "terminal", "stream"))
        if reader not in self._readers:
            reader = chance.choice(sorted(self._readers))
        unit = "".join(_piece(chance) for _ in range(chance.choice((1, 1, 2, 2, 3, 5))))
        before, after = (_piece(chance) if chance.random() < 0.4 else "" for _ in range(2))
        return Pattern(reader, before, unit, after)

    def smaller(self, case: Pattern) -> Iterator[Pattern]:
        yield replace(case, before="")
        yield replace(case, after="")
        yield from (replace(case, unit=unit) for unit in smaller_sequences(case.unit, "a") if unit)

    def show(self, case: Pattern) -> str:
        return repr(case)

    def judge(self, case: Pattern) -> list[str]:
        """Only what is so each time is so: other programs run as well."""
        problems: list[str] = []
        for _ in range(REPEATED):
            problems = self._once(case)
            if not problems:
                return []
        return problems

    def _once(self, case: Pattern) -> list[str]:
        read = self._readers[case.reader]
        short, long = (_seconds(read, case.text(length)) for length in (SHORT, LONG))
        if long > A_CHARACTER * LONG:
            return [f"slow in {case.reader}: {long:.2f} s for {LONG} characters"]
        if long > TOO_SHORT and long > GROWTH * short:
            return [f"growth in {case.reader}: {short:.3f} s for {SHORT} characters, {long:.3f} s for {LONG}"]
        return []


def _piece(chance: Random) -> str:
    kind = chance.random()
    if kind < 0.7:
        return chance.choice(UNITS)
    if kind < 0.85:
        return chance.choice((*alphabet.MARKS, *alphabet.ODD, *alphabet.MENTIONS, *alphabet.STRANGE)).encode("utf-8", "replace").decode()
    return Author(chance).document(1).encode("utf-8", "replace").decode()[:200] or "a"


def _seconds(read: Callable[[str], object], text: str) -> float:
    gc.disable()  # its full collections come where they will
    try:
        began = time.process_time()
        read(text)
        return time.process_time() - began
    finally:
        gc.enable()
