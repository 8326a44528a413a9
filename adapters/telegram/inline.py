"""What stands in a line: marks, code, links and pictures, written as Telegram shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from markdown_it.token import Token

from adapters.links import is_misleading
from adapters.telegram.cleaning import clean
from adapters.telegram.entities import EntityKind
from adapters.telegram.links import host_of
from adapters.telegram.styled import StyledText

_STYLES: Final[dict[str, EntityKind]] = {"strong": "bold", "em": "italic", "s": "strikethrough", "spoiler": "spoiler"}


@dataclass(slots=True)
class _Link:
    """A link that is being written: where its text began; `host` is None where it may not be one."""

    url: str
    title: str
    host: str | None
    mark: int


@dataclass(slots=True)
class InlineWriter:
    """Writes the inside of paragraphs, titles and cells. `new_line` begins a line with the block's indentation."""

    text: StyledText
    new_line: Callable[[], None]
    _links: list[_Link] = field(default_factory=list)

    def write(self, tokens: Sequence[Token]) -> None:
        """Writes what stands in a line."""
        for token in tokens:
            match token.type:
                case "text":
                    self.text.write(token.content)
                case "softbreak" | "hardbreak":
                    self.new_line()
                case "code_inline":
                    self.text.write_code(token.content)
                case "link_open":
                    self._open_link(str(token.attrGet("href") or ""), str(token.attrGet("title") or ""))
                case "link_close":
                    self._close_link()
                case "image":
                    self._open_link(str(token.attrGet("src") or ""), str(token.attrGet("title") or ""))
                    self.write(token.children or ())
                    self._close_link()
                case _:
                    self._style(token)

    def _style(self, token: Token) -> None:
        kind = _STYLES.get(token.type.removesuffix("_open").removesuffix("_close"))
        if kind is None:
            self.text.write(token.content)
        elif token.nesting > 0:
            self.text.begin(kind)
        else:
            self.text.end()

    def _open_link(self, url: str, title: str) -> None:
        url, title = clean(url).text, clean(title).text  # characters by their number are characters only now
        host = None if self.text.in_link else host_of(url)
        if host is not None:
            self.text.begin("text_link", url)
        self._links.append(_Link(url, title, host, self.text.mark))

    def _close_link(self) -> None:
        """A link shows its address where it is none to Telegram, has no text, or its text names another host."""
        link = self._links.pop()
        shown = self.text.written_since(link.mark)
        if not shown.strip():
            self.text.write(link.url)
            shown = link.url
        if link.host is not None:
            self.text.end()
        hidden = link.host is None or is_misleading(shown, link.host)
        if hidden and link.url and link.url != shown.strip():
            self.text.write(f" ({link.url})")
        if link.title and link.title != shown.strip():
            self.text.write(f" ({link.title})")
