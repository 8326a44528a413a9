"""JSON that was other people's: parts taken away, doubled, moved, or of another type than one thinks."""

from __future__ import annotations

import copy
from random import Random
from typing import Final

from tests.fuzz import alphabet

Json = object

STRANGE: Final[tuple[object, ...]] = (
    None, True, False, 0, 1, -1, 2**31, -(2**63), 2**64, 10**30, 0.5, -0.0, 1e300, float("nan"), float("inf"), "", " ", "0", "-1",
    "x", "null",
    "1" * 400, "x" * 5000, [], {}, [None], [[]], {"": None}, [{}], {"id": 1}, {"id": "x"}, "\ud800", "\x00", "a\x00b\udfff", "١٢٣",
    "²", "1e3",
    "2026-11-21T12:00:00+00:00", "9999-99-99", "/new", "/edit 1 x", "/", "/\ud800", "@parley_bot", *alphabet.EMOJI[:3],
    *alphabet.MENTIONS[:6],
)  # fmt: skip
SIZES: Final = (1, 1, 2, 3, 6)


def twisted(root: Json, chance: Random, donors: tuple[Json, ...]) -> Json:
    """A copy with a few changes, anywhere."""
    box: dict[str, object] = {"root": copy.deepcopy(root)}
    for _ in range(chance.choice(SIZES)):
        places = list(_places(box))
        where, key = chance.choice(places)
        match chance.randrange(7):
            case 0:
                _remove(where, key, box)
            case 1 | 2:
                _put(where, key, copy.deepcopy(chance.choice(STRANGE)))
            case 3:
                _put(where, key, copy.deepcopy(_value(*chance.choice(places))))
            case 4:
                donor = list(_places({"root": chance.choice(donors)}))
                _put(where, key, copy.deepcopy(_value(*chance.choice(donor))))
            case 5:
                _put(where, key, chance.choice(([_value(where, key)], {"id": _value(where, key)}, str(_value(where, key)))))
            case _:
                _retype(where, key, chance)
    return box.get("root")


def _places(value: Json) -> list[tuple[object, object]]:
    """Every place of the tree, as where it is and under which key."""
    found: list[tuple[object, object]] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        inner = list(one.items()) if isinstance(one, dict) else list(enumerate(one)) if isinstance(one, list) else []
        found += [(one, key) for key, _ in inner]
        waiting += [value for _, value in inner]
    return found


def _value(where: object, key: object) -> object:
    match where:
        case dict():
            return where.get(key)
        case list() if isinstance(key, int) and key < len(where):
            return where[key]
        case _:
            return None


def _put(where: object, key: object, value: object) -> None:
    match where:
        case dict():
            where[key] = value
        case list() if isinstance(key, int) and key < len(where):
            where[key] = value


def _remove(where: object, key: object, box: dict[str, object]) -> None:
    if isinstance(where, dict) and where is not box:
        where.pop(key, None)
    elif isinstance(where, list) and isinstance(key, int) and key < len(where):
        del where[key]


def _retype(where: object, key: object, chance: Random) -> None:
    """The same value as another type would have it, or a little off."""
    value = _value(where, key)
    match value:
        case bool() | None:
            _put(where, key, chance.choice(("true", 1, "None")))
        case int():
            _put(where, key, chance.choice((str(value), float(value % 10**9), -value, value + 1, 0, value * 10**12)))
        case str():
            odd = chance.choice((*alphabet.ODD, *alphabet.MARKS, *alphabet.MENTIONS))
            place = chance.randrange(len(value) + 1)
            _put(where, key, chance.choice((value[:place] + odd + value[place:], value * 300, value[:place], value.upper(), [value])))
        case _:
            _put(where, key, chance.choice((None, [], {}, "", 0)))
