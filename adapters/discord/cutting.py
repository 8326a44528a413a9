"""Discord's Markdown of any length cut into what it takes as one message: 2,000 code points, with every mark closed and opened again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.discord.escaping import is_blank, no_block
from adapters.discord.written import FENCE, INLINE, LINE, Span, Written, parted
from bot.replies.split import cut

MAX_LENGTH: Final = 2000


@dataclass(frozen=True, slots=True)
class Piece:
    """What one message shows. `end` is where in the whole text it ends."""

    end: int
    text: str


def pieces(written: Written) -> Iterator[Piece]:
    """The messages that show what was written, none of them blank."""
    text, spans, atoms = written.text, sorted(written.spans, key=lambda span: (span.start, -span.end)), sorted(written.atoms)
    fences = [span for span in spans if span.rank == FENCE]
    whole = sorted([*((fence.start, fence.end) for fence in fences), *_with_next(text, written.headings)])
    start = upcoming = 0
    live: list[Span] = []
    while True:
        start = _beginning(text, start, fences, live)
        while upcoming < len(spans) and spans[upcoming].start < start + MAX_LENGTH:
            live.append(spans[upcoming])
            upcoming += 1
        live = [span for span in live if span.end > start]
        if start >= len(text):
            return
        opened = sorted((span for span in live if span.start < start), key=_order)
        opening, lead = "".join(span.opening for span in opened), _lead(start, opened, live)
        room = MAX_LENGTH - len(opening)
        seems_block = _is_within_line(text, start, opening) and no_block(text[start : start + room]) != text[start : start + room]
        room -= seems_block
        if len(text) - start <= room:
            end = len(text)
        else:
            room -= sum(len(parted("~", closing)) for closing in {span.closing for span in live})
            end = _settled(text, start, cut(text, start, start + room, whole), start + room, live, atoms)
        body = _stripped(text[start:end], in_code=any(_is_code(span) and span.start < end < span.end for span in live))
        if not is_blank(body):
            closing = "".join(
                span.closing for span in sorted((span for span in live if span.start < end < span.end), key=_order, reverse=True)
            )
            begun = f"{lead}{opening}{body[len(lead) :].lstrip(' ')}" if lead else opening + (no_block(body) if seems_block else body)
            yield Piece(end, begun + parted(begun, closing))
        start = end


def _order(span: Span) -> tuple[int, int, int]:
    """A block's marks before those within a line; the outer before the inner."""
    return span.rank, span.start, -span.end


def _lead(start: int, opened: Sequence[Span], live: Iterable[Span]) -> str:
    """What begins the line at `start`, if it stands before the marks that go on into the line: a quote begins no line after them."""
    if not opened or any(span.rank != INLINE for span in opened):
        return ""
    return next((span.opening for span in live if span.start == start and span.rank == LINE), "")


def _with_next(text: str, headings: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Titles with the first character of what they announce, which should not begin in the next message."""
    for start, end in headings:
        after = end
        while after < len(text) and text[after] == "\n":
            after += 1
        if after < len(text):
            yield start, after + 1


def _beginning(text: str, start: int, fences: Sequence[Span], live: Sequence[Span]) -> int:
    """Past white space, and past the ends of marks of which no more is left: opened again, they would be on nothing."""
    start = _skip(text, start, fences)
    while ends := [span.end for span in live if span.start < start < span.end <= start + len(span.closing)]:
        start = _skip(text, max(ends), fences)
    return start


def _skip(text: str, start: int, fences: Sequence[Span]) -> int:
    """Past the white space that a message does not begin with; in a block of code, past the ends of lines alone."""
    index = bisect_right(fences, start, key=lambda span: span.start) - 1
    if index >= 0 and fences[index].start < start < fences[index].end:
        while start < fences[index].end - len(fences[index].closing) and text[start] == "\n":
            start += 1
        return start
    while start < len(text):
        if text[start].isspace():
            start += 1
        elif text.startswith("> \n", start):
            start += 3
        else:
            break
    return start


def _is_within_line(text: str, start: int, opening: str) -> bool:
    """Whether a message that begins at `start` begins with what stood within a line, where no mark of a block was one."""
    before = text[text.rfind("\n", 0, start) + 1 : start].strip(" ")
    return bool(before) and opening in ("", "> ") and before != opening.strip(" ")


def _is_code(span: Span) -> bool:
    """Whether the span is a block of code that stands in no quote."""
    return span.rank == FENCE and not span.opening.startswith(">")


def _stripped(body: str, *, in_code: bool) -> str:
    """Without the white space, and the empty lines of a quote, at its end."""
    body = body.rstrip()
    while not in_code and body.endswith("\n>"):
        body = body[:-2].rstrip()
    return "" if body == ">" and not in_code else body


def _settled(text: str, start: int, end: int, stop: int, live: Sequence[Span], atoms: Sequence[tuple[int, int]]) -> int:
    """The end, moved out of marks, addresses and escapes: back, or past a closing mark, for which there is room."""
    for place in (end, stop):
        settled = _moved(text, start, place, live, atoms)
        if settled > start:
            return settled
    return stop


def _moved(text: str, start: int, end: int, live: Sequence[Span], atoms: Sequence[tuple[int, int]]) -> int:
    while (index := bisect_right(atoms, (end, 0)) - 1) >= 0 and atoms[index][0] < end < atoms[index][1]:
        if atoms[index][0] < start:  # what begins within it is no better cut there
            return start
        end = atoms[index][0]
    slashes = 0
    while end - slashes > start and text[end - slashes - 1] == "\\":
        slashes += 1
    end -= slashes % 2
    moved = True
    while moved:
        moved = False
        bare = start + len(text[start:end].rstrip())
        for span in live:
            if start <= span.start < end and bare <= span.start + len(span.opening) < span.end:
                end, moved = span.start, True
            elif span.start < end and span.end - len(span.closing) <= end < span.end:
                end, moved = span.end, True
    return end
