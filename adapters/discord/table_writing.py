"""A table in Discord's Markdown: drawn in a block of code, or as records where it is too wide or has links, which code cannot show."""

from __future__ import annotations

from adapters.discord.inline import parse, plain
from adapters.discord.inline_writing import write_inline
from adapters.discord.marks import Node
from adapters.discord.tables import Row, drawn
from adapters.discord.written import Written


def write_table(rows: list[Row], aligned: Row, out: Written, prefix: str, source: int) -> None:
    """Writes the rows, of which the first is the head, in the way that fits."""
    parsed = [[parse(cell) for cell in row] for row in rows]
    has_link = any(node.kind == "link" for row in parsed for nodes in row for node in nodes)
    code = None if has_link else drawn([[plain(nodes).strip() for nodes in row] for row in parsed], aligned)
    if code is not None:
        out.fence(code, "", prefix, source)
        return
    for number, record in enumerate(parsed[1:] or [[list[Node]() for _ in parsed[0]]]):
        if number:
            out.begin_line(prefix)
        for column, (title, value) in enumerate(zip(parsed[0], record, strict=True)):
            out.begin_line(prefix, None if number or column else source)
            _write_field(title, value, column, out)


def _write_field(title: list[Node], value: list[Node], column: int, out: Written) -> None:
    """A field of a record; the first of them is bold, as its title."""
    bold = not column and bool(title or value) and not any("*" in node.text for node in [*title, *value] if node.kind == "code")
    if column:
        out.marker("- ")
    if bold:
        out.begin_once("**")
    write_inline(title, out)
    out.words(": " if title and value else "")
    write_inline(value, out)
    if bold:
        out.end_once("**")
