"""A styled text of any length cut into what Telegram takes as one message: 4096 UTF-16 units, 100 entities, no white space at the ends."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.telegram.cleaning import is_blank
from adapters.telegram.entities import Entity, units
from adapters.telegram.styled import Span, unbreakable_start
from bot.replies.split import cut, reach

MAX_UNITS: Final = 4096
MAX_ENTITIES: Final = 100
_TRIMMED: Final = " \n"


@dataclass(frozen=True, slots=True)
class Piece:
    """What one message shows. `end` is where in the whole text it ends."""

    end: int
    text: str
    entities: tuple[Entity, ...]


def pieces(text: str, spans: Sequence[Span]) -> Iterator[Piece]:
    """The messages that show the text, none of them blank. A style that a cut goes through goes on in the next message."""
    ordered = sorted(spans, key=_order)
    blocks = [(span.start, span.end) for span in ordered if span.kind == "pre"]
    whole = sorted([*blocks, *_headings(text, ordered)])
    start = 0
    while (start := _skip_space(text, start, blocks)) < len(text):
        ordered = [span for span in ordered if span.end > start]
        stop = reach(text, start, MAX_UNITS, units)
        if len(ordered) > MAX_ENTITIES and ordered[MAX_ENTITIES].start < stop:
            stop = max(start + 1, ordered[MAX_ENTITIES].start)
        end = cut(text, start, stop, whole)
        shown = text[start:end].rstrip(_TRIMMED)
        if not is_blank(shown):
            if _in_block(start, blocks):
                shown = unbreakable_start(shown)
            yield Piece(end, shown, _entities(shown, start, ordered))
        start = end


def _headings(text: str, spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """Bold lines with the first character of what they announce, which should not begin in the next message."""
    for span in spans:
        start = _past_newlines(text, span.start)
        if span.kind == "bold" and text[start - 1 : start] in ("", "\n") and text[span.end : span.end + 1] == "\n":
            yield start, _past_newlines(text, span.end) + 1


def _past_newlines(text: str, place: int) -> int:
    while place < len(text) and text[place] == "\n":
        place += 1
    return place


def _order(span: Span) -> tuple[int, int, bool]:
    """The outer before the inner; of two on the same characters a quote is the outer."""
    return span.start, -span.end, span.kind != "blockquote"


def _skip_space(text: str, start: int, blocks: Sequence[tuple[int, int]]) -> int:
    """Past the white space that Telegram would trim; in a block of code, past empty lines only."""
    while start < len(text) and text[start] in _TRIMMED:
        if text[start] == " " and _in_block(start, blocks) and text[start : text.find("\n", start)].strip(" "):
            break
        start += 1
    return start


def _in_block(place: int, blocks: Sequence[tuple[int, int]]) -> bool:
    index = bisect_left(blocks, (place + 1, 0)) - 1
    return index >= 0 and place < blocks[index][1]


def _entities(shown: str, start: int, spans: Sequence[Span]) -> tuple[Entity, ...]:
    """The spans as they stand in the message that begins at `start`, without white space at their ends, in UTF-16 units."""
    wide = [] if shown.isascii() else [index for index, character in enumerate(shown) if character > "\uffff"]
    kept: list[Span] = []
    for span in spans:
        if span.start >= start + len(shown):
            break
        first, last = max(span.start - start, 0), min(span.end - start, len(shown))
        covered = shown[first:last]
        first += len(covered) - len(covered.lstrip(_TRIMMED))
        last -= len(covered) - len(covered.rstrip(_TRIMMED))
        if first < last:
            kept.append(Span(span.kind, first, last, span.url, span.language))
    kept.sort(key=_order)
    return tuple(_entity(span, wide) for span in kept)


def _entity(span: Span, wide: Sequence[int]) -> Entity:
    offset = span.start + bisect_left(wide, span.start)
    return Entity(span.kind, offset, span.end + bisect_left(wide, span.end) - offset, span.url, span.language)
