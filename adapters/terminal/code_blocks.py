"""Blocks of code on the screen, whole: characters that several code points make up are not coloured in parts.

The library breaks a line by the width of all of it, in which what is joined counts once, and cuts off what its coloured pieces, each of
them measured by itself, have more.
"""

from __future__ import annotations

from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock
from rich.syntax import Syntax
from rich.text import Span, Text

JOINER: Final = "\u200d"
"""Makes one emoji of the two around it."""
_AS_EMOJI: Final = "\ufe0f"
"""Makes an emoji, which is wider, of the sign before it."""


class WholeCode(CodeBlock):
    """Draws all of a block, whatever its characters are."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield _Whole(str(self.text).rstrip(), self.lexer_name, theme=self.theme, word_wrap=True, padding=1)


class _Whole(Syntax):
    def highlight(self, code: str, line_range: tuple[int | None, int | None] | None = None) -> Text:
        text = super().highlight(code, line_range)
        plain = text.plain
        if JOINER in plain or _AS_EMOJI in plain:
            text.spans = [Span(_end(plain, start), _end(plain, end), style) for start, end, style in text.spans]
        return text


def _end(plain: str, place: int) -> int:
    """The place, moved out of what is joined."""
    while 0 < place < len(plain) and (plain[place - 1] == JOINER or plain[place] == _AS_EMOJI):
        place += 1
    return place
