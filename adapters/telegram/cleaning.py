"""What Telegram alters in a text on its way, done beforehand, so that the offsets of entities stay right."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

# Controls become spaces, "\r" and direction overrides vanish, and so do three combining marks (of these the ring matters: å).
_ALTERED: Final = re.compile("\r\n?|.[\u030a]|[\x00-\x08\x0b-\x1f\u2028-\u202e\u0333\u033f\u030a\ud800-\udfff]")
_INVISIBLE: Final = frozenset(
    "\n \u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f"
    "\u202e\u202f\u205f\u2060\u2800\u3000\ufeff\ufffc"
)
_TAGS: Final = range(0xE0000, 0xE0080)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text as Telegram keeps it. `shifts` are pairs of a place in it and how far behind the original it is from there on."""

    text: str
    shifts: tuple[tuple[int, int], ...] = ()

    def original(self, place: int) -> int:
        """The place in the original text of a place in this one."""
        index = bisect_right(self.shifts, (place, 1 << 60)) - 1
        return place + (self.shifts[index][1] if index >= 0 else 0)


def clean(text: str) -> Cleaned:
    """The text without what Telegram would alter. Tabs are left: the renderer decides on them."""
    if _ALTERED.search(text) is None:
        return Cleaned(text)
    chunks: list[str] = []
    shifts: list[tuple[int, int]] = []
    length = end = shift = 0
    for match in _ALTERED.finditer(text):
        new = _instead(match.group())
        chunks += [text[end : match.start()], new]
        length += match.start() - end + len(new)
        end = match.end()
        if len(new) != end - match.start():
            shift += end - match.start() - len(new)
            shifts.append((length, shift))
    return Cleaned("".join([*chunks, text[end:]]), tuple(shifts))


def is_blank(text: str) -> bool:
    """Whether Telegram takes the text for empty."""
    return all(character in _INVISIBLE or ord(character) in _TAGS for character in text)


def shown_label(label: str, most: int) -> str:
    """A label in one line as Telegram shows it, in at most so many characters; "" where nobody would see anything."""
    line = clean(label.replace("\t", " ").replace("\n", " ")).text.replace("\n", " ").strip()[:most].rstrip()
    return "" if is_blank(line) else line


def _instead(altered: str) -> str:
    first = altered[0]
    if first in "\r\u2028\u2029":
        return "\n"
    if len(altered) > 1:
        composed = unicodedata.normalize("NFC", altered)
        return composed if len(composed) == 1 else _instead(first) if _ALTERED.match(first) else first
    if first < " ":
        return " "
    return "\ufffd" if "\ud800" <= first <= "\udfff" else ""
