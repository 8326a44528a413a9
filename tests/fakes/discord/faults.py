"""What can go wrong on the wire, on purpose: errors before or after the effect, cuts, slowness, silence; counted, and random by a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

from tests.fakes.discord.params import Call
from tests.fakes.discord.refusals import Refusal, limited

_WORDS = {
    10003: "Unknown Channel",
    10008: "Unknown Message",
    10015: "Unknown Webhook",
    10062: "Unknown interaction",
    50001: "Missing Access",
    50007: "Cannot send messages to this user",
    50013: "Missing Permissions",
    50035: "Invalid Form Body",
    50083: "Thread is archived",
}
_STATUS = {401: "401: Unauthorized", 404: "404: Not Found", 500: "500: Internal Server Error", 503: "upstream connect error"}


class What(TypedDict, total=False):
    """What goes wrong, and when."""

    error: int  # answered with this status
    code: int  # ... and this code of Discord's
    message: str  # ... and these words
    retry_after: float  # answered with 429 and these seconds
    everywhere: bool  # ... as the global limit
    html: bool  # answered with an HTML page without Via, as Cloudflare does; 429 when no error is given
    cut: bool  # the TCP connection is reset instead of an answer
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

    where: str
    error: int = 0
    code: int = 0
    message: str = ""
    retry_after: float = 0.0
    everywhere: bool = False
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
        if self.retry_after and not self.html:
            return limited(self.retry_after, everywhere=self.everywhere)
        if self.error:
            return Refusal(self.error, self.code, self.message or _WORDS.get(self.code) or _STATUS.get(self.error, "Error"))
        return None

    def has_effect(self) -> bool:
        """Whether the call is done all the same: when said so, or when only its answer is late."""
        return self.after or (self.slow > 0 and not (self.error or self.retry_after or self.cut or self.hang or self.html))

    def fits(self, call: Call) -> bool:
        """By name ("create message"), by route ("POST /channels/{id}/messages"), or "*" for all."""
        return self.where in ("*", call.name, call.route) and (self.when is None or bool(self.when(call)))


@dataclass(slots=True)
class Faults:
    """The faults in force; the first that fits a call is used up by it."""

    seed: int = 1
    active: list[Fault] = field(default_factory=list)
    known: frozenset[str] = frozenset()
    _random: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._random.seed(self.seed)

    def add(self, where: str = "*", **what: Unpack[What]) -> Fault:
        """Adds a fault to a route; What says what it can be. Once, if `times` does not say else. AssertionError for an unknown route."""
        assert where == "*" or where in self.known, f"{where!r} is no name of a route, which are {sorted(self.known)}"
        fault = Fault(where, **what)
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        self.active.clear()

    def for_call(self, call: Call) -> Fault | None:
        for fault in self.active:
            if not fault.fits(call):
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
