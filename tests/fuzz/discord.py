"""Discord's renderer: whatever the text, every message is taken, pings nobody, shows all of it, and shows it alike however it was cut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from random import Random
from typing import Final

from adapters.discord.blocks import BlockWriter
from adapters.discord.escaping import clean
from adapters.discord.forms import Json
from adapters.discord.payloads import shown
from adapters.discord.render import render
from bot.posts import Content, Part
from tests.discord.validator import Seen, payload_problems, read
from tests.fuzz.contents import nasty_content, smaller_contents
from tests.fuzz.field import OutOfTime, Unjudged, limited
from tests.fuzz.reading_back import hidden_address, lost_problems, range_problems
from tests.telegram.visible import is_shown

Render = Callable[[Content], tuple[Part, ...]]
Payload = Callable[[Part], Json]
_UNSEEN: Final = re.compile("[\\s›#\u034f\ufe0e\ufe0f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc]")
JUDGING = 1.0
"""Seconds of CPU for the reading of what was rendered: its expressions are the platform's, and some are slow."""


class Discord:
    """`render` and `payload` are what is tried."""

    name = "discord"

    def __init__(self, render: Render = render, payload: Payload = shown) -> None:
        self._render = render
        self._payload = payload

    def make(self, chance: Random) -> Content:
        return nasty_content(chance)

    def smaller(self, case: Content) -> Iterator[Content]:
        return smaller_contents(case)

    def show(self, case: Content) -> str:
        return repr(case)

    def judge(self, case: Content) -> list[str]:
        parts = self._render(case)
        try:
            with limited(JUDGING):
                return _judge(case, parts, self._payload)
        except OutOfTime:
            raise Unjudged from None


def _judge(case: Content, parts: Sequence[Part], payload: Payload) -> list[str]:
    found = [problem for part in parts for problem in payload_problems(payload(part))]
    found += range_problems(case.text, parts)
    if found:
        return found
    seen = [read(part.text) for part in parts]
    full = "\n".join(one.full for one in seen)
    found += lost_problems(case.text, full, is_shown((one.full, []) for one in seen))
    found += [problem for one in seen for problem in _links(one, full)]
    return found + (_cut_problems(case, seen) if len(parts) > 1 else [])


def _links(seen: Seen, full: str) -> Iterator[str]:
    for kind, *inner in seen.marks:
        if kind == "link" and hidden_address(inner[0], inner[1], full.replace(f" {inner[1]} ", " ")):
            yield f"lying link: {inner[0]!r} leads to {inner[1]!r}"


def _cut_problems(case: Content, seen: Sequence[Seen]) -> list[str]:
    """What a reader sees of the messages is what one would see of them in one piece."""
    written = BlockWriter(clean(case.text)).write().text
    whole, together = _bare(read(written).text), _bare("".join(one.text for one in seen))
    if not whole or whole == together:  # of marks alone nothing would be seen: then the text is shown to the letter
        return []
    place = next((at for at, (a, b) in enumerate(zip(whole, together, strict=False)) if a != b), min(len(whole), len(together)))
    near = slice(max(0, place - 20), place + 20)
    return [f"cut: {whole[near]!r} became {together[near]!r}"]


def _bare(text: str) -> str:
    """Without white space, which is left out at a cut, what shows nothing, and the sign of a quote in a quote, which goes on with it. Of a
    title that is longer than a message Discord drops a `#` at its end."""
    return "".join(filter(_is_seen, _UNSEEN.sub("", text)))


@cache
def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf")
