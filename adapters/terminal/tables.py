"""Tables on the screen: drawn where their columns have room, else one record for each row. No word in a cell is cut off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import TableDataElement, TableElement
from rich.table import Table
from rich.text import Text

LEAST_WIDTH: Final = 9
"""What a column needs at least, with the space beside it; of a narrower one the library may draw nothing."""


class WholeTable(TableElement):
    """Draws all of a table, however wide its words and however many its columns are."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = [self.header.row] if self.header is not None and self.header.row is not None else []
        rows += self.body.rows if self.body is not None else []
        if rows and len(rows[0].cells) * LEAST_WIDTH > options.max_width:
            yield from (_record(rows[0].cells, row.cells) for row in rows[1:] or rows)
            return
        for drawn in super().__rich_console__(console, options):
            if isinstance(drawn, Table):
                for column in drawn.columns:
                    column.overflow = "fold"
            yield drawn


def _record(head: Sequence[TableDataElement], row: Sequence[TableDataElement]) -> Text:
    """A line for each cell that has something in it; where there is no row, the titles alone."""
    lines = []
    for title, value in zip(head, row, strict=False):
        name = title.content.copy()
        name.stylize("markdown.table.header")
        lines.append(name if value is title else Text.assemble(name, ": ", value.content))
    return Text("\n").join([*lines, Text()])
