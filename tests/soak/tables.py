"""Everything in the program that can hold more and more: the containers that can be reached from its parts, each by a path of names."""

from __future__ import annotations

import functools
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sized
from itertools import islice

OURS = ("bot", "adapters", "storage")
LOOKED_INTO = frozenset({*OURS, "discord", "telegram", "aiohttp", "openai", "httpx2", "aiosqlite", "tests"})
CONTAINERS = (dict, list, set, deque)
LOOKED_AT = 25
"""Elements of a container that are looked into; all of a container with a thousand would hold up the loop that is measured."""
DEEPEST = 12


def sizes(roots: Mapping[str, object]) -> dict[str, int]:
    """How much each container holds. Containers of the same name inside of one container are added up."""
    found: Counter[str] = Counter()
    seen: set[int] = set()
    for name, root in roots.items():
        _walk(root, name, found, seen, 0)
    return dict(found)


def _walk(thing: object, path: str, found: Counter[str], seen: set[int], depth: int) -> None:
    if depth > DEEPEST or id(thing) in seen:
        return
    if isinstance(thing, CONTAINERS):
        seen.add(id(thing))
        found[path] += len(thing)
        for one in islice(_elements(thing), LOOKED_AT):
            _walk(one, f"{path}[]", found, seen, depth + 1)
    elif _is_looked_into(thing):
        seen.add(id(thing))
        owner = type(thing).__name__
        for name, value in _attributes(thing):
            _walk(value, f"{owner}.{name}", found, seen, depth + 1)


def _elements(container: Sized) -> Iterable[object]:
    return container.values() if isinstance(container, dict) else list(container)  # type: ignore[call-overload]


def _is_looked_into(thing: object) -> bool:
    return not isinstance(thing, type) and type(thing).__module__.partition(".")[0] in LOOKED_INTO


def _attributes(thing: object) -> Iterator[tuple[str, object]]:
    yield from list(getattr(thing, "__dict__", {}).items())
    for kind in type(thing).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if not name.startswith("__") and (value := getattr(thing, name, None)) is not None:
                yield name, value


def caches() -> dict[str, int]:
    """What functions of the program remember of their arguments."""
    found: dict[str, int] = {}
    for module, name, value in _globals():
        if isinstance(value, functools._lru_cache_wrapper):
            found[f"{module}:{name}()"] = value.cache_info().currsize
    return found


def module_tables() -> dict[str, int]:
    """Containers that the program's modules hold themselves."""
    return {f"{module}:{name}": len(value) for module, name, value in _globals() if isinstance(value, CONTAINERS)}


def _globals() -> Iterator[tuple[str, str, object]]:
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] in OURS:
            for name, value in list(vars(module).items()):
                if not name.startswith("__"):
                    yield module_name, name, value
