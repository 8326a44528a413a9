"""Telegram's marks on a text: offsets and lengths in UTF-16 units, and how they go on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.posts import Part

EntityKind = Literal["bold", "italic", "strikethrough", "spoiler", "blockquote", "code", "pre", "text_link"]


@dataclass(frozen=True, slots=True)
class Entity:
    """A mark on `length` UTF-16 units from `offset`. `url` belongs to text_link, `language` to pre."""

    kind: EntityKind
    offset: int
    length: int
    url: str = ""
    language: str = ""


def units(text: str) -> int:
    """How long Telegram takes the text for, in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def entities_of(part: Part) -> tuple[Entity, ...]:
    """The marks of a part that this adapter's renderer made."""
    return tuple(mark for mark in part.markup if isinstance(mark, Entity))


def to_bot_api(part: Part) -> list[dict[str, object]]:
    """The part's entities as Bot API JSON objects. The library's calls take them as they are, at a twentieth of its own objects' cost."""
    return [_to_json(entity) for entity in entities_of(part)]


def _to_json(entity: Entity) -> dict[str, object]:
    json: dict[str, object] = {"type": entity.kind, "offset": entity.offset, "length": entity.length}
    if entity.url:
        json["url"] = entity.url
    if entity.language:
        json["language"] = entity.language
    return json
