"""What must be true of any event that reaches the core, whatever the platform sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Final

from bot.events import Attachment, Author, Event, MessageRef, Place
from bot.sessions.cleaning import LONGEST_NAME, LONGEST_TEXT, clean
from bot.sessions.soundness import is_sound

LONGEST_ID: Final = 1000
LONGEST_FETCH: Final = 4000
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def event_problems(event: Event, ids: re.Pattern[str]) -> list[str]:
    """What is wrong with an event, as the core has it once it has cleaned it. `ids` is what the platform's ids look like. What is not
    sound the core leaves out."""
    if not is_sound(event):
        return []
    return list(_problems(type(event).__name__, clean(event), ids))


def _problems(name: str, value: object, ids: re.Pattern[str]) -> Iterator[str]:  # noqa: C901, PLR0912 - one case for each type
    match value:
        case Place():
            wrong = [part for part in (value.chat_id, value.thread_id) if part and not _fits(part, ids)]
            if wrong or not value.chat_id or value.kind not in ("private", "group"):
                yield f"place: {value!r:.300}"
        case MessageRef():
            yield from _problems(name, value.place, ids)
            if not _is_text(value.message_id, LONGEST_ID) or not value.message_id:
                yield f"message id: {value.message_id!r:.300}"
        case Author():
            flags = isinstance(value.is_admin, bool) and isinstance(value.is_bot, bool)
            names = (
                _is_text(value.name, LONGEST_NAME)
                and _is_text(value.locale, LONGEST_NAME)
                and all(_fits(role, ids) for role in value.roles)
            )
            if not flags or not names or not _fits(value.id, ids):
                yield f"author: {value!r:.300}"
        case Attachment():
            texts = all(_is_text(text, LONGEST_ID) for text in (value.kind, value.mime_type, value.name))
            if not texts or type(value.size) is not int or value.size < 0 or not _is_text(value.fetch_id, LONGEST_FETCH):
                yield f"attachment: {value!r:.300}"
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from _problems(field.name, getattr(value, field.name), ids)
        case tuple():
            for one in value:
                yield from _problems(name, one, ids)
        case datetime():
            if value.tzinfo is None:
                yield f"time: {value!r}"
        case str():
            if not _is_text(value, LONGEST_ID if name == "key" else LONGEST_TEXT):
                yield f"text in {name}: {value!r:.300}"
        case bool() | None:
            pass
        case _:
            yield f"type of {name}: {value!r:.300}"


def _fits(value: object, ids: re.Pattern[str]) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_ID and ids.fullmatch(value) is not None


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most and _UNSTORABLE.search(value) is None
