"""What stands in a line of Markdown, read in one pass: code, addresses, links, LaTeX, and marks paired as CommonMark pairs them.

Every step looks a bounded way ahead or at each place once, so that thousands of openings without an end cost no time.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from typing import Final

from markdown_it.common.utils import unescapeAll

from adapters.discord.escaping import clean
from adapters.discord.links import encoded, host_of
from adapters.discord.marks import Kind, Node, pair

_LINK: Final = r"(?P<link>!?\[)|(?P<close>\])|"
_MARKED: Final = (
    r"(?P<escape>\\[!-/:-@\[-`{-~])|(?P<code>`+)|(?P<run>\*+|_+|~~+)|(?P<newline>\\?\n)"
    r"|(?P<auto><https?://[^\s<>]{1,1200}>)"
    r"|(?P<mention><(?:@[!&]?\d{1,20}|#\d{1,20}|a?:\w{2,32}:\d{1,20}|t:-?\d{1,13}(?::[tTdDfFR])?|/[\w -]{1,100}:\d{1,20})>)"
    r"|(?P<address>https?://[^\s<>*`|\[\]\\\"]+)"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
    r"|(?P<dollar>\$\$?)"
)
_TOKEN: Final = re.compile(_LINK + _MARKED)
_TOKEN_BUT_LINKS: Final = re.compile(_MARKED)
_TARGET: Final = re.compile(
    r"\(\s{0,9}(?:<(?P<pointed>[^<>\n]{0,2000})>|(?P<bare>(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*\))*))"
    r"(?:\s{1,9}(?P<title>\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?\s{0,9}\)"
)
_FORMULA: Final = re.compile(r"(?!\s)(?:[A-Za-z]|(?=[^$]*[\\^_{=])[^$\n`]*[^$\s`])")
_EAST_ASIAN: Final = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
_OWN: Final = re.compile(r"https?://[^\s<>]{1,1200}", re.IGNORECASE)
_LETTERS: Final = frozenset({"text", "escape", "address"})
_ENDS_ADDRESS: Final = re.compile(r"[.,:;]?(?:\s|\Z)")
_MAX_FORMULA: Final = 2000
_MOST_PIECES: Final = 200
"""Of the text of a link; each is read again for every picture that it stands in."""
_CLOSINGS: Final = {"\\(": "\\)", "\\[": "\\]", "$$": "$$", "$": "$"}


def parse(source: str) -> list[Node]:
    """The pieces of the text of a paragraph, which may have several lines."""
    return _Reader(source).read()


def plain(nodes: list[Node]) -> str:
    """What a reader sees of the pieces, without marks and addresses."""
    return "".join("" if node.kind in ("link", "link_end") else " " if node.kind == "newline" else node.text for node in nodes)


class _Reader:
    """Reads one text once."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._nodes: list[Node] = []
        self._runs: list[int] = []
        self._brackets: list[tuple[int, str, int]] = []
        self._breaking: dict[str, list[int]] = {"*": [], "~": []}
        self._ticks: dict[int, list[int]] | None = None

    def read(self) -> list[Node]:
        source, place = self._source, 0
        search = (_TOKEN if "](" in source else _TOKEN_BUT_LINKS).search
        while match := search(source, place):
            if match.start() > place:
                self._text(source[place : match.start()])
            place = self._token(match)
        if place < len(source):
            self._text(source[place:])
        pair(self._nodes, self._runs, self._breaking)
        return self._nodes

    def _token(self, match: re.Match[str]) -> int:
        """Takes a token, and says where to go on."""
        text, start, end = match.group(), match.start(), match.end()
        match match.lastgroup:
            case "escape":
                place = self._formula(start, text, end) or self._push("escape", text[1], end)
            case "dollar":
                place = self._formula(start, text, end) or self._text(text, end)
            case "code":
                place = self._code(start, end)
            case "run":
                place = self._run(start, end)
            case "link":
                self._brackets.append((len(self._nodes), text, len(self._runs)))
                place = self._text(text, end)
            case "close":
                place = self._close(end)
            case kind:
                place = self._simple_token(kind, text, start, end)
        return place

    def _simple_token(self, kind: str | None, text: str, start: int, end: int) -> int:
        match kind:
            case "newline":
                return self._push("newline", "\n", end)
            case "mention":
                return self._push("mention", text, end)
            case "auto":
                return self._address(text[1:-1], end)
            case "address":
                return self._bare_address(text, start)
            case _:
                character = _meant(text)
                known = bool(character.strip()) and character != text
                return self._push("escape", character, end) if known else self._text(" " if character.isspace() else text, end)

    def _push(self, kind: Kind, text: str, end: int) -> int:
        self._nodes.append(Node(kind, text))
        return end

    def _text(self, text: str, end: int = 0) -> int:
        """Text; what is text after text is one piece, but for a bracket, which may turn out to begin a link."""
        last = self._nodes[-1] if self._nodes else None
        bracket = bool(self._brackets) and self._brackets[-1][0] >= len(self._nodes) - 1
        if last is not None and last.kind == "text" and not bracket and text not in ("[", "!["):
            last.text += text
        else:
            self._nodes.append(Node("text", text))
        return end

    def _formula(self, start: int, opening: str, end: int) -> int:
        """LaTeX between dollars or escaped brackets, kept as it is in code; a price is none. 0 if there is none."""
        closing = _CLOSINGS.get(opening)
        if closing is None:
            return 0
        stop = self._source.find(closing, end, end + _MAX_FORMULA)
        inside = self._source[end:stop]
        if stop < 0 or not inside.strip() or "\n\n" in inside:
            return 0
        if opening == "$" and (_FORMULA.fullmatch(inside) is None or self._source[stop + 1 : stop + 2].isdigit()):
            return 0
        stop += len(closing)
        self._keep_code(" ".join(self._source[start:stop].split("\n")))
        return stop

    def _code(self, start: int, end: int) -> int:
        """Code from these backticks to as many; without them they are text."""
        if self._ticks is None:
            self._ticks = {}
            for run in re.finditer("`+", self._source):
                self._ticks.setdefault(len(run.group()), []).append(run.start())
        places = self._ticks.get(end - start, [])
        index = bisect_left(places, end)
        if index == len(places):
            return self._text(self._source[start:end], end)
        code = self._source[end : places[index]].replace("\n", " ")
        if code[0] == code[-1] == " " and code.strip():
            code = code[1:-1]
        self._keep_code(code)
        return places[index] + end - start

    def _keep_code(self, code: str) -> None:
        self._hinder(code)
        self._nodes.append(Node("code", code))

    def _hinder(self, text: str) -> None:
        """Discord ends a mark at the next such mark, even in code: none is set around this text that stands in it."""
        for mark, places in self._breaking.items():
            if mark in text:
                places.append(len(self._nodes))

    def _bare_address(self, text: str, start: int) -> int:
        """An address in the text, without the punctuation after it."""
        text = text.rstrip("_~.,:;!?'")
        while text.endswith(")") and text.count("(") < text.count(")"):
            text = text[:-1].rstrip("_~.,:;!?'")
        end = start + len(text)
        if len(text) <= len("https://") or (text.endswith("/") and text.count("/") <= 2):  # noqa: PLR2004
            return self._text(self._source[start:end] or text, end)
        return self._address(text, end)

    def _address(self, text: str, end: int) -> int:
        self._hinder(text)
        self._nodes.append(Node("address", text, loose=_ENDS_ADDRESS.match(self._source, end) is not None))
        return end

    def _run(self, start: int, end: int) -> int:
        """Marks, and whether they may open and close: CommonMark's rules, but that East Asian letters need no space around punctuation
        and that an asterisk beside a digit within a word is a sign of multiplication."""
        source = self._source
        before = source[start - 1] if start else " "
        after = source[end] if end < len(source) else " "
        marker, node = source[start], Node("run", source[start:end], length=end - start)
        asian = bool(_EAST_ASIAN.match(before) or _EAST_ASIAN.match(after))
        from_left, from_right = _is_punctuation(before), _is_punctuation(after)
        opens = not after.isspace() and (not from_right or before.isspace() or from_left or asian)
        closes = not before.isspace() and (not from_left or after.isspace() or from_right or asian)
        if marker == "*" and before.isalnum() and after.isalnum() and (before.isdigit() or after.isdigit()):
            opens = closes = False
        splits_word = marker != "_"
        node.can_open = opens and (splits_word or not closes or from_left)
        node.can_close = closes and (splits_word or not opens or from_right)
        if not node.can_open and not node.can_close:
            return self._text(node.text, end)
        self._runs.append(len(self._nodes))
        self._nodes.append(node)
        return end

    def _close(self, end: int) -> int:
        """A closing bracket: the end of a link, if one was opened and an address follows."""
        if not self._brackets:
            return self._text("]", end)
        index, opening, runs = self._brackets.pop()
        is_link = self._source.startswith("(", end) and len(self._nodes) - index <= _MOST_PIECES
        match = _TARGET.match(self._source, end) if is_link else None
        if match is None:
            return self._text("]", end)
        url = match["pointed"] if match["pointed"] is not None else match["bare"] or ""
        if not match["title"] and self._is_own_address(_meant(url), index, runs):
            return self._own_address(_meant(url), index, opening, match.end())
        self._nodes[index] = Node("link", _meant(url), _meant((match["title"] or "")[1:-1]), opening == "![")
        pair(self._nodes, self._runs[runs:], self._breaking)
        del self._runs[runs:]
        self._nodes.append(Node("link_end", ""))
        if opening == "[":
            self._end_outer_links()
        return match.end()

    def _end_outer_links(self) -> None:
        """There is no link in a link."""
        self._brackets = [bracket for bracket in self._brackets if bracket[1] == "!["]

    def _is_own_address(self, url: str, index: int, runs: int) -> bool:
        """Whether the text of a link, from the piece `index` on, is the address that it leads to, or all of it but the last slash."""
        if (
            len(self._runs) > runs
            or len(self._nodes) - index > len(url) + 1
            or _OWN.fullmatch(url) is None
            or host_of(encoded(url)) is None
        ):
            return False
        inside = self._nodes[index + 1 :]
        return all(node.kind in _LETTERS for node in inside) and plain(inside).strip() in (url, url.removesuffix("/"))

    def _own_address(self, url: str, index: int, opening: str, end: int) -> int:
        """In place of such a link, of which Discord would make none, stands the address alone."""
        del self._nodes[index:]
        for places in self._breaking.values():
            del places[bisect_left(places, index) :]
        if opening == "[":
            self._end_outer_links()
        return self._address(url, end)


def _meant(text: str) -> str:
    """The text with characters for their names and numbers, and without those that cannot be sent."""
    return clean(unescapeAll(text))


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
