"""Components of messages and forms as trees: every piece of one, and how a row of them reads."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fakes.discord.refusals import Json

BUTTON, SELECTS = 2, (3, 5, 6, 7, 8)


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component of a tree, the outer one first."""
    for piece in components:
        yield piece
        yield from walk(piece.get("components", []))
        if "component" in piece:
            yield from walk([piece["component"]])
        if "accessory" in piece:
            yield from walk([piece["accessory"]])


def shown(row: Json) -> str:
    """A row of buttons, a select or a text, to be read."""
    parts = []
    for piece in walk([row]):
        if piece["type"] == BUTTON:
            parts.append(f"[{piece.get('label', '')}{' (off)' if piece.get('disabled') else ''}]")
        elif piece["type"] in SELECTS:
            parts.append(f"<{piece.get('placeholder') or 'choose'}: {', '.join(option['label'] for option in piece.get('options', ()))}>")
        elif "content" in piece:
            parts.append(str(piece["content"]))
    return " ".join(parts)
