"""A table in Discord's Markdown: drawn in a block of code, or as records where it is too wide or has links, which code cannot show."""

from __future__ import annotations

from adapters.discord.inline import parse, plain
from adapters.discord.inline_writing import write_inline
from adapters.discord.lines import Lines
from adapters.discord.marks import Node
from adapters.discord.tables import Row, alignments, cells, drawn, is_delimiter
from adapters.discord.written import Written


def begins_table(body: str, lines: Lines, at: int) -> bool:
    """Whether the line at `at`, which is `body`, is the head of a table."""
    if "|" not in body or at + 1 >= len(lines):
        return False
    depth, line = lines.body(at + 1)
    return depth == lines.depth and is_delimiter(line) and len(cells(line)) == len(cells(body))


def take_table(body: str, lines: Lines, out: Written) -> bool:
    """Rows as long as there are bars in the lines. Cells beyond the head's columns stay in the last one. False where no table begins."""
    if not begins_table(body, lines, lines.at):
        return False
    start, head = lines.start, cells(body)
    aligned = alignments(lines.body(lines.at + 1)[1])
    rows = [head]
    lines.at += 2
    while lines.rest:
        depth, line = lines.body(lines.at)
        if depth != lines.depth or "|" not in line:
            break
        row = cells(line)
        row[len(head) - 1 :] = [" | ".join(row[len(head) - 1 :])] if len(row) >= len(head) else [""] * (len(head) - len(row))
        rows.append(row)
        lines.at += 1
    _write_table(rows, aligned, out, lines.prefix, start)
    return True


def _write_table(rows: list[Row], aligned: Row, out: Written, prefix: str, source: int) -> None:
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
