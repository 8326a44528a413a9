"""Which characters of a Markdown text a reader must find again, and which of a message a reader can find: known without the renderer.

Letters, numbers, emoji and signs of money must all be there; punctuation may be Markdown's. A link's address and a code block's language
stand in an entity instead of the text, a list may be numbered anew, and an ill-formed character may be replaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

_KEPT: Final = ("L", "N", "So", "Sc")
_LIST_NUMBER: Final = re.compile(r"^(?:[^\S\n]|[>*+-])*+(?:\d{1,9}[.)](?:[^\S\n]|[>*+-])*+)+", re.MULTILINE)
"""Within its line: of thousands of empty ones each would else be looked through to the last."""
_TASK: Final = re.compile(r"\[[xX]\]")
Shown = tuple[str, list[dict[str, object]]]


def must_show(source: str) -> str:
    """The characters of the source that a reader must find, in their order."""
    source = re.sub("[\r\u2028\u2029]", "\n", source)
    source = re.sub("[\x00-\x08\x0b-\x1f\u202a-\u202e]", " ", source)
    return _kept(_TASK.sub("", _LIST_NUMBER.sub("", source)))


def is_shown(messages: Iterable[Shown]) -> str:
    """The characters that a reader finds in the messages, where addresses and languages stand with what they belong to."""
    return "".join(_kept(with_arguments(text, entities)) for text, entities in messages)


def _kept(text: str) -> str:
    return "".join(filter(_is_kept, unicodedata.normalize("NFC", text)))


@cache
def _is_kept(character: str) -> bool:
    return unicodedata.category(character).startswith(_KEPT)


def with_arguments(text: str, entities: list[dict[str, object]]) -> str:
    """The text with each address and language beside what it belongs to."""
    units = text.encode("utf-16-le")
    inserts: list[tuple[int, str]] = []
    for entity in entities:
        offset, length = entity["offset"], entity["length"]
        assert isinstance(offset, int)
        assert isinstance(length, int)
        if "language" in entity:
            inserts.append((offset, f" {entity['language']} "))
        if "url" in entity:
            inserts.append((offset + length, f" {entity['url']} "))
    for place, insert in sorted(inserts, key=lambda pair: -pair[0]):
        units = units[: place * 2] + insert.encode("utf-16-le") + units[place * 2 :]
    return units.decode("utf-16-le")


def is_subsequence(wanted: str, found: str) -> bool:
    """Whether the wanted characters all stand in the found ones, in their order."""
    rest = iter(found)
    return all(character in rest for character in wanted)
