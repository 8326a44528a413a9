"""Tables: in fixed width where a telephone shows them whole, else one record for each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markdown_it.token import Token
from wcwidth import wcswidth

from adapters.telegram.styled import StyledText

MAX_WIDTH: Final = 44
_BETWEEN: Final = " │ "

WriteInline = Callable[[Sequence[Token]], None]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its parsed content and alignment."""

    content: tuple[Token, ...]
    align: str

    @property
    def text(self) -> str:
        return "".join(" " if token.type.endswith("break") else token.content for token in self.content).replace("\t", " ").strip()

    @property
    def has_link(self) -> bool:
        return any(token.type in ("link_open", "image") for token in self.content)


def rows_of(tokens: Sequence[Token]) -> list[list[Cell]]:
    """The rows of the tokens from table_open to table_close; the first is the header."""
    rows: list[list[Cell]] = []
    align = ""
    for token in tokens:
        match token.type:
            case "tr_open":
                rows.append([])
            case "th_open" | "td_open":
                align = str(token.attrGet("style") or "").removeprefix("text-align:")
            case "inline":
                rows[-1].append(Cell(tuple(token.children or ()), align))
            case _:
                pass
    return rows


def write_table(rows: list[list[Cell]], text: StyledText, write_inline: WriteInline) -> None:
    """Writes the table in the way that fits."""
    widths = [max(_width(row[column].text) for row in rows) for column in range(len(rows[0]))]
    fits = sum(widths) + len(_BETWEEN) * (len(widths) - 1) <= MAX_WIDTH
    if fits and not any(cell.has_link for row in rows for cell in row):
        lines = [_line(row, widths) for row in rows]
        lines.insert(1, "─┼─".join("─" * width for width in widths))
        text.write_block("\n".join(lines))
    else:
        _write_records(rows, text, write_inline)


def _line(row: list[Cell], widths: list[int]) -> str:
    return _BETWEEN.join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _padded(cell: Cell, width: int) -> str:
    room = width - _width(cell.text)
    before = {"right": room, "center": room // 2}.get(cell.align, 0)
    return " " * before + cell.text + " " * (room - before)


def _width(text: str) -> int:
    width = wcswidth(text)
    return width if width >= 0 else len(text)


def _write_records(rows: list[list[Cell]], text: StyledText, write_inline: WriteInline) -> None:
    header, records = rows[0], rows[1:]
    if not records:
        records = [[Cell((), "") for _ in header]]
    for number, record in enumerate(records):
        text.write("\n\n" if number else "")
        for column, (title, value) in enumerate(zip(header, record, strict=True)):
            text.write("\n• " if column else "")
            if column == 0:
                text.begin("bold")
            _write_field(title, value, text, write_inline)
            if column == 0:
                text.end()


def _write_field(title: Cell, value: Cell, text: StyledText, write_inline: WriteInline) -> None:
    write_inline(title.content)
    if title.text and value.text:
        text.write(": ")
    write_inline(value.content)
