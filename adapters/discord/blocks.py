"""From lines of Markdown to Discord's: one pass over the lines, since Discord reads line by line too.

No parser of CommonMark: Discord knows quotes, lists and headings itself, and takes them as lines. So there is no tree to be built and
written out again, every prefix of a text is as good as the whole, and the time is linear whatever stands in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from adapters.discord.code_blocks import FENCE, FORMULA, take_fence, take_formula, take_indented, write_fence
from adapters.discord.inline import parse
from adapters.discord.inline_writing import write_inline
from adapters.discord.lines import Lines
from adapters.discord.table_writing import begins_table, take_table
from adapters.discord.written import LINE, Span, Written

_HEADING: Final = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_RULE: Final = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_ITEM: Final = re.compile(r"([ \t]*)(?:([-*+])|(\d{1,9}[.)]))[ \t]+(?=\S)")
_TASK: Final = re.compile(r"\[([ xX])\](?=[ \t])")
_RULE_SHOWN: Final = "─" * 12


@dataclass(slots=True)
class BlockWriter:
    """Writes the lines of a text one after the other."""

    source: str
    out: Written = field(default_factory=Written)
    _lines: Lines = field(init=False)
    _in_list: bool = False
    _after_blank: bool = True

    def __post_init__(self) -> None:
        self._lines = Lines(self.source)

    def write(self) -> Written:
        """Writes the whole text."""
        while self._lines.rest:
            self._write_block()
        self.out.end_line()
        return self.out

    def _write_block(self) -> None:
        """Writes the block that begins at the next line, and goes past it."""
        depth, body = self._lines.body(self._lines.at)
        if depth != self._lines.depth:
            self._lines.depth, self._in_list, self._after_blank = depth, False, True
        if not body.strip():
            self._begin_line()
            self._lines.at += 1
            self._after_blank = True
            return
        for take in (self._code, self._heading, self._rule, self._table, self._formula, self._item):
            if take(body):
                break
        else:
            self._paragraph(body)
        self._after_blank = False

    def _begin_line(self) -> None:
        self.out.begin_line(self._lines.prefix, self._lines.start)

    def _code(self, body: str) -> bool:
        if take_fence(body, self._lines, self.out, in_list=self._in_list):
            return True
        return self._after_blank and not self._in_list and take_indented(body, self._lines, self.out)

    def _heading(self, body: str) -> bool:
        """A title; deeper ones than Discord knows, and those in quotes, are bold."""
        match = _HEADING.fullmatch(body)
        if match is None:
            return False
        self._begin_line()
        start, text = self.out.length, _title(match[2])
        marks = match[1] + " " if len(match[1]) <= 3 and not self._lines.depth else ""  # noqa: PLR2004 - Discord's three sizes
        self.out.raw(marks)
        if marks:
            write_inline(parse(text), self.out)
            self.out.spans.append(Span(start, self.out.length, marks, "", LINE))
        else:
            self._bold(text)
        self.out.headings.append((start, self.out.length))
        self._lines.at += 1
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
        self._lines.at += 1
        self._in_list = False
        return True

    def _table(self, body: str) -> bool:
        return take_table(body, self._lines, self.out)

    def _formula(self, body: str) -> bool:
        return take_formula(body, self._lines, self.out)

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
        fence = FENCE.fullmatch(rest)
        heading = _HEADING.fullmatch(rest)
        if fence is not None:
            write_fence(match.end(), fence[2], fence[3].strip(), self._lines, self.out)
        elif heading is not None:
            self._bold(_title(heading[2]))
            self._lines.at += 1
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
        self._lines.at += 1
        while self._lines.rest and self._goes_on(self._lines.at):
            lines.append(self._lines.body(self._lines.at)[1].strip())
            self._lines.at += 1
        nodes = parse("\n".join(lines).rstrip())
        write_inline(nodes, self.out, self._lines.prefix, indent)

    def _goes_on(self, at: int) -> bool:
        """Whether a line goes on with the paragraph above it."""
        depth, body = self._lines.body(at)
        if depth != self._lines.depth or not body.strip():
            return False
        if any(pattern.match(body) for pattern in (FENCE, _ITEM, FORMULA)) or _HEADING.fullmatch(body) or _RULE.fullmatch(body):
            return False
        return not begins_table(body, self._lines, at)


def _title(text: str) -> str:
    """The words of a title, without the `#` that may close it; of those that belong to it (C#) the last is escaped, for Discord."""
    text = text.rstrip()
    rest = text.rstrip("#")
    if rest != text and (not rest or rest[-1] in " \t"):
        return rest.rstrip() or text
    return f"{text[:-1]}\\#" if rest != text and rest[-1] != "\\" else text
