"""The terminal: nothing that a model, a title or a file's name says is obeyed by it, and all of it is there to be read."""

from __future__ import annotations

import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from rich.console import Console

from adapters.terminal.adapter import TerminalAdapter
from adapters.terminal.pipe import Pipe
from adapters.terminal.screen import Screen
from bot.posts import Button, Content, Part
from tests.fuzz.contents import nasty_content, smaller_contents
from tests.fuzz.reading_back import range_problems

WIDTH: Final = 60
WIDE: Final = 200
WIDEST: Final = 20_000
"""So wide that no marker in a table's cell is broken; slow, so it is looked at only where something is missing."""
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_OBEYED: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]+.{0,10}")
_MARKER: Final = re.compile(r"w\d+w")
_SHOWN: Final = re.compile(r"(?=(w\d+w))")

Render = Callable[[Content], tuple[Part, ...]]


class Terminal:
    """`render` is what is tried; what it gives is shown on a screen and written into a pipe."""

    name = "terminal"

    def __init__(self, render: Render | None = None) -> None:
        self._render = render or TerminalAdapter(Screen(console=Console(file=io.StringIO()))).render

    def make(self, chance: Random) -> Content:
        return nasty_content(chance)

    def smaller(self, case: Content) -> Iterator[Content]:
        return smaller_contents(case)

    def show(self, case: Content) -> str:
        return repr(case)

    def judge(self, case: Content) -> list[str]:
        parts = self._render(case)
        found = range_problems(case.text, parts)
        for part in parts:
            hints = tuple(button for row in part.buttons for button in row)
            on_screen, wide = _screen(part, hints, WIDTH), _screen(part, hints, WIDE)
            found += [f"obeyed on the screen: {match.group()!r}" for match in _OBEYED.finditer(on_screen)]
            found += [f"obeyed in a pipe: {match.group()!r}" for match in _OBEYED.finditer(_piped(part).replace("\t", ""))]
            found += [f"lost letters: {''.join(sorted(gone))!r}"] if (gone := _letters(wide) - _letters(on_screen)) else []
            if gone := _gone(case.text, on_screen) & _gone(case.text, wide):
                found += (
                    [f"lost words: {' '.join(sorted(lost))}"] if (lost := gone & _gone(case.text, _screen(part, hints, WIDEST))) else []
                )
        return found


def _screen(part: Part, hints: tuple[Button, ...], width: int) -> str:
    written = io.StringIO()
    Screen(console=Console(file=written, force_terminal=True, width=width, highlight=False, legacy_windows=False)).show(part, hints=hints)
    return _COLOUR.sub("", written.getvalue())


def _piped(part: Part) -> str:
    reading, writing = os.pipe()
    try:
        Pipe(reading, writing).show(part, hints=())
        os.set_blocking(reading, False)
        return os.read(reading, 1 << 20).decode()
    finally:
        os.close(reading)
        os.close(writing)


def _gone(source: str, shown: str) -> set[str]:
    """Markers that are not to be found, where lines are broken or not."""
    return set(_MARKER.findall(source)) - set(_SHOWN.findall(re.sub(r"\s", "", shown))) - set(_SHOWN.findall(shown))


def _letters(shown: str) -> Counter[str]:
    return Counter(character for character in shown if character.isalnum())
