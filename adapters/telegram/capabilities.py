"""What a place on Telegram can do, as data for the core."""

from __future__ import annotations

from bot.events import Place
from bot.ports import Capabilities

MAX_TEXT = 4096
TYPING_INTERVAL = 4.0
FIRST_WORDS = 1.5


def capabilities_of(place: Place, update_interval: float, username: str) -> Capabilities:
    """`username` is the bot's, empty until Telegram has told it: then there is no link to its private chat yet."""
    private = place.kind == "private" and not place.chat_id.startswith("-")
    return Capabilities(
        max_text=MAX_TEXT,
        streaming=True,
        idempotent_send=False,
        update_interval=update_interval,
        first_words=FIRST_WORDS,
        typing_interval=TYPING_INTERVAL,
        native_edits=True,
        native_deletes=False,
        buttons=True,
        replies=True,
        private="none" if private else "direct",
        private_link=f"https://t.me/{username}?start=private" if username and not private else "",
        exit_word=False,
    )
