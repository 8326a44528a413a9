"""Markdown for the screen: nothing in it may swallow text, and where a link leads is always to be read.

The library that draws it takes HTML and definitions of links out of sight, and hides addresses in hyperlinks, which a terminal may follow
whatever their scheme. So it is given what another parser has read.
"""

from __future__ import annotations

from typing import Final

from markdown_it import MarkdownIt
from rich.markdown import Markdown

MOST_BRACKETS: Final = 2000
"""With more of them links are shown as they are written: each may have to be looked for up to the end of its paragraph."""


def markdown(text: str) -> Markdown:
    """What draws the text."""
    drawn = Markdown("", hyperlinks=False)
    drawn.parsed = (_PLAINER if text.count("[") > MOST_BRACKETS else _PARSER).parse(text)
    return drawn


def _built(*without: str) -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["strikethrough", "table"])
    return made.disable(["html_block", "html_inline", "reference", "image", "autolink", *without])


_PARSER: Final = _built()
_PLAINER: Final = _built("link")
