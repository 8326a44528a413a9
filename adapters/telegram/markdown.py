"""The Markdown that models write, parsed: CommonMark and tables, strikethrough, spoilers and LaTeX; nothing in it may swallow text.

What CommonMark takes out of sight stays in it: HTML, link definitions, what looks like a tag. Titles are by `#` alone, since the `---` of
the other kind would turn a growing answer's paragraph into one for a moment.
"""

from __future__ import annotations

import re
import unicodedata
from types import ModuleType
from typing import Final

from markdown_it import MarkdownIt, helpers
from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as gfm_table
from markdown_it.rules_block.table import escapedSplit, getLine
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

MAX_NESTING: Final = 60
_MAX_SPOILER: Final = 4096
_MAX_MATH_LINES: Final = 100

_ADDRESS: Final = re.compile(r"://[^\s<>*`|\[\]\\\"]+")
_SCHEME: Final = re.compile(r"(?<![A-Za-z0-9])(?:https?|tg)$", re.IGNORECASE)
_AUTOLINK: Final = re.compile(r"<((?:https?|tg)://[^\s<>]+)>", re.IGNORECASE)
# Their lengths are bounded, so that thousands of openings without an end cost no time.
_DISPLAY_MATH: Final = re.compile(r"\$\$[^$]{1,2000}\$\$|\\\[.{1,2000}?\\\]", re.DOTALL)
_MATH_ENDS: Final = {"\\[": "\\]", "\\(": "\\)"}
_MAX_MATH: Final = 2100
_INLINE_MATH: Final = re.compile(r"\\\(.{1,400}?\\\)|\$(?!\s)(?:[A-Za-z]|(?=[^$\n]*[\\^_{=])[^$\n`]*[^$\s`])\$(?!\d)", re.DOTALL)
_DELIMITERS: Final = re.compile(r"[|:\- \t]+")
_BARRED: Final = "lines with bars"
_LOOKED: Final = "characters looked through for the ends of links"
_MOST_LOOKED: Final = 300_000
_EAST_ASIAN: Final = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")


def parse(source: str) -> list[Token] | None:
    """The blocks of the text, or None where it is nested too deep to be read without loss."""
    tokens = _MARKDOWN.parse(source)
    if any(token.level >= MAX_NESTING - 2 for token in tokens):
        return None
    return tokens


