"""Tables, which Discord does not know: in fixed width where a telephone shows them whole, else one record for each row."""

from __future__ import annotations

import re
from typing import Final

from wcwidth import wcswidth

MAX_WIDTH: Final = 44
_BETWEEN: Final = " │ "
_DELIMITER: Final = re.compile(":?-+:?")

Row = list[str]


def is_delimiter(line: str) -> bool:
    """Whether the line parts the head of a table from its rows."""
    return "|" in line and "-" in line and all(_DELIMITER.fullmatch(cell) for cell in cells(line))


def cells(line: str) -> Row:
    """The cells of a row, as they are written. A bar after a backslash parts no cells."""
    parts: list[str] = []
    start = 0
    line = line.strip()
    for match in re.finditer(r"\\.|\|", line):
        if match.group() == "|":
            parts.append(line[start : match.start()])
            start = match.end()
    parts.append(line[start:])
    if len(parts) > 1 and not parts[0].strip():
        del parts[0]
    if len(parts) > 1 and not parts[-1].strip():
        del parts[-1]
    return [part.strip().replace("\\|", "|") for part in parts]


def alignments(line: str) -> Row:
    """What the delimiter line says of each column: `right`, `center` or nothing."""
    return [
        "center" if cell[0] == cell[-1] == ":" and len(cell) > 1 else "right" if cell[-1] == ":" else "" for cell in cells(line) if cell
    ]


def drawn(rows: list[Row], aligned: Row) -> str | None:
    """The table in fixed width, a line under its head; None where it is too wide, or empty, which is no code to Discord."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    if not any(widths) or sum(widths) + len(_BETWEEN) * (len(widths) - 1) > MAX_WIDTH:
        return None
    lines = [_BETWEEN.join(map(_padded, row, widths, aligned)).rstrip() for row in rows]
    lines.insert(1, "─┼─".join("─" * width for width in widths))
    return "\n".join(lines)


def _padded(cell: str, width: int, align: str) -> str:
    room = width - _width(cell)
    before = {"right": room, "center": room // 2}.get(align, 0)
    return " " * before + cell + " " * (room - before)


def _width(text: str) -> int:
    width = wcswidth(text)
    return width if width >= 0 else len(text)
