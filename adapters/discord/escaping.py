"""Text so that Discord shows it to the letter: a backslash before what would be a mark there, and before nothing else.

Discord drops a backslash before any character that is no ASCII letter, digit or white space. Its rules are those of simple-markdown, in
which a mark, or a bracket, that stands first is read first: what would close it may stand in code. So `_` within a word is one as well.
An address goes on up to the next space, and what stands in it is no mark: where one only seems to begin, its slashes are parted.
Between angle brackets it makes a link of any scheme, and of what looks like an address of mail or a number to call.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_MARKS: Final = re.compile(
    r"[*`_\[]|\\(?![0-9A-Za-z\s])|(?<=\])\("
    r"|\|(?=\|)|(?<=\|)\||~(?=~|\Z)|(?<=~)~|\A~"
    r"|(?<=http:)/(?=/(?:[^\s<]|\Z))|(?<=https:)/(?=/(?:[^\s<]|\Z))|(?<=steam:)/(?=/(?:[^\s<]|\Z))"
)
# What may become a link between angle brackets, up to the first character that ends it, and what makes it one.
_BRACKETED: Final = re.compile(r"<[^ >]*")
_LINKED: Final = re.compile(r":/|@|<(?:tel:|sms:|\+)[\d+(]")
_AT_LINE_START: Final = re.compile(r"(\s*)(?:(\d+)(?=\. )|(?=(?:#{1,3}|-#|[-+])(?:\s|\Z)|>))")
_PUNCTUATION: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_INVISIBLE: Final = frozenset("\u034f\ufe0e\ufe0f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc")
_REPLACED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ud800-\udfff]")


def escaped(text: str, *, line_start: bool = False) -> str:
    """A text of one line so that it shows to the letter; at the start of a line it is no heading, list or quote either. An angle bracket
    that is open at its end is no bracket: what comes after, on later lines too, would be taken for a part of an address, marks and all."""
    written = _MARKS.sub(r"\\\g<0>", text)
    if "<" in written:
        written = _BRACKETED.sub(_unlinked, written)
    return no_block(written) if line_start else written


def _unlinked(match: re.Match[str]) -> str:
    text = match.group()
    return text.replace("<", "\\<") if match.end() == len(match.string) or _LINKED.search(text) else text


def no_block(written: str) -> str:
    """What was written for the middle of a line, so that it begins no heading, list or quote where a message begins with it."""
    match = _AT_LINE_START.match(written)
    return f"{match[1]}{match[2] or ''}\\{written[match.end() :]}" if match else written


def each_escaped(text: str) -> str:
    """Every mark of punctuation escaped: for characters whose writer said that they are none."""
    return "".join(f"\\{character}" if character in _PUNCTUATION else character for character in text)


def clean(text: str) -> str:
    """The text without what cannot be sent, as long as before: controls become spaces, other line ends become a line feed."""
    return _REPLACED.sub(_instead, text)


def _instead(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\r":
        return " " if match.string.startswith("\n", match.end()) else "\n"
    if character in "\u2028\u2029":
        return "\n"
    return " " if character < " " or character == "\x7f" else "\ufffd"


def is_blank(text: str) -> bool:
    """Whether Discord takes the text for empty, or nobody could see it."""
    return all(
        character.isspace() or character in _INVISIBLE or unicodedata.category(character) in ("Cf", "Cc", "Cs") for character in text
    )
