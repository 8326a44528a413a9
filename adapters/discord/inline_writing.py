"""The pieces of a line written in Discord's Markdown: marks in its spelling, links as it takes them, text that shows to the letter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from adapters.discord.escaping import each_escaped
from adapters.discord.inline import plain
from adapters.discord.links import MAX_LENGTH, encoded, host_of
from adapters.discord.marks import Node
from adapters.discord.written import Written
from adapters.links import is_misleading

_IN_BRACKETS: Final = re.compile(r"(?:[^\[\]]|\[[^\[\]]*\])*")
_BARE: Final = re.compile(r"https?://[^\s<]+[^\s<.,:;\"'\]]")
"""What Discord takes for an address by itself."""
_MAX_LINK: Final = 1500


@dataclass(slots=True)
class _Link:
    """A link that is being written: its place among the pieces, the chunk before its text, and what was written by then."""

    node: Node
    at: int
    chunk: int
    start: int
    outer: bool


def write_inline(nodes: list[Node], out: Written, prefix: str = "", indent: str = "") -> None:
    """Writes the pieces. Each new line begins with the prefix of its quote and the indentation of its list."""
    links: list[_Link] = []
    for at, node in enumerate(nodes):
        match node.kind:
            case "text":
                out.words(node.text)
            case "code" | "address" | "mention" | "escape":
                _write_whole(node, out)
            case "newline" if links:
                out.raw(" ")
            case "newline":
                out.begin_line(prefix)
                out.indent(indent)
            case "run":
                _marks(node, out)
            case "link":
                links.append(_Link(node, at, len(out.chunks), out.length, not links))
                out.chunks.append("")
            case _:
                link = links.pop()
                _end_link(link, plain(nodes[link.at + 1 : at]), out)


def _write_whole(node: Node, out: Written) -> None:
    """What no mark can stand in. An address is bare where Discord finds its end by itself, else between angle brackets."""
    text = node.text
    if node.kind == "escape":
        out.raw(each_escaped(text))
    elif node.kind == "code":
        out.code(text)
    elif len(text) > MAX_LENGTH:
        out.words(text)
    elif node.kind == "mention" or (node.loose and _BARE.fullmatch(text) and "~~" not in text and "](" not in text):
        out.atom(text)
    else:
        out.atom(f"<{text.replace('~~', '~%7E').replace('](', ']%28')}>")


def _marks(node: Node, out: Written) -> None:
    """Closing marks, then what is left as text, then opening ones, the outer before the inner. A mark within its own kind is left out."""
    for mark in node.ends:
        out.end_once(mark)
    out.words(node.text)
    for mark in reversed(node.begins):
        out.begin_once(mark)


def _end_link(link: _Link, text: str, out: Written) -> None:
    """A link shows its address where Discord would make none of it, it has no text, or its text names another host."""
    node, url = link.node, link.node.text
    shown = "".join(out.chunks[link.chunk :])
    host = host_of(encoded(url))
    bare = shown.strip().strip("<>")
    if bare == url and host is not None:
        pass
    elif host is None or not shown.strip() or not link.outer or not _masks(shown, text, host):
        _show_address(url, host, shown, out)
    else:
        target = f"]({encoded(url)})"
        out.chunks[link.chunk] = "["
        out.length += 1
        out.raw(target)
        out.after_link = True
        while out.atoms and out.atoms[-1][0] >= link.start:
            out.atoms.pop()
        out.atoms.append((link.start, out.length))
    if node.title and node.title != bare:
        out.words(f" ({node.title})")


def _masks(shown: str, text: str, host: str) -> bool:
    """Whether Discord makes a link of what is shown, and the text in it, without marks, is honest."""
    return (
        len(shown) <= _MAX_LINK - MAX_LENGTH
        and "://" not in text
        and _IN_BRACKETS.fullmatch(shown) is not None
        and not is_misleading(text, host)
        and not is_misleading(shown, host)
    )


def _show_address(url: str, host: str | None, shown: str, out: Written) -> None:
    if not url or url == shown.strip():
        return
    around = (" (", ")") if shown.strip() else ("", "")
    out.words(around[0])
    if host is None:
        out.words(" ".join(url.split("\n")))
    else:
        out.atom(f"<{encoded(url)}>")
    out.words(around[1])
