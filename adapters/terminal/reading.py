"""Markdown for the screen: nothing in it may swallow text, and where a link leads is always to be read.

The library that draws it takes HTML, definitions and titles of links, and what stands beside a block's language out of sight, and hides
addresses in hyperlinks, which a terminal may follow whatever their scheme. So it is given what another parser has read, and what it would
not draw as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import ClassVar, Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as gfm_table
from markdown_it.rules_block.table import escapedSplit, getLine
from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown
from rich.syntax import Syntax
from rich.text import Text

from adapters.terminal.code_blocks import JOINER, WholeCode
from adapters.terminal.tables import WholeTable

MOST_BRACKETS: Final = 2000
"""With more of them links are shown as they are written: each may have to be looked for up to the end of its paragraph."""


MAX_NESTING: Final = 20
"""Blocks in blocks. What is nested deeper the parser would leave out."""
_GAP: Final = "\u200b"
LEAST_WIDTH: Final = 16
"""What has less room beside quotes and lists around it is shown as it is written: at none at all the library would draw nothing."""


class _Drawn(Markdown):
    """All of a text, on a screen of any width."""

    elements: ClassVar = {**Markdown.elements, "table_open": WholeTable, "fence": WholeCode, "code_block": WholeCode}

    def __init__(self, text: str, tokens: list[Token]) -> None:
        super().__init__("", hyperlinks=False)
        self._text = text
        self._is_deep = any(token.level >= MAX_NESTING - 2 for token in tokens)
        self._indent = _indent(tokens)
        self.parsed = list(_told(tokens))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._is_deep or (self._indent and self._indent + LEAST_WIDTH > options.max_width):
            yield Text(self._text)
        else:
            yield from super().__rich_console__(console, options)


def markdown(text: str) -> Markdown:
    """What draws the text."""
    return _Drawn(text, (_PLAINER if text.count("[") > MOST_BRACKETS else _PARSER).parse(text))


def _indent(tokens: Iterable[Token]) -> int:
    """How many columns the quotes and lists around the innermost text take."""
    around, most = [0], 0
    for token in tokens:
        match token.type:
            case "blockquote_open":
                around.append(around[-1] + 4)
            case "bullet_list_open":
                around.append(around[-1] + 3)
            case "ordered_list_open":
                around.append(around[-1] + len(str(token.attrs.get("start", 1))) + 5)
            case "blockquote_close" | "bullet_list_close" | "ordered_list_close":
                around.pop()
            case _:
                most = max(most, around[-1])
    return most


def _told(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens, with what is said beside a block of code above it; of a block without code it is the code."""
    for token in tokens:
        if token.type == "fence" and token.info.strip() and not token.content.strip():
            token.content, token.info = token.info, ""
        elif token.type == "fence" and not _is_language(token.info.strip()):
            yield from (Token("paragraph_open", "p", 1), _text(token.info.strip()), Token("paragraph_close", "p", -1))
        elif token.children:
            token.children = list(_with_titles(token.children))
        yield token


def _with_titles(tokens: Iterable[Token]) -> Iterator[Token]:
    """The pieces of a line, with the title of each link behind it. None is joined to the next one: together they would have less width
    than the library draws, and the rest would be cut off."""
    titles: list[str] = []
    for token in tokens:
        if token.content.endswith(JOINER):
            token.content += _GAP
        yield token
        if token.type == "link_open":
            titles.append(str(token.attrs.get("title", "")))
        elif token.type == "link_close" and (title := titles.pop()):
            yield _text(f" ({title})")


def _text(text: str) -> Token:
    return Token("text", "", 0, content=text)


@lru_cache(maxsize=64)
def _is_language(name: str) -> bool:
    """Whether colours are known for it, or nothing stands there: then nothing is lost where it is not drawn."""
    return not name or Syntax("", name).lexer is not None


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """GFM's tables, but that cells beyond the header's columns, which GFM drops, stay in the row's last one."""
    first = len(state.tokens)
    if not gfm_table(state, start, end, silent):
        return False
    added = state.tokens[first:]
    columns = sum(token.type == "th_open" for token in added)
    last_cells = {token.map[0]: token for token in added if token.type == "inline" and token.map is not None}
    for line, token in last_cells.items():
        cells = escapedSplit(mdTrim(getLine(state, line)))
        cells = cells[1:] if cells and not cells[0] else cells
        cells = cells[:-1] if cells and not cells[-1] else cells
        token.content = " | ".join([token.content, *(mdTrim(cell) for cell in cells[columns:])])
    return True


def _built(*without: str) -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING}).enable(["strikethrough", "table"])
    made.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    return made.disable(["html_block", "html_inline", "reference", "image", "autolink", *without])


_PARSER: Final = _built()
_PLAINER: Final = _built("link")
