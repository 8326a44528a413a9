"""Where to cut a text that is too long for one post: what every platform's renderer shares. How long a text is, the platform says."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Final

from wcwidth import grapheme_boundary_before

Measure = Callable[[str], int]
Range = tuple[int, int]

# What to look for, from the best place to the worst: the separator, how much of the room must be used, whether `whole` ranges stay whole.
_PLACES: Final = (
    ("\n\n", 0.5, True),
    ("\n", 0.5, True),
    ("\n\n", 0.5, False),
    ("\n", 0.5, False),
    (" ", 0.5, False),
    ("\n", 0.0, False),
    (" ", 0.0, False),
)


def reach(text: str, start: int, limit: int, measure: Measure = len) -> int:
    """The furthest end for which `measure(text[start:end])` is within the limit, and at least one character.

    The measure must grow with the text, by at least 1 for each character.
    """
    furthest = min(len(text), start + limit)
    if measure(text[start:furthest]) <= limit:
        return max(furthest, min(start + 1, len(text)))
    low, high = start + 1, furthest
    while high - low > 1:
        middle = (low + high) // 2
        if measure(text[start:middle]) <= limit:
            low = middle
        else:
            high = middle
    return low


def cut(text: str, start: int, stop: int, whole: Sequence[Range] = ()) -> int:
    """Where the part that begins at `start` best ends, at `stop` at the latest: before a blank line, else a line's end, else a space,
    else between two graphemes.

    White space at a cut is left to the next part, and the caller may drop it. `whole` are sorted ranges (blocks of code) that are cut
    only where they alone fill more than half of the part. Depends on no text after `stop` but the grapheme there, so that the cuts of
    a growing text stay.
    """
    if stop >= len(text):
        return len(text)
    for separator, used, keeps_whole in _PLACES:
        floor = start + max(1, int((stop - start) * used))
        place = _last(text, separator, floor, stop, whole if keeps_whole else ())
        if place > start:
            return place
    return _between_graphemes(text, start, stop)


def _last(text: str, separator: str, floor: int, stop: int, whole: Sequence[Range]) -> int:
    """The last place of the separator from `floor` to `stop`, outside of the ranges; -1 if there is none."""
    end = stop
    while (place := text.rfind(separator, floor, end + len(separator))) >= 0:
        index = bisect_right(whole, (place, len(text))) - 1
        if index < 0 or place >= whole[index][1] or place == whole[index][0]:
            return place
        end = whole[index][0]
    return -1


def _between_graphemes(text: str, start: int, stop: int) -> int:
    boundary = grapheme_boundary_before(text, stop + 1)
    return boundary if boundary > start else stop
