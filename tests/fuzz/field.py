"""What is fuzzed, as a pair of a generator and a judge, and one run of it: every input has a number, and is made from it and a seed
alone."""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Final, Protocol, TypeVar

T = TypeVar("T")

ROOT: Final = Path(__file__).parents[2]
BUDGET: Final = 2.0
"""Seconds of CPU for one input, judging included. No ordinary input takes a hundredth of it."""
MOST_KINDS: Final = 20


class Field(Protocol[T]):
    """A part of the product that is fuzzed."""

    name: str

    def make(self, chance: Random) -> T:
        """An input."""

    def judge(self, case: T) -> list[str]:
        """What is wrong with what the product makes of it. The words up to the first colon say of which kind it is. An exception is a
        problem as well."""

    def smaller(self, case: T) -> Iterator[T]:
        """Inputs that are like this one, and smaller; the smallest first."""

    def show(self, case: T) -> str:
        """The input, to be read and to be put into a test."""


class OutOfTime(BaseException):
    """An input took more CPU than it may. No Exception, so that nothing under test takes it for its own."""


class Unjudged(Exception):
    """The product was in time, but whoever judges it was not: nothing is known."""


@dataclass(frozen=True, slots=True)
class Found:
    """A problem: with which input, and what it is."""

    number: int
    problems: tuple[str, ...]

    @property
    def kind(self) -> str:
        return kind_of(self.problems)


@dataclass(slots=True)
class Outcome:
    """What a run has found: the first input of each kind of problem, how many had one, and how many could not be judged."""

    inputs: int = 0
    bad: int = 0
    unjudged: int = 0
    seconds: float = 0.0
    found: dict[str, Found] = field(default_factory=dict)

    def add(self, other: Outcome) -> None:
        self.inputs += other.inputs
        self.bad += other.bad
        self.unjudged += other.unjudged
        self.seconds += other.seconds
        for kind, found in other.found.items():
            self.found.setdefault(kind, found)


def chance_for(name: str, seed: int, number: int) -> Random:
    """The source of all that is random about one input."""
    return Random(f"{name} {seed} {number}")  # noqa: S311 - the same at every run


def run(what: Field[T], seed: int, numbers: Iterable[int]) -> Outcome:
    """Makes and judges the inputs of these numbers."""
    outcome, began = Outcome(), time.process_time()
    for number in numbers:
        outcome.inputs += 1
        try:
            problems = judged(what, what.make(chance_for(what.name, seed, number)))
        except Unjudged:
            outcome.unjudged += 1
            continue
        if problems:
            outcome.bad += 1
            found = Found(number, tuple(problems))
            outcome.found.setdefault(found.kind, found)
            if len(outcome.found) >= MOST_KINDS:
                break
    outcome.seconds = time.process_time() - began
    return outcome


def judged(what: Field[T], case: T, budget: float = BUDGET) -> list[str]:
    """The problems of one input; what is raised, and what takes too long, is one."""
    try:
        with limited(budget):
            return what.judge(case)
    except OutOfTime:
        return [f"slow: more than {budget:.0f} s"]
    except Unjudged:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return [f"raised {type(error).__name__} in {_where(error)}: {str(error)[:300]}"]


def kind_of(problems: Iterable[str]) -> str:
    """Problems of one kind most often have one cause. Numbers are no part of it."""
    first = next(iter(problems), "").partition(":")[0]
    return "".join("#" if character.isdigit() else character for character in first)


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises OutOfTime in whatever runs longer, in seconds of CPU."""

    def over(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _where(error: Exception) -> str:
    """The innermost place of the project."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(ROOT) and "tests" not in path.relative_to(ROOT).parts:
            return f"{path.relative_to(ROOT)} {frame.name}"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name} {last.name}"
