"""All that is fuzzed, by name, and how many inputs each gets: so many are asked of each group, and not of all together."""

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

FIELDS: Final[dict[str, Callable[[], Field[Any]]]] = {
    "telegram": Telegram,
    "discord": Discord,
    "terminal": Terminal,
    "stream": Stream,
    "updates": Updates,
    "events": Happenings,
    "commands": Commands,
    "time": Growth,
}
WHOLE: Final = 100_000
GROUPS: Final[tuple[dict[str, int], ...]] = (
    {"telegram": 60_000, "discord": 36_000, "terminal": 4_000},
    {"stream": 100_000},
    {"updates": 76_000, "events": 24_000},
)
"""What is counted together, and which part of WHOLE each gets."""
SLOW: Final = {"commands": 560, "time": 80}
"""Whose inputs are whole conversations, or ever longer texts: few say much, and many would take the time of all others."""


def planned(what: str, inputs: int) -> dict[str, int]:
    """How many inputs each field gets: all of them where it stands alone, else its part of what each group gets."""
    if what != "all":
        return {what: inputs}
    shares = {name: share for group in (*GROUPS, SLOW) for name, share in group.items()}
    return {name: max(1, inputs * shares[name] // WHOLE) for name in FIELDS}
