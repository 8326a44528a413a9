"""What must be found again in what is shown: markers, letters, ranges. Knows nothing of any renderer."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from bot.posts import Part
from tests.telegram.visible import must_show

_MARKER: Final = re.compile("w[0-9]+w(?![\u0300-\u036f])")
_SHOWN: Final = re.compile(r"(?=(w\d+w))")
_ENTITY: Final = re.compile(r"&#?\w+;")
_SAME: Final = re.compile(r"\[(?:[^\S\n]|[*_~`])*+([^\[\]\n]*?[^\s\[\]*_~`])(?:[^\S\n]|[*_~`])*+\]\(([^\n]*?)\1")
"""A link whose text is its address or its title, which need not be shown twice."""
_FILLER: Final = re.compile("[\u115f\u1160\u2800\u3164\uffa0\ufffc]")
"""Letters that nobody sees."""
_HOST: Final = re.compile(r"(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}|\d+(?:\.\d+){3}")
_DOTS: Final = str.maketrans("\u3002\uff61\uff0e\u2024\ufe52", ".....")


def range_problems(source: str, parts: Sequence[Part]) -> list[str]:
    """The ranges of the parts touch each other and cover the text."""
    if not parts:
        return ["ranges: no part"]
    broken = any(part.end != after.start or part.start > part.end for part, after in pairwise(parts))
    if broken or parts[0].start != 0 or parts[-1].end != len(source) or parts[-1].start > parts[-1].end:
        return [f"ranges: {[(part.start, part.end) for part in parts]} of {len(source)}"]
    return []


def lost_problems(source: str, shown: str, kept: str) -> list[str]:
    """Nothing of the source is missing in `shown`, which has addresses beside their links; `kept` are its letters as must_show has them."""
    found = []
    wanted = _MARKER.findall(source)
    if gone := sorted(set(wanted) - set(_SHOWN.findall(shown)) - set(_SHOWN.findall(shown.replace("\n", "")))):
        found.append(f"lost words: {' '.join(gone)}")
    elif disorder := _disorder(source, shown):
        found.append(f"order: {disorder}")
    once = must_show(_SAME.sub(r"[\1](\2", source.replace("\\.", ".")))
    if not _ENTITY.search(source) and (letters := Counter(_letters(once)) - Counter(_letters(kept))):
        found.append(f"lost letters: {''.join(sorted(letters))!r}")
    return found


def _letters(text: str) -> str:
    """Without accents: one that stood on a mark may stand on the letter before it once the mark is gone."""
    return "".join(filter(_is_no_accent, unicodedata.normalize("NFD", _FILLER.sub("", text.lower()))))


@cache
def _is_no_accent(character: str) -> bool:
    return not unicodedata.category(character).startswith("M")


def _disorder(source: str, shown: str) -> str:
    """Two words that were written in another order. Tables are shown column by column, so their words are left out."""
    once = {marker for marker, count in Counter(_MARKER.findall(source)).items() if count == 1}
    lines = [line for line in re.split(r"[\n\r\u2028\u2029]", source) if "|" not in line]
    wanted = [marker for line in lines for marker in _MARKER.findall(line) if marker in once]
    places: dict[str, list[int]] = {}
    for place, match in enumerate(_SHOWN.finditer(shown)):
        places.setdefault(match[1], []).append(place)
    for one, two in pairwise(marker for marker in wanted if marker in places):
        if places[one][0] > places[two][-1]:
            return f"{two} before {one}"
    return ""


def hidden_address(text: str, url: str, around: str) -> bool:
    """Whether a link's text names another host than its address has, which is nowhere to be read around it."""
    plain = "".join(character for character in text if unicodedata.category(character) not in ("Cf", "Mn")).translate(_DOTS).lower()
    plain = unicodedata.normalize("NFKC", plain)
    host = re.sub(r"^[a-z]+://(?:[^/?#@]*@)?([^/?#:]*).*", r"\1", url.lower(), flags=re.DOTALL)
    others = [named.removeprefix("www.") for named in _HOST.findall(plain)]
    lies = any(host != named and not host.endswith(f".{named}") for named in others)
    return lies and url not in around
