"""All that is fuzzed, by name, and how many of a hundred thousand inputs each gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.fuzz.commands import Commands
from tests.fuzz.discord import Discord
from tests.fuzz.field import Field
from tests.fuzz.growth import Growth
from tests.fuzz.happenings import Happenings
from tests.fuzz.stream import Stream
from tests.fuzz.telegram import Telegram
from tests.fuzz.terminal import Terminal
from tests.fuzz.updates import Updates

FIELDS: Final[dict[str, tuple[Callable[[], Field[Any]], int]]] = {
    "telegram": (Telegram, 30_000),
    "discord": (Discord, 25_000),
    "terminal": (Terminal, 5_000),
    "stream": (Stream, 15_000),
    "updates": (Updates, 15_000),
    "events": (Happenings, 9_000),
    "commands": (Commands, 900),
    "time": (Growth, 100),
}


def planned(what: str, inputs: int) -> dict[str, int]:
    """How many inputs each field gets: all of them, or its share."""
    if what != "all":
        return {what: inputs}
    return {name: max(1, inputs * share // 100_000) for name, (_, share) in FIELDS.items()}
