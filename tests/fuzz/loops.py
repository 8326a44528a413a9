"""The event loop of a fuzzing process: one for all inputs, since a fresh one costs more than most of them."""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Coroutine
from functools import cache
from typing import TypeVar

T = TypeVar("T")


def completed(work: Coroutine[object, object, T]) -> T:
    """Runs the work to its end."""
    return _loop().run_until_complete(work)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    made = asyncio.new_event_loop()
    atexit.register(made.close)
    return made
