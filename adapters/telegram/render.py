"""Markdown to Telegram: a text with entities, cut into posts that Telegram takes as they are."""

from __future__ import annotations

from typing import Final

from adapters.telegram.entities import units
from bot.messages import Content, Part
from bot.replies.split import cut, reach

MAX_UNITS: Final = 4096
PLACEHOLDER: Final = "…"


def render(content: Content) -> tuple[Part, ...]:
    """The posts that show the content: at least one, none of them blank, each within Telegram's limits."""
    text = content.text.strip() or PLACEHOLDER
    parts: list[Part] = []
    start = 0
    while start < len(text):
        end = cut(text, start, reach(text, start, MAX_UNITS, units))
        if shown := text[start:end].strip():
            parts.append(Part(start, end, shown))
        start = end
    last = parts.pop()
    parts.append(Part(last.start, last.end, last.text, last.markup, content.buttons, content.file, content.ask))
    return tuple(parts)
