"""From parsed Markdown to a styled text: what each block and each mark looks like on Telegram."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from markdown_it.token import Token

from adapters.telegram.inline import InlineWriter
from adapters.telegram.styled import StyledText
from adapters.telegram.tables import rows_of, write_table

_TASKS: Final = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
_LANGUAGE: Final = re.compile(r"[\w+#.\-]{1,32}")
_INNER_QUOTE: Final = "› "
_RULE: Final = "———"
_BULLETS: Final = ("• ", "◦ ", "▪ ")


@dataclass(slots=True)
class _Indent:
    """What the lines of a list item or inner quote begin with: the marker once, then as many spaces; or always the same."""

    marker: str
    line: int = 0
    repeats: bool = False
    used: bool = False

    def take(self) -> str:
        if self.repeats or not self.used:
            self.used = True
            return self.marker
        return " " * len(self.marker)


@dataclass(slots=True)
class _List:
    """A list: its numbers as they are written, or None for bullets."""

    numbers: list[str] | None
    delimiter: str
    level: int
    count: int = 0
    same: bool = field(init=False)

    def __post_init__(self) -> None:
        self.same = len(set(self.numbers or ())) == 1

    def next_marker(self) -> str:
        self.count += 1
        if self.numbers is None:
            return _BULLETS[min(self.level, len(_BULLETS) - 1)]
        number = str(int(self.numbers[0]) + self.count - 1) if self.same and self.count > 1 else self.numbers[self.count - 1]
        return f"{number}{self.delimiter} "


@dataclass(slots=True)
class BlockWriter:
    """Writes blocks one after the other, with the blank lines between them that their source has.

    `places` are pairs of a place in the text and the place of the source that it comes from, one for each block, rising.
    """

    source: str
    text: StyledText = field(default_factory=StyledText)
    places: list[tuple[int, int]] = field(default_factory=list)
    _line_starts: list[int] = field(default_factory=list)
    _line: int | None = None
    _indents: list[_Indent] = field(default_factory=list)
    _lists: list[_List] = field(default_factory=list)
    _quotes: int = 0
    _inline: InlineWriter = field(init=False)

    def __post_init__(self) -> None:
        self._inline = InlineWriter(self.text, self._new_line)

    def write(self, tokens: Sequence[Token]) -> None:
        """Writes the blocks of a whole text."""
        self._line_starts = [0, *accumulate(len(line) + 1 for line in self.source.split("\n"))]
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.type == "table_open":
                end = next(at for at in range(index, len(tokens)) if tokens[at].type == "table_close" and tokens[at].level == token.level)
                self._write_table(tokens[index:end], token)
                index = end
            elif token.type.endswith("list_open"):
                self._open_list(tokens, index)
            else:
                self._write_token(token)
            index += 1

    def _write_token(self, token: Token) -> None:
        match token.type:
            case "inline":
                self._write_paragraph(token)
            case "heading_open":
                self.text.begin("bold")
            case "heading_close":
                self.text.end()
            case "fence" | "code_block" | "math_block":
                self._write_code_block(token)
            case "hr":
                self._begin_block(token.map)
                self.text.write(_RULE)
            case _:
                self._write_container(token)

    def _write_container(self, token: Token) -> None:
        match token.type:
            case "list_item_open":
                self._indents.append(_Indent(self._lists[-1].next_marker(), token.map[0] if token.map else 0))
            case "list_item_close":
                self._close_item()
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "blockquote_open":
                self._open_quote(token)
            case "blockquote_close":
                self._close_quote()
            case _:
                pass

    def _open_list(self, tokens: Sequence[Token], index: int) -> None:
        opening = tokens[index]
        numbers = None
        delimiter = "."
        if opening.type == "ordered_list_open":
            numbers = []
            for at in range(index + 1, len(tokens)):
                token = tokens[at]
                if token.level == opening.level:
                    break
                if token.type == "list_item_open" and token.level == opening.level + 1:
                    numbers.append(token.info)
                    delimiter = token.markup or delimiter
        self._lists.append(_List(numbers, delimiter, len(self._lists)))

    def _close_item(self) -> None:
        """An item without content keeps its number: `1999.` alone is a year, not a list."""
        item = self._indents[-1]
        if not item.used:
            item.marker = item.marker.rstrip()
            self._begin_block([item.line, item.line + 1])
        self._indents.pop()

    def _open_quote(self, token: Token) -> None:
        if self._quotes:
            self._indents.append(_Indent(_INNER_QUOTE, repeats=True, used=True))
        else:
            self._flush_markers(token)
            self.text.begin("blockquote")
        self._quotes += 1

    def _close_quote(self) -> None:
        self._quotes -= 1
        if self._quotes:
            self._indents.pop()
        else:
            self.text.end()

    def _flush_markers(self, token: Token) -> None:
        """What begins a line of its own on Telegram (quote, code) leaves a list's marker on the line above."""
        if any(not indent.used for indent in self._indents) and token.map is not None:
            self._begin_block(token.map)
            self._line = token.map[0]

    def _begin_block(self, lines: Sequence[int] | None, *, indented: bool = True) -> None:
        """Begins what stands in these lines of the source."""
        first, end = lines or (self._line or 0, self._line or 0)
        newlines = 0 if self._line is None else max(1, first - self._line + 1)
        self._new_line(newlines, indented=indented)
        self.places.append((self.text.length, self._line_starts[min(first, len(self._line_starts) - 1)]))
        self._line = end

    def _new_line(self, newlines: int = 1, *, indented: bool = True) -> None:
        self.text.write("\n" * (newlines if self.text.length else 0))
        if indented:
            self.text.write("".join(indent.take() for indent in self._indents))

    def _write_paragraph(self, token: Token) -> None:
        children = token.children or []
        if children and children[0].type == "text" and self._indents and not self._indents[-1].used:
            box = _TASKS.get(children[0].content[:4])
            if box is not None and token.content[:4] in _TASKS:  # as it was written: an escaped bracket begins no task
                numbered = self._lists[-1].numbers is not None
                self._indents[-1].marker = self._indents[-1].marker + box if numbered else box
                children[0].content = children[0].content[4:]
        self._begin_block(token.map)
        self._inline.write(children)

    def _write_code_block(self, token: Token) -> None:
        code = re.sub(r"\A(?:[ \t]*\n)+", "", token.content).rstrip()
        language = "latex" if token.type == "math_block" else ""
        self._flush_markers(token)
        if token.type == "fence":
            info = token.info.strip()
            language = _language(info)
            if not code:
                code, language = info, ""
            elif language != info:
                self._begin_block(token.map)
                self.text.write(info)
                self._line = token.map[0] if token.map else self._line
        self._begin_block(token.map, indented=False)
        self.text.write_block(code, language)

    def _write_table(self, tokens: Sequence[Token], opening: Token) -> None:
        self._flush_markers(opening)
        self._begin_block(opening.map, indented=False)
        write_table(rows_of(tokens), self.text, self._inline.write)


def _language(info: str) -> str:
    """The language that the first line of a block of code names, or ""."""
    first = info.split(" ", 1)[0]
    return first if _LANGUAGE.fullmatch(first) else ""
