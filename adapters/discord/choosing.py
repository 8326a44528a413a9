"""Autocomplete: what the core suggests, as Discord takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.commands.catalog import OptionKind
from bot.posts import Choice

MOST: Final = 25
LONGEST: Final = 100
_LARGEST: Final = 2**53
"""Discord keeps whole numbers between -2^53 and 2^53."""

Json = dict[str, object]


def choices(kind: OptionKind, suggested: Sequence[Choice]) -> list[Json]:
    """At most 25, each once, with values of the option's type; what does not fit is left out."""
    found: dict[str, Json] = {}
    for choice in suggested:
        name, value = choice.label.strip()[:LONGEST].rstrip(), _value(kind, choice.value)
        if name and value is not None and name not in found:
            found[name] = {"name": name, "value": value}
    return list(found.values())[:MOST]


def _value(kind: OptionKind, value: str) -> str | int | None:
    if kind not in ("message", "number"):
        return value if 0 < len(value) <= LONGEST else None
    if not value.isascii() or not value.isdigit() or len(value) > len(str(_LARGEST)):
        return None
    return int(value)
