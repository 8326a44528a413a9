"""What a place on Discord can do, as data."""

from __future__ import annotations

from typing import Final

from bot.events import Place
from bot.ports import Capabilities

MAX_TEXT: Final = 2000


def capabilities_of(place: Place, interval: float) -> Capabilities:
    """In a direct message with the bot everything is private already."""
    return Capabilities(
        max_text=MAX_TEXT,
        streaming=True,
        idempotent_send=True,
        update_interval=interval,
        first_words=1.5,
        typing_interval=8.0,
        native_edits=True,
        native_deletes=True,
        buttons=True,
        replies=True,
        private="none" if place.kind == "private" else "ephemeral",
        commands_seen=False,
    )
