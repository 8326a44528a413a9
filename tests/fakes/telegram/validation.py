"""Where the fake gets its opinion of entities: the independent copy of Telegram's rules in tests/telegram, where it is there."""

from __future__ import annotations

import importlib
import importlib.util

from tests.fakes.telegram.entities import units
from tests.fakes.telegram.params import Json


def _bounds(text: str, entities: list[Json]) -> list[str]:
    """The least there is: every entity lies in the text."""
    end = units(text)
    return [
        f"entity {entity} is out of bounds" for entity in entities if not 0 <= entity["offset"] < entity["offset"] + entity["length"] <= end
    ]


problems = _bounds
if importlib.util.find_spec("tests.telegram") and importlib.util.find_spec("tests.telegram.validator"):
    problems = importlib.import_module("tests.telegram.validator").problems
