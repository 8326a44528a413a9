"""Entities as Telegram finds them in what people write, and the trimming of what bots send: offsets are UTF-16 units."""

from __future__ import annotations

import re

from tests.fakes.telegram.params import Json

_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/@<])/[a-zA-Z0-9_]{1,32}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)])"
    r"|(?P<mention>(?<![\w@/])@[a-zA-Z][a-zA-Z0-9_]{2,31}(?!\w))"
    r"|(?P<hashtag>(?<![\w#])#\w*[^\W\d]\w*)"
)


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def found_entities(text: str) -> list[Json]:
    """Commands, links, mentions and hashtags of a text, in order."""
    entities: list[Json] = []
    for match in _FOUND.finditer(text):
        assert match.lastgroup is not None
        entities.append({"type": match.lastgroup, "offset": units(text[: match.start()]), "length": units(match.group())})
    return entities


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text as Telegram stores it: no blanks at its end, none at its beginning before the first entity; entities follow."""
    text = text.replace("\r", "").replace("\x00", " ")
    first = min((entity["offset"] for entity in entities), default=len(text) + 1)
    cut = 0
    while cut < min(len(text), first) and text[cut] in " \n\t":
        cut += 1
    text = text[cut:].rstrip(" \n\t")
    if not entities:
        return text, entities
    end = units(text)
    moved = [{**entity, "offset": entity["offset"] - cut} for entity in entities]
    return text, [{**entity, "length": min(entity["length"], end - entity["offset"])} for entity in moved if entity["offset"] < end]
