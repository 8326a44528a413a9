"""Telegram's rules for a text and its entities, written from the Bot API's page and TDLib's MessageEntity.cpp, and knowing nothing of
Parley's renderer: what it finds is what Telegram would refuse, drop, trim or re-arrange."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

MAX_UNITS: Final = 4096
MAX_ENTITIES: Final = 100
MAX_DATA: Final = 64
MAX_PLACEHOLDER: Final = 64
MAX_BUTTONS: Final = 100
SPLITTABLE: Final = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
QUOTES: Final = frozenset({"blockquote", "expandable_blockquote"})
CODES: Final = frozenset({"pre", "code"})
LINKS: Final = frozenset({"text_link", "text_mention", "custom_emoji"})
# What Telegram turns into a space or takes away: a text that holds it is shown otherwise than it was sent, and offsets move.
ALTERED: Final = re.compile("[\x00-\x09\x0b-\x1f\u2028-\u202e\u0333\u033f\u030a]")
# A text of these alone is empty to Telegram (is_empty_string).
EMPTY: Final = frozenset(
    "\n \u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f"
    "\u202e\u202f\u205f\u2800\u3000\ufeff\ufffc"
)
WEB_URL: Final = re.compile(r"https?://(?P<host>[^/?#\s:@]+)(?::(?P<port>\d{1,5}))?(?:[/?#][^\s]*)?", re.IGNORECASE)
TG_URL: Final = re.compile(r"tg://[a-z0-9_-]+(?:[/?#][^\s]*)?", re.IGNORECASE)


def problems(text: str, entities: list[dict[str, object]]) -> list[str]:
    """What is wrong with a message of this text and these entities (Bot API JSON objects), in words; empty when Telegram shows it as
    it is sent."""
    found = _text_problems(text)
    if any(0xD800 <= ord(character) < 0xE000 for character in text):
        return found
    units = text.encode("utf-16-le")
    spans: list[_Span] = []
    for entity in entities:
        span, wrong = _read(entity, units)
        found += wrong
        if span is not None:
            spans.append(span)
    if len(entities) > MAX_ENTITIES:
        found.append(f"{len(entities)} entities")
    return found + _order_problems(spans) + _nesting_problems(spans)


class _Span:
    """An entity whose place in the text is sound."""

    def __init__(self, kind: str, start: int, end: int) -> None:
        self.kind, self.start, self.end = kind, start, end

    def __str__(self) -> str:
        return f"{self.kind}[{self.start}:{self.end}]"


def _text_problems(text: str) -> list[str]:
    found = []
    if any(0xD800 <= ord(character) < 0xE000 for character in text):
        return ["text has a lone surrogate"]
    if _is_blank(text):
        found.append("text is blank")
    if (units := len(text.encode("utf-16-le")) // 2) > MAX_UNITS:
        found.append(f"text has {units} units")
    if text != text.strip(" \n"):
        found.append("text begins or ends with white space")
    if altered := ALTERED.search(text):
        found.append(f"text has {altered.group()!r}, which Telegram alters")
    return found


def _read(entity: dict[str, object], units: bytes) -> tuple[_Span | None, list[str]]:
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if not isinstance(kind, str) or kind not in SPLITTABLE | QUOTES | CODES | LINKS:
        return None, [f"unknown type {kind!r}"]
    if type(offset) is not int or type(length) is not int or offset < 0 or length <= 0:
        return None, [f"{kind}: offset {offset!r}, length {length!r}"]
    span = _Span(kind, offset, offset + length)
    if span.end * 2 > len(units):
        return None, [f"{span} ends after the text"]
    found = []
    if _inside_pair(units, span.start) or _inside_pair(units, span.end):
        return None, [f"{span} cuts a surrogate pair"]
    covered = units[span.start * 2 : span.end * 2].decode("utf-16-le")
    if covered != covered.strip(" \n"):
        found.append(f"{span} begins or ends with white space")
    found += _argument_problems(span, entity)
    return span, found


def _argument_problems(span: _Span, entity: dict[str, object]) -> list[str]:
    found = []
    allowed = {"type", "offset", "length"}
    if span.kind == "text_link":
        allowed.add("url")
        if not _valid_url(entity.get("url")):
            found.append(f"{span}: URL {entity.get('url')!r} is invalid")
    if span.kind == "pre":
        allowed.add("language")
        language = entity.get("language", "")
        if not isinstance(language, str) or re.search(r"\s", language):
            found.append(f"{span}: language {language!r}")
    if extra := set(entity) - allowed:
        found.append(f"{span}: unexpected {sorted(extra)}")
    return found


def keyboard_problems(markup: dict[str, object]) -> list[str]:
    """What is wrong with what stands under a message: Telegram wants labels that can be seen, and 1 to 64 bytes behind each."""
    if markup.get("force_reply") is True:
        placeholder = markup.get("input_field_placeholder", "…")
        fine = isinstance(placeholder, str) and 1 <= len(placeholder) <= MAX_PLACEHOLDER and not _is_blank(placeholder)
        return [] if fine else [f"placeholder: {placeholder!r}"]
    rows = markup.get("inline_keyboard")
    assert isinstance(rows, list)
    found = []
    if sum(map(len, rows)) > MAX_BUTTONS or any(not row for row in rows):
        found.append("keyboard: too many buttons, or an empty row")
    for button in (button for row in rows for button in row):
        if _is_blank(button["text"]):
            found.append(f"button: a label that nobody sees, {button['text']!r}")
        if "url" in button and not _valid_url(button["url"]):
            found.append(f"button: URL {button['url']!r}")
        if "url" not in button and not 1 <= len(button["callback_data"].encode()) <= MAX_DATA:
            found.append(f"button: data of {len(button['callback_data'].encode())} bytes")
    return found


def _is_blank(text: str) -> bool:
    return all(character in EMPTY or 0xE0000 <= ord(character) < 0xE0080 for character in text)


def _inside_pair(units: bytes, index: int) -> bool:
    """Whether the index stands between the two halves of a character beyond U+FFFF."""
    if not 0 < index * 2 < len(units):
        return False
    return 0xDC00 <= int.from_bytes(units[index * 2 : index * 2 + 2], "little") < 0xE000


def _valid_url(url: object) -> bool:
    if not isinstance(url, str) or len(url) > 2048:
        return False
    if TG_URL.fullmatch(url):
        return True
    match = WEB_URL.fullmatch(url)
    if match is None or int(match["port"] or 1) not in range(1, 65536):
        return False
    labels = match["host"].split(".")
    return len(labels) > 1 and all(re.fullmatch(r"[\w-]+", label) for label in labels)


def _order_problems(spans: list[_Span]) -> list[str]:
    return [f"{second} comes after {first}" for first, second in pairwise(spans) if (second.start, -second.end) < (first.start, -first.end)]


def _nesting_problems(spans: list[_Span]) -> list[str]:
    found = []
    around: list[_Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        while around and around[-1].end <= span.start:
            around.pop()
        if around and span.end > around[-1].end:
            found.append(f"{span} overlaps {around[-1]}")
        found += [f"{span} may not stand in {outer}" for outer in around if not _may_contain(outer.kind, span.kind)]
        around.append(span)
    return found


def _may_contain(outer: str, inner: str) -> bool:
    if outer in CODES or outer == inner:
        return False
    if inner in CODES:
        return outer in QUOTES
    if inner in QUOTES or inner in LINKS:
        return outer not in LINKS and not (inner in QUOTES and outer in QUOTES)
    return True
