"""A question for text as a form: the form's id is the command that its answer goes to."""

from __future__ import annotations

from typing import Final

from adapters.discord.forms import Json
from bot.posts import Ask

LABEL, TEXT_INPUT, PARAGRAPH = 18, 4, 2
MAX_TITLE, MAX_INPUT, MAX_INPUTS, MAX_ID = 45, 4000, 5, 100


def modal_of(ask: Ask) -> Json:
    """Fields of 4,000 characters, as many as the text takes that stands in them; where five do not hold it, one that is empty."""
    pieces = [ask.prefill[at : at + MAX_INPUT] for at in range(0, len(ask.prefill), MAX_INPUT)] or [""]
    if len(pieces) > MAX_INPUTS:
        pieces = [""]
    title = _cut(ask.label)
    return {"custom_id": ask.command[:MAX_ID], "title": title, "components": [_field(title, *one) for one in enumerate(pieces)]}


def _field(title: str, number: int, value: str) -> Json:
    field: Json = {"type": TEXT_INPUT, "custom_id": f"text{number}", "style": PARAGRAPH, "max_length": MAX_INPUT, "required": number == 0}
    if value:
        field["value"] = value
    label = title if not number else _cut(f"{title[: MAX_TITLE - 4]} ({number + 1})")
    return {"type": LABEL, "label": label, "component": field}


_ELLIPSIS: Final = "…"


def _cut(text: str) -> str:
    text = " ".join(text.split()) or _ELLIPSIS
    return text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1] + _ELLIPSIS