def _emphasis(state: StateInline, silent: bool) -> bool:
    """`*` and `_` as CommonMark has them, but beside East Asian letters, which need no space around punctuation."""
    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    length = _run_length(state)
    before = state.src[state.pos - 1] if state.pos else " "
    after = state.src[state.pos + length] if state.pos + length < state.posMax else " "
    asian = bool(_EAST_ASIAN.match(before) or _EAST_ASIAN.match(after))
    opens = not after.isspace() and (not _is_punctuation(after) or before.isspace() or _is_punctuation(before) or asian)
    closes = not before.isspace() and (not _is_punctuation(before) or after.isspace() or _is_punctuation(after) or asian)
    splits_word = marker == "*"
    can_open = opens and (splits_word or not closes or _is_punctuation(before))
    can_close = closes and (splits_word or not opens or _is_punctuation(after))
    for _ in range(length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(Delimiter(ord(marker), length, len(state.tokens) - 1, -1, can_open, can_close))
    state.pos += length
    return True


def _run_length(state: StateInline) -> int:
    end = state.pos
    while end < state.posMax and state.src[end] == state.src[state.pos]:
        end += 1
    return end - state.pos


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _spoiler(state: StateInline, silent: bool) -> bool:
    """`||text||`, with no space inside the bars: `a || b || c` is none."""
    start = state.pos + 2
    if not state.src.startswith("||", state.pos) or start >= state.posMax or state.src[start].isspace() or state.src[start] == "|":
        return False
    end = state.src.find("||", start, min(state.posMax, start + _MAX_SPOILER))
    if end < 0 or state.src[end - 1].isspace():
        return False
    if not silent:
        maximum = state.posMax
        state.pos, state.posMax = start, end
        state.push("spoiler_open", "", 1)
        state.md.inline.tokenize(state)
        state.push("spoiler_close", "", -1)
        state.posMax = maximum
    state.pos = end + 2
    return True


def _math(state: StateInline, silent: bool) -> bool:
    """LaTeX between dollars or escaped brackets; a price is none."""
    if state.src[state.pos] not in "$\\":
        return False
    closing = _MATH_ENDS.get(state.src[state.pos : state.pos + 2], "")
    if closing and state.src.find(closing, state.pos + 2, min(state.posMax, state.pos + _MAX_MATH)) < 0:
        return False
    match = _DISPLAY_MATH.match(state.src, state.pos, state.posMax) or _INLINE_MATH.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("code_inline", "code", 0).content = match.group()
    state.pos = match.end()
    return True


def _address(state: StateInline, silent: bool) -> bool:
    """A bare address is text to its end: an underscore in it is no emphasis. Telegram finds it itself."""
    if not state.src.startswith("://", state.pos) or not _SCHEME.search(state.src[max(0, state.pos - 6) : state.pos]):
        return False
    match = _ADDRESS.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    address = match.group().rstrip("_~.,:;!?'")
    if len(address) <= len("://"):
        return False
    if not silent:
        state.append_pending(address)
    state.pos += len(address)
    return True


def _autolink(state: StateInline, silent: bool) -> bool:
    """`<https://...>`: shown without its brackets. Anything else in angle brackets is text, `<think>` and `<std::byte>` too."""
    match = _AUTOLINK.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.append_pending(match.group(1))
    state.pos = match.end()
    return True


def _math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Display LaTeX that begins a line, so that no line of it is taken for a list."""
    begin = state.bMarks[start] + state.tShift[start]
    closing = {"$$": "$$", "\\[": "\\]"}.get(state.src[begin : begin + 2])
    if closing is None or state.sCount[start] - state.blkIndent >= 4:  # noqa: PLR2004 - an indented block of code
        return False
    for line in range(start, min(end, start + _MAX_MATH_LINES)):
        if line > start and state.sCount[line] < state.blkIndent:
            return False
        text = state.src[begin + 2 if line == start else state.bMarks[line] : state.eMarks[line]]
        if closing in text:
            return text.rstrip().endswith(closing) and (silent or _push_math(state, start, line + 1))
    return False


def _push_math(state: StateBlock, start: int, end: int) -> bool:
    state.line = end
    token = state.push("math_block", "", 0)
    token.content = state.getLines(start, end, state.sCount[start], False)
    token.map = [start, end]
    return True


def _barred_until(state: StateBlock, start: int) -> int:
    """The first line from `start` on without a bar. A stretch of lines is looked through once, however many of them begin no table."""
    known: tuple[int, int] = state.env.get(_BARRED, (0, 0))
    if not known[0] <= start < known[1]:
        end = start
        while end < state.lineMax and "|" in state.src[state.bMarks[end] : state.eMarks[end]]:
            end += 1
        known = state.env[_BARRED] = (start, max(end, start + 1))
    return known[1]


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """GFM's tables, but that a line without a bar ends them, and cells beyond the header's columns, which GFM drops, stay in the row's
    last one."""
    first = len(state.tokens)
    if "|" not in getLine(state, start):
        return False
    if start + 1 >= end or not _DELIMITERS.fullmatch(getLine(state, start + 1)):
        return False
    end = min(end, _barred_until(state, start + 1))
    if not gfm_table(state, start, end, silent):
        return False
    added = state.tokens[first:]
    columns = sum(token.type == "th_open" for token in added)
    last_cell: Token | None = None
    for token in added:
        if token.type == "inline":
            last_cell = token
        elif token.type == "tr_close" and last_cell is not None and last_cell.map is not None:
            cells = escapedSplit(mdTrim(getLine(state, last_cell.map[0])))
            cells = cells[1:] if cells and not cells[0] else cells
            cells = cells[:-1] if cells and not cells[-1] else cells
            last_cell.content = " | ".join([last_cell.content, *(mdTrim(cell) for cell in cells[columns:])])
    return True


def _link_label(state: StateInline, start: int, disableNested: bool = False) -> int:
    """The parser's own, but that the ends of links are not looked for without end: thousands of brackets that nothing closes would cost
    seconds. Beyond the bound brackets are text."""
    if state.env.get(_LOOKED, 0) > _MOST_LOOKED:
        return -1
    end = helpers.parseLinkLabel(state, start, disableNested)
    state.env[_LOOKED] = state.env.get(_LOOKED, 0) + (end if end >= 0 else state.posMax) - start
    return end


_HELPERS: Final = ModuleType("helpers of the parser")
vars(_HELPERS).update(vars(helpers), parseLinkLabel=_link_label)


class _Markdown(MarkdownIt):
    """Takes every address as it is written: which become links is decided where they are shown."""

    def normalizeLink(self, url: str) -> str:
        return url

    def validateLink(self, url: str) -> bool:
        return True


def _build() -> MarkdownIt:
    markdown = _Markdown("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    markdown.helpers = _HELPERS
    markdown.enable(["table", "strikethrough"]).disable(["html_block", "html_inline", "reference", "lheading"])
    inline = markdown.inline.ruler
    inline.at("emphasis", _emphasis)
    inline.at("autolink", _autolink)
    inline.before("escape", "math", _math)
    inline.before("escape", "spoiler", _spoiler)
    inline.before("escape", "address", _address)
    markdown.inline.add_terminator_char("|")
    markdown.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    markdown.block.ruler.before("fence", "math_block", _math_block, {"alt": ["paragraph", "blockquote", "list"]})
    return markdown


_MARKDOWN: Final = _build()
