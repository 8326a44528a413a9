"""What stands under a message, as the Bot API's JSON: rows of buttons, or a question that opens the person's text field."""

from __future__ import annotations

from adapters.telegram.cleaning import shown_label
from bot.posts import Button, Part

MAX_LABEL = 64
MAX_PLACEHOLDER = 64

Json = dict[str, object]


def keyboard_of(part: Part) -> Json:
    """Telegram takes one kind of keyboard: a question goes before buttons."""
    if part.ask is not None:
        question: Json = {"force_reply": True, "selective": True}
        if label := shown_label(part.ask.label, MAX_PLACEHOLDER):
            question["input_field_placeholder"] = label
        return question
    return {"inline_keyboard": [[_button(button) for button in row] for row in part.buttons if row]}


def _button(button: Button) -> Json:
    label = shown_label(button.label, MAX_LABEL) or "…"
    return {"text": label, "url": button.url} if button.url else {"text": label, "callback_data": button.command}
