"""Blocks whose text is shown as it stands: between fences, indented, and LaTeX on lines of its own."""

from __future__ import annotations

import re
from typing import Final

from adapters.discord.fences import write_code
from adapters.discord.lines import Lines
from adapters.discord.written import Written

FENCE: Final = re.compile(r"([ \t]*)(`{3,}(?=[^`]*\Z)|~{3,})(.*)")
FORMULA: Final = re.compile(r" {0,3}(\$\$|\\\[)")
_FORMULA_ENDS: Final = {"$$": "$$", "\\[": "\\]"}
_MAX_FORMULA: Final = 4000
_MAX_FORMULA_LINES: Final = 100


def take_fence(body: str, lines: Lines, out: Written, *, in_list: bool) -> bool:
    """A block between lines of backticks or tildes, which at the end of the text may be missing. False where none begins with `body`."""
    match = FENCE.fullmatch(body)
    if match is None or (len(match[1].expandtabs(4)) > 3 and not in_list):  # noqa: PLR2004 - an indented block of code
        return False
    write_fence(len(match[1]), match[2], match[3].strip(), lines, out)
    return True


def write_fence(indent: int, fence: str, info: str, lines: Lines, out: Written) -> None:
    """The block whose first line is the next one."""
    start, code = lines.start, []
    closing = re.compile(rf"[ \t]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*")
    lines.at += 1
    while lines.rest:
        depth, body = lines.body(lines.at, lines.depth)
        if depth < lines.depth:
            break
        lines.at += 1
        if closing.fullmatch(body):
            break
        code.append(body[min(indent, len(body) - len(body.lstrip(" \t"))) :])
    write_code(code, info, out, lines.prefix, start)


def take_indented(body: str, lines: Lines, out: Written) -> bool:
    """Lines of code with four spaces before them. False where `body` is none."""
    if not body.expandtabs(4).startswith("    "):
        return False
    start, code = lines.start, []
    while lines.rest:
        depth, line = lines.body(lines.at)
        line = line.expandtabs(4)
        if depth != lines.depth or (line.strip() and not line.startswith("    ")):
            break
        code.append(line[4:])
        lines.at += 1
    while not code[-1].strip():
        code.pop()
        lines.at -= 1
    write_code(code, "", out, lines.prefix, start)
    return True


def take_formula(body: str, lines: Lines, out: Written) -> bool:
    """Display LaTeX on lines of its own, as a block of code. False where none begins with `body`."""
    match = FORMULA.match(body)
    if match is None:
        return False
    closing, code = _FORMULA_ENDS[match[1]], [body]
    inside = lines.end - len(body) + match.end()
    if lines.source.find(closing, inside, inside + _MAX_FORMULA) < 0:
        return False
    rest = body[match.end() :]
    for at in range(lines.at + 1, min(len(lines), lines.at + _MAX_FORMULA_LINES) + 1):
        if closing in rest:
            if not rest.rstrip().endswith(closing) or (rest.strip() == closing and len(code) == 1):
                return False
            write_code(code, "latex", out, lines.prefix, lines.start)
            lines.at = at
            return True
        if at == len(lines) or lines.body(at)[0] != lines.depth:
            return False
        rest = lines.body(at)[1]
        code.append(rest)
    return False
