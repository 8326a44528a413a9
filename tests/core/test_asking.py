"""What is asked of the model again, how often and after how long (M3, M4, M9, M13, M17 to M19), by a table."""

from __future__ import annotations

import pytest

from bot.errors import ModelError, ModelErrorKind
from bot.ports import ChatMessage, ModelOptions
from bot.sessions.asking import Answer, Asking
from bot.sessions.context import Built
from tests.core.virtual import VirtualClock
from tests.fakes.scripted_model import ScriptedModel


class Waits(VirtualClock):
    """Waits for nothing, and remembers what it should have waited for."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


class Asked:
    def __init__(self) -> None:
        self.model, self.clock = ScriptedModel(), Waits()
        self.grown: list[str] = []
        self.parts: list[float] = []
        self.asking = Asking(self.model, self.clock, ModelOptions("m", 0.7, 100), self.grown.append)

    async def answer(self) -> Answer:
        return await self.asking.answer(self._build)

    async def _build(self, part: float) -> Built:
        self.parts.append(part)
        return Built((ChatMessage("user", "hello"),), 10)


@pytest.fixture
def asked() -> Asked:
    return Asked()


async def test_a_whole_answer_is_asked_for_once(asked: Asked) -> None:
    asked.model.says("one two")
    answer = await asked.answer()
    assert (answer.text, asked.grown, asked.clock.waited) == ("one two", ["one ", "one two"], [])


@pytest.mark.parametrize(
    ("kind", "retry_after", "waited"),
    [
        ("unreachable", None, [1.0, 3.0]),
        ("malformed", None, [1.0, 3.0]),
        ("empty", None, [1.0, 3.0]),
        ("overloaded", None, [1.0, 3.0]),
        ("interrupted", None, [1.0, 3.0]),
        ("rate_limited", None, [1.0, 3.0]),
        ("rate_limited", 2.0, [2.0, 2.0]),  # M17
        ("rate_limited", 60.0, [60.0, 60.0]),
        ("rate_limited", 600.0, []),  # M18
        ("timeout", None, []),
        ("filtered", None, []),
        ("refused", None, []),
        ("unpaid", None, []),
        ("no_such_model", None, []),
        ("bad_request", None, []),
    ],
)
async def test_m17_m18_m19_before_a_word(asked: Asked, kind: ModelErrorKind, retry_after: float | None, waited: list[float]) -> None:
    for _ in range(5):
        asked.model.says(error=ModelError(kind, retry_after=retry_after))
    with pytest.raises(ModelError) as failed:
        await asked.answer()
    assert failed.value.kind == kind
    assert asked.clock.waited == waited
    assert len(asked.model.requests) == len(waited) + 1


async def test_the_third_try_may_succeed(asked: Asked) -> None:
    asked.model.says(error=ModelError("overloaded"))
    asked.model.says(error=ModelError("unreachable"))
    asked.model.says("at last")
    assert (await asked.answer()).text == "at last"


@pytest.mark.parametrize(
    ("kind", "calls"),
    [("interrupted", 2), ("malformed", 2), ("timeout", 2), ("overloaded", 1), ("filtered", 1), ("rate_limited", 1)],
)
async def test_m3_cut_in_the_middle_is_tried_once_more(asked: Asked, kind: ModelErrorKind, calls: int) -> None:
    for number in range(3):
        asked.model.says(f"half {number}", error=ModelError(kind))
    with pytest.raises(ModelError):
        await asked.answer()
    assert len(asked.model.requests) == calls
    assert asked.asking.text == f"half {calls - 1}"


async def test_m3_the_second_try_begins_anew(asked: Asked) -> None:
    asked.model.says("half an", error=ModelError("interrupted"))
    asked.model.says("a whole")
    assert (await asked.answer()).text == "a whole"
    assert asked.grown == ["half ", "half an", "a ", "a whole"]


async def test_m13_a_context_too_long_is_shortened_twice(asked: Asked) -> None:
    for _ in range(4):
        asked.model.says(error=ModelError("context_too_long"))
    with pytest.raises(ModelError) as failed:
        await asked.answer()
    assert failed.value.kind == "context_too_long"
    assert asked.parts == pytest.approx([1.0, 2 / 3, 4 / 9])
    assert asked.clock.waited == []


async def test_m13_shortening_and_trouble_are_counted_apart(asked: Asked) -> None:
    for kind in ("overloaded", "context_too_long", "overloaded"):
        asked.model.says(error=ModelError(kind))
    asked.model.says("well")
    assert (await asked.answer()).text == "well"
    assert asked.parts == pytest.approx([1.0, 1.0, 2 / 3, 2 / 3])
