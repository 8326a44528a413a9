"""From lines of Markdown to Discord's: one pass over the lines, since Discord reads line by line too.

No parser of CommonMark: Discord knows quotes, lists and headings itself, and takes them as lines. So there is no tree to be built and
written out again, every prefix of a text is as good as the whole, and the time is linear whatever stands in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from adapters.discord.fences import write_code
from adapters.discord.inline import parse
from adapters.discord.inline_writing import write_inline
from adapters.discord.table_writing import write_table
from adapters.discord.tables import alignments, cells, is_delimiter
from adapters.discord.written import LINE, Span, Written

_QUOTE: Final = re.compile(r" {0,3}(?:>>> |> ?)")
_FENCE: Final = re.compile(r"([ \t]*)(`{3,}(?=[^`]*\Z)|~{3,})(.*)")
_HEADING: Final = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_RULE: Final = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_ITEM: Final = re.compile(r"([ \t]*)(?:([-*+])|(\d{1,9}[.)]))[ \t]+(?=\S)")
_TASK: Final = re.compile(r"\[([ xX])\](?=[ \t])")
_FORMULA: Final = re.compile(r" {0,3}(\$\$|\\\[)")
_FORMULA_ENDS: Final = {"$$": "$$", "\\[": "\\]"}
_MAX_FORMULA: Final = 4000
_MAX_FORMULA_LINES: Final = 100
_MAX_DEPTH: Final = 12
_RULE_SHOWN: Final = "─" * 12
_INNER_QUOTE: Final = "› "


@dataclass(slots=True)
class BlockWriter:
    """Writes the lines of a text one after the other."""

    source: str
    out: Written = field(default_factory=Written)
    _lines: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _at: int = 0
    _depth: int = 0
    _in_list: bool = False
    _after_blank: bool = True

    def write(self) -> Written:
        """Writes the whole text."""
        self._lines = self.source.split("\n")
        start = 0
        for line in self._lines:
            self._starts.append(start)
            start += len(line) + 1
        while self._at < len(self._lines):
            self._write_block()
        self.out.end_line()
        return self.out

    def _write_block(self) -> None:
        """Writes the block that begins at the current line, and goes past it."""
        depth, body = self._body(self._at)
        if depth != self._depth:
            self._depth, self._in_list, self._after_blank = depth, False, True
        if not body.strip():
            self._begin_line()
            self._at += 1
            self._after_blank = True
            return
        for write in (self._fence, self._indented_code, self._heading, self._rule, self._table, self._formula, self._item):
            if write(body):
                break
        else:
            self._paragraph(body)
        self._after_blank = False

    def _body(self, at: int, most: int = _MAX_DEPTH) -> tuple[int, str]:
        """How deep a line is quoted, and what stands in the quote."""
        line, depth, place = self._lines[at], 0, 0
        while depth < most and (match := _QUOTE.match(line, place)):
            depth, place = depth + 1, match.end()
        return depth, line[place:] if place else line

    @property
    def _prefix(self) -> str:
        return "> " + _INNER_QUOTE * (self._depth - 1) if self._depth else ""

    def _begin_line(self) -> None:
        self.out.begin_line(self._prefix, self._starts[self._at])

    def _fence(self, body: str) -> bool:
        """A block between lines of backticks or tildes, which at the end of the text may be missing."""
        match = _FENCE.fullmatch(body)
        if match is None or (len(match[1].expandtabs(4)) > 3 and not self._in_list):  # noqa: PLR2004 - an indented block of code
            return False
        self._write_fence(len(match[1]), match[2], match[3].strip())
        return True

    def _write_fence(self, indent: int, fence: str, info: str) -> None:
        first, code, lines = self._at, [], self._lines
        closing = re.compile(rf"[ \t]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*")
        self._at += 1
        while self._at < len(lines):
            depth, body = self._body(self._at, self._depth)
            if depth < self._depth:
                break
            self._at += 1
            if closing.fullmatch(body):
                break
            code.append(body[min(indent, len(body) - len(body.lstrip(" \t"))) :])
        write_code(code, info, self.out, self._prefix, self._starts[first])

    def _indented_code(self, body: str) -> bool:
        if self._in_list or not self._after_blank or not body.expandtabs(4).startswith("    "):
            return False
        first, code = self._at, []
        while self._at < len(self._lines):
            depth, line = self._body(self._at)
            line = line.expandtabs(4)
            if depth != self._depth or (line.strip() and not line.startswith("    ")):
                break
            code.append(line[4:])
            self._at += 1
        while not code[-1].strip():
            code.pop()
            self._at -= 1
        write_code(code, "", self.out, self._prefix, self._starts[first])
        return True

    def _heading(self, body: str) -> bool:
        """A title; deeper ones than Discord knows, and those in quotes, are bold."""
        match = _HEADING.fullmatch(body)
        if match is None:
            return False
        self._begin_line()
        start, text = self.out.length, _title(match[2])
        marks = match[1] + " " if len(match[1]) <= 3 and not self._depth else ""  # noqa: PLR2004 - Discord's three sizes
        self.out.raw(marks)
        if marks:
            write_inline(parse(text), self.out)
            self.out.spans.append(Span(start, self.out.length, marks, "", LINE))
        else:
            self._bold(text)
        self.out.headings.append((start, self.out.length))
        self._at += 1
        self._in_list = False
        return True

    def _bold(self, text: str) -> None:
        nodes = parse(text)
        if any(node.kind == "code" and "*" in node.text for node in nodes):
            write_inline(nodes, self.out)
            return
        self.out.begin_once("**")
        write_inline(nodes, self.out)
        self.out.end_once("**")

    def _rule(self, body: str) -> bool:
        if _RULE.fullmatch(body) is None:
            return False
        self._begin_line()
        self.out.raw(_RULE_SHOWN)
        self._at += 1
        self._in_list = False
        return True

    def _table(self, body: str) -> bool:
        """Rows as long as there are bars in the lines. Cells beyond the head's columns stay in the last one."""
        if "|" not in body or not self._is_table(body):
            return False
        first, head = self._at, cells(body)
        aligned = alignments(self._body(self._at + 1)[1])
        rows = [head]
        self._at += 2
        while self._at < len(self._lines):
            depth, line = self._body(self._at)
            if depth != self._depth or "|" not in line:
                break
            row = cells(line)
            row[len(head) - 1 :] = [" | ".join(row[len(head) - 1 :])] if len(row) >= len(head) else [""] * (len(head) - len(row))
            rows.append(row)
            self._at += 1
        write_table(rows, aligned, self.out, self._prefix, self._starts[first])
        return True

    def _is_table(self, body: str) -> bool:
        if self._at + 1 >= len(self._lines):
            return False
        depth, line = self._body(self._at + 1)
        return depth == self._depth and is_delimiter(line) and len(cells(line)) == len(cells(body))

    def _formula(self, body: str) -> bool:
        """Display LaTeX on lines of its own, as a block of code."""
        match = _FORMULA.match(body)
        if match is None:
            return False
        closing, lines = _FORMULA_ENDS[match[1]], [body]
        inside = self._starts[self._at] + len(self._lines[self._at]) - len(body) + match.end()
        if self.source.find(closing, inside, inside + _MAX_FORMULA) < 0:
            return False
        rest = body[match.end() :]
        for at in range(self._at + 1, min(len(self._lines), self._at + _MAX_FORMULA_LINES) + 1):
            if closing in rest:
                if not rest.rstrip().endswith(closing) or (rest.strip() == closing and len(lines) == 1):
                    return False
                write_code(lines, "latex", self.out, self._prefix, self._starts[self._at])
                self._at = at
                return True
            if at == len(self._lines) or self._body(at)[0] != self._depth:
                return False
            rest = self._body(at)[1]
            lines.append(rest)
        return False

    def _item(self, body: str) -> bool:
        """An item of a list, with the paragraph that begins in it."""
        match = _ITEM.match(body)
        if match is None:
            return False
        indent = match[1].expandtabs(4)
        if len(indent) > 3 and not self._in_list:  # noqa: PLR2004 - an indented line goes on with what is above
            indent = ""
        self._in_list = True
        self._begin_line()
        self.out.marker(f"{indent}{match[3] or '-'} ")
        rest = body[match.end() :]
        if (task := _TASK.match(rest)) is not None:
            self.out.raw("☐ " if task[1] == " " else "☑ ")
            rest = rest[3:]
        fence = _FENCE.fullmatch(rest)
        heading = _HEADING.fullmatch(rest)
        if fence is not None:
            self._write_fence(match.end(), fence[2], fence[3].strip())
        elif heading is not None:
            self._bold(_title(heading[2]))
            self._at += 1
        else:
            self._write_text(rest.strip(), indent + " " * len(f"{match[3] or '-'} "))
        return True

    def _paragraph(self, body: str) -> None:
        spaces = len(body) - len(body.lstrip())
        if self._after_blank and not spaces:
            self._in_list = False
        self._begin_line()
        indent = " " * min(spaces, 12) if self._in_list else ""
        self.out.indent(indent)
        self._write_text(body.strip(), indent)

    def _write_text(self, first: str, indent: str) -> None:
        """Writes a paragraph from its first line on, with the lines that go on with it."""
        lines = [first]
        self._at += 1
        while self._at < len(self._lines) and self._goes_on(self._at):
            lines.append(self._body(self._at)[1].strip())
            self._at += 1
        nodes = parse("\n".join(lines).rstrip())
        write_inline(nodes, self.out, self._prefix, indent)

    def _goes_on(self, at: int) -> bool:
        """Whether a line goes on with the paragraph above it."""
        depth, body = self._body(at)
        if depth != self._depth or not body.strip():
            return False
        if any(pattern.match(body) for pattern in (_FENCE, _ITEM, _FORMULA)) or _HEADING.fullmatch(body) or _RULE.fullmatch(body):
            return False
        if "|" not in body:
            return True
        here, self._at = self._at, at
        table = self._is_table(body)
        self._at = here
        return not table


def _title(text: str) -> str:
    """The words of a title, without the `#` that may close it; of those that belong to it (C#) the last is escaped, for Discord."""
    text = text.rstrip()
    rest = text.rstrip("#")
    if rest != text and (not rest or rest[-1] in " \t"):
        return rest.rstrip() or text
    return f"{text[:-1]}\\#" if rest != text and rest[-1] != "\\" else text
