"""Discord's Markdown while it is being written, together with what a cut has to know: where marks are open, and what is never cut."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from adapters.discord.escaping import escaped

FENCE, LINE, INLINE = 0, 1, 2
_GAP: Final = "\u200b"
_BETWEEN_TICKS: Final = re.compile("(?<=``)(?=`)")


@dataclass(frozen=True, slots=True)
class Span:
    """A mark on the characters `start` to `end`, its own two ends included. `rank`: which is written first when it is opened again."""

    start: int
    end: int
    opening: str
    closing: str
    rank: int


@dataclass(slots=True)
class Written:
    """What was written. `places` are pairs of a place in it and the place of the source that it comes from, one for each line, rising."""

    length: int = 0
    spans: list[Span] = field(default_factory=list)
    atoms: list[tuple[int, int]] = field(default_factory=list)
    headings: list[tuple[int, int]] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    chunks: list[str] = field(default_factory=list)
    after_link: bool = False
    """Whether a link was written, and no opening bracket since then."""
    _open: list[tuple[str, int, int]] = field(default_factory=list)
    _line_start: bool = True
    _line: int = 0
    _prefix: str = ""
    _last: str = ""
    _closed_at: int = -1
    _depths: dict[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(self.chunks)

    def begin_line(self, prefix: str, source: int | None = None) -> None:
        """Begins a line; `prefix` is what each line of a quote begins with, `source` is where the line stands there."""
        if self.length or self.chunks:
            self.end_line()
            self.raw("\n")
        if source is not None:
            self.places.append((self.length, source))
        self._line, self._prefix = self.length, prefix
        if prefix:
            self.raw(prefix)
        self._line_start = True

    def end_line(self) -> None:
        if self._prefix:
            self.spans.append(Span(self._line, self.length, self._prefix, "", LINE))
            self._prefix = ""

    def raw(self, markdown: str) -> None:
        """Discord's own Markdown."""
        if markdown:
            self.chunks.append(markdown)
            self.length += len(markdown)
            self._last = markdown[-1]
            self._line_start = False
            self.after_link = self.after_link and "[" not in markdown

    def words(self, text: str) -> None:
        """Text that is to show to the letter."""
        if not text:
            return
        written = escaped(text, line_start=self._line_start)
        if self._last + text[0] in ("](", "||") and written[0] != "\\":
            written = "\\" + written
        self.raw(written)

    def atom(self, markdown: str) -> None:
        """Markdown that is never cut: an address, a mention."""
        self.atoms.append((self.length, self.length + len(markdown)))
        self.raw(markdown)

    def begin(self, mark: str) -> None:
        """Opens a mark."""
        self._part_from(mark)
        self._open.append((mark, self.length, len(self.chunks)))
        at_line_start = self._line_start
        self.raw(mark)
        self._line_start = at_line_start

    def end(self) -> None:
        """Closes the mark that was opened last. What would be none to Discord is left out: an asterisk beside white space, with its other
        end, and a mark on nothing, which would be one with what comes after."""
        mark, start, chunk = self._open.pop()
        if self.length == start + len(mark) or (mark == "*" and (_is_white(self._last) or _is_white(self._first_after(chunk)))):
            self.chunks[chunk] = _GAP * len(mark)
            return
        closing = parted(self._last, mark)
        self.raw(closing)
        self._closed_at = self.length
        self.spans.append(Span(start, self.length, mark, closing, INLINE))

    def _first_after(self, chunk: int) -> str:
        """The first character that was written after the chunk."""
        return next((self.chunks[at][0] for at in range(chunk + 1, len(self.chunks)) if self.chunks[at]), "")

    def _part_from(self, mark: str) -> None:
        """Marks right after others of their kind would be read as one run: an invisible space parts them."""
        if self._closed_at == self.length and mark[0] == self._last:
            self.raw(_GAP)

    def begin_once(self, mark: str) -> None:
        """Opens a mark, unless it is open: then only its end is waited for."""
        self._depths[mark] = self._depths.get(mark, 0) + 1
        if self._depths[mark] == 1:
            self.begin(mark)

    def end_once(self, mark: str) -> None:
        self._depths[mark] -= 1
        if not self._depths[mark]:
            self.end()

    def indent(self, spaces: str) -> None:
        """What a line of a list begins with."""
        self.raw(spaces)
        self._line_start = True

    def marker(self, marker: str) -> None:
        """What an item of a list begins with: none to Discord where nothing follows, so the next character stays with it."""
        self.atoms.append((self.length, self.length + len(marker) + 1))
        self.indent(marker)

    def code(self, code: str) -> None:
        """Code within a line."""
        code = self._no_end_of_link(code)
        if "`" not in code:
            self.begin("`")
            self.raw(code)
            self.end()
            return
        runs = {len(run) for run in re.findall("`+", code)}
        if len(code) > 1000:  # noqa: PLR2004 - what is never cut must be short
            self.words(code)
            return
        mark = "`" if 1 not in runs else "``"
        if mark == "``":
            code = re.sub("(?<!`)``(?!`)", f"`{_GAP}`", code)
        ends = " " if code[0] == "`" or code[-1] == "`" else ""
        self._part_from(mark)
        self.atom(f"{mark}{ends}{code}{ends}{mark}")
        self._closed_at = self.length

    def fence(self, code: str, language: str, prefix: str, source: int) -> None:
        """A block of code, on lines of its own; three backticks in it are parted, so that they do not end it."""
        code = self._no_end_of_link(_BETWEEN_TICKS.sub(_GAP, code))
        self.begin_line(prefix, source)
        start = self._line
        self.raw(f"```{language}")
        if prefix:
            for line in code.split("\n"):
                self.begin_line(prefix)
                self.raw(line)
        else:
            self.raw("\n" + code)
        self.begin_line(prefix)
        self.raw("```")
        self.spans.append(Span(start, self.length, f"{prefix}```{language}\n", f"\n{prefix}```", FENCE))

    def _no_end_of_link(self, code: str) -> str:
        """The code, whose brackets Discord takes for the end of a link before it, were it not for an opening bracket in between: it reads
        a link up to the last end that there is. An invisible space parts them."""
        if not self.after_link:
            return code
        before, bracket, after = code.partition("[")
        return before.replace("](", f"]{_GAP}(") + bracket + after


def parted(before: str, closing: str) -> str:
    """The closing marks after what was written before: of tildes Discord takes the first two, even if one is escaped."""
    return _GAP + closing if before.endswith("~") and closing.startswith("~") else closing


def _is_white(character: str) -> bool:
    """Whether it is white space to Discord's clients, which are written in JavaScript."""
    return character.isspace() or character == "\ufeff"
