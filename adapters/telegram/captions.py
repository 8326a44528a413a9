"""Files and the words beside them: Telegram takes fewer words there than in a message of its own."""

from __future__ import annotations

from dataclasses import replace

from adapters.telegram.cleaning import shown_label
from adapters.telegram.entities import units
from bot.posts import Part

MAX_CAPTION = 1024


def fits(text: str) -> bool:
    return units(text) <= MAX_CAPTION


def with_room_for_files(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """A file beside more words than that gets a message of its own, after them."""
    last = parts[-1]
    if last.file is None or fits(last.text):
        return parts
    words = replace(last, buttons=(), file=None, ask=None)
    return (
        *parts[:-1],
        words,
        Part(last.end, last.end, shown_label(last.file.name, MAX_CAPTION // 2) or "…", (), last.buttons, last.file, last.ask),
    )
