"""Pieces of a line, and the marks among them paired as CommonMark pairs them, and spelled as Discord spells them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["text", "escape", "code", "address", "mention", "newline", "run", "link", "link_end"]

_MARKS: Final = {("*", 1): "*", ("*", 2): "**", ("_", 1): "*", ("_", 2): "**", ("~", 2): "~~"}


@dataclass(slots=True)
class Node:
    """A piece of a line. Of a run of marks `text` is what is left of it as text; `ends` and `begins` are Discord's marks around it."""

    kind: Kind
    text: str
    title: str = ""
    loose: bool = False
    can_open: bool = False
    can_close: bool = False
    length: int = 0
    ends: list[str] = field(default_factory=list)
    begins: list[str] = field(default_factory=list)


def pair(nodes: list[Node], runs: Sequence[int], breaking: Mapping[str, Sequence[int]]) -> None:
    """Pairs the nodes at the places `runs`: CommonMark's way, which never looks for the same opening twice. `breaking` are, for a
    mark's character, the places of nodes around which Discord would not read such a mark."""
    openers: list[int] = []
    bottoms: dict[tuple[str, bool, int], int] = {}
    for place in runs:
        closer = nodes[place]
        while closer.can_close and closer.text:
            key = (closer.text[0], closer.can_open, closer.length % 3)
            at = _opener(nodes, closer, openers, bottoms.get(key, 0))
            if at < 0:
                bottoms[key] = len(openers)
                break
            del openers[at + 1 :]
            _match(nodes, openers, place, breaking)
            for known, bottom in bottoms.items():
                bottoms[known] = min(bottom, len(openers))
        if closer.can_open and closer.text:
            openers.append(place)


def _opener(nodes: list[Node], closer: Node, openers: list[int], bottom: int) -> int:
    for at in range(len(openers) - 1, bottom - 1, -1):
        opener = nodes[openers[at]]
        if opener.text[0] != closer.text[0]:
            continue
        if closer.text[0] == "~" and min(len(opener.text), len(closer.text)) < 2:  # noqa: PLR2004 - a tilde alone is no mark
            continue
        odd = (opener.can_close or closer.can_open) and (opener.length + closer.length) % 3 == 0
        if not odd or opener.length % 3 == closer.length % 3 == 0:
            return at
    return -1


def _match(nodes: list[Node], openers: list[int], place: int, breaking: Mapping[str, Sequence[int]]) -> None:
    """One or two marks of the last opener and of the run at `place` become a pair."""
    opener, closer = nodes[openers[-1]], nodes[place]
    count = min(len(opener.text), len(closer.text), 2)
    mark = _MARKS[opener.text[0], count]
    between = breaking[mark[0]]
    if bisect_right(between, openers[-1]) == bisect_left(between, place):
        opener.begins.append(mark)
        closer.ends.append(mark)
    opener.text, closer.text = opener.text[count:], closer.text[count:]
    if not opener.text:
        openers.pop()
