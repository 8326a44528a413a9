"""Whether an event is one at all: platforms send other people's data, and what is of another type than it should be must end nothing
(X18)."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Final, Literal, cast, get_args, get_origin, get_type_hints

from bot.events import Event

LONGEST_ID: Final = 1000
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
# Texts that are for people; every other one is an id, which cannot be cleaned, as it would be another one then.
_FOR_PEOPLE: Final = frozenset({"text", "name", "args", "author", "locale", "mime_type"})


def is_sound(event: Event) -> bool:
    """Whether every part of the event has the type that it must have, every time is told with its zone, and every id can be stored."""
    return _fits("", event, type(event))


def _fits(name: str, value: object, wanted: object) -> bool:
    origin, inner = _shape(wanted)
    if origin is Literal:
        return value in inner
    if origin is tuple:
        return type(value) is tuple and all(_fits(name, one, inner[0]) for one in value)
    if inner:  # a union
        return any(_fits(name, value, one) for one in inner)
    if wanted is NoneType:
        return value is None
    if type(value) is not wanted:
        return False
    match value:
        case str():
            return name in _FOR_PEOPLE or (len(value) <= LONGEST_ID and _UNSTORABLE.search(value) is None)
        case datetime():
            return value.tzinfo is not None
        case _ if is_dataclass(value):
            return all(_fits(part, getattr(value, part), kind) for part, kind in _parts(cast(Hashable, wanted)))
        case _:
            return True


@cache
def _shape(wanted: object) -> tuple[object, tuple[object, ...]]:
    return get_origin(wanted), get_args(wanted)


@cache
def _parts(kind: Hashable) -> tuple[tuple[str, object], ...]:
    return tuple(get_type_hints(kind).items())
