"""What can go wrong on the wire, on purpose: errors before or after the effect, cuts, slowness, silence; counted, and random by a seed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

from tests.fakes.telegram.refusals import Refusal, flood
from tests.fakes.telegram.updates import Trouble
from tests.fakes.telegram.world import Call

POST = "webhook post"
"""The name by which faults befall what Telegram posts to a webhook: before it arrives, or `after`; then `slow` is when it is given up."""

_WORDS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


class What(TypedDict, total=False):
    """What goes wrong, and when."""

    error: int  # answered with this code
    description: str  # ... and these words
    retry_after: int  # answered with 429 and these seconds
    html: bool  # answered with a gateway's HTML page
    cut: bool  # the connection is cut instead of an answer
    hang: bool  # no answer ever
    slow: float  # seconds that the answer comes late; the effect is there at once
    after: bool  # the effect stands, although the answer is an error, a cut, or none
    times: int | None  # how often; None for ever
    chance: float  # of each fitting call, 0 to 1
    when: Callable[[Call], object]  # such calls only
    skip: int  # the first so many fitting calls pass


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong, as What says; `hits` counts how often it did."""

    method: str
    error: int = 0
    description: str = ""
    retry_after: int = 0
    after: bool = False
    cut: bool = False
    hang: bool = False
    html: bool = False
    slow: float = 0.0
    times: int | None = 1
    chance: float = 1.0
    when: Callable[[Call], object] | None = None
    skip: int = 0
    hits: int = 0

    def refusal(self) -> Refusal | None:
        """What the caller is told, if it is told anything."""
        if self.retry_after:
            return flood(self.retry_after)
        if self.error:
            return Refusal(self.error, self.description or _WORDS.get(self.error, "Error"))
        return None


@dataclass(slots=True)
class Faults:
    """The faults in force; the first that fits a call is used up by it."""

    seed: int = 1
    active: list[Fault] = field(default_factory=list)
    _random: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._random.seed(self.seed)

    def add(self, method: str = "*", **what: Unpack[What]) -> Fault:
        """Adds a fault to `method` ("*": all but getUpdates and POST); What says what it can be. Once, if `times` does not say else."""
        fault = Fault(method, **what)
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        self.active.clear()

    def for_post(self) -> Trouble | None:
        fault = self.for_call(Call(POST, {}, time.monotonic()))
        return Trouble(fault.after, fault.slow) if fault is not None else None

    def for_call(self, call: Call) -> Fault | None:
        for fault in self.active:
            if not _fits(fault, call):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.chance < 1 and self._random.random() >= fault.chance:
                continue
            fault.hits += 1
            if fault.times is not None and fault.hits >= fault.times:
                self.active.remove(fault)
            return fault
        return None


def _fits(fault: Fault, call: Call) -> bool:
    if fault.method == "*":
        if call.method in ("getUpdates", POST):
            return False
    elif fault.method.lower() != call.method.lower():
        return False
    return fault.when is None or bool(fault.when(call))
