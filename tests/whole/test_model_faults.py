"""Every row M of the list of faults through the whole house to the eyes: a whole answer, or a line and a Retry that works."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.models.patience import Deadlines
from bot.models.reader import Limits
from bot.models.steady import ENOUGH, LEFT_ALONE, look_at
from bot.ports import ChatMessage
from bot.replies import texts
from tests.fakes.openai_faults import FAULTS, Fault
from tests.fakes.openai_script import Json, Reply, Step
from tests.fakes.openai_server import FakeOpenAI, prompts
from tests.fakes.telegram import Chat, FakeTelegram, Message, Person
from tests.models.conftest import AMPLE, FixedClock, deadlines_for
from tests.whole.house import House, Plan, QuickClock, parley

THEIRS = re.compile(r"sk-canary|boom|secret|Bad gateway|Incorrect|Insufficient|You exceeded|The model `|DOCTYPE|maximum context|Slow down")
"""Words of the servers, and the key."""
ROWS = [
    "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11", "m12", "m13", "m14", "m15", "m16", "m17", "m18", "m19", "m20",
    "m21", "m22", "m23", "m24", "m25", "m26",
]  # fmt: skip


class Sickbed:
    """A server that does to each asker what their first words name, until it is well. It is waited for no longer than it takes."""

    def __init__(self) -> None:
        self.well = False
        self.asked: dict[str, list[list[str]]] = defaultdict(list)

    def answer(self, body: Json) -> Step:
        said = prompts(body)[1:]
        name = said[0].split()[0]
        self.asked[name].append(said)
        return Reply() if self.well else FAULTS[name].step

    def deadlines(self, messages: Sequence[ChatMessage]) -> Deadlines:
        named = "" if self.well else messages[-1].text
        return deadlines_for(FAULTS[named]) if named in FAULTS else AMPLE


@pytest.fixture
def bed() -> Sickbed:
    return Sickbed()


@pytest.fixture
async def house(tmp_path: Path, request: pytest.FixtureRequest, bed: Sickbed) -> AsyncIterator[House]:
    longest = 30_000 if "m21" in request.node.name else 600_000
    by_the_minute = "once_a_minute" in request.node.name  # which must not pass by itself on a busy machine
    clock, reading = QuickClock(1.0 if by_the_minute else 100.0), Limits(characters=longest)
    plan = Plan(clock=clock, dates=FixedClock(), deadlines=bed.deadlines, reading=reading)
    async with FakeTelegram() as telegram, FakeOpenAI() as openai, parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        yield house
        assert telegram.violations == []


class Patient:
    """Somebody who meets one fault."""

    def __init__(self, house: House, number: int, name: str, fault: Fault) -> None:
        self.name, self.fault = name, fault
        self.person: Person = house.telegram.person(2000 + number, "Pat")
        self.chat: Chat = house.telegram.private_chat(self.person)
        self.line = texts.model_failure(fault.kind, fault.retry_after) if fault.kind else ""  # type: ignore[arg-type]

    @property
    def mark(self) -> str:
        """What is said beside an answer that is whole as far as it goes."""
        return texts.HELD_BACK_MARK.strip("*") if self.name in ("m11_filtered_in_the_middle", "m11_azure_filter") else ""

    async def says(self, text: str) -> None:
        await self.person.says(self.chat, text)

    @property
    def shown(self) -> str:
        return " ".join(" ".join(self.chat.texts).split())

    def sees_the_fault(self) -> None:
        """All of the answer that there is, then the line if it is not whole."""
        if self.fault.text is not None:
            assert self.shown == " ".join(f"{self.fault.text} {self.line or self.mark}".split()), self.name
        assert self.shown.endswith(self.line), self.name
        assert "Retry" in self.chat.last.labels()
        for post in self.chat.from_bot:
            assert not any(THEIRS.search(text) for _, text in post.history), self.name

    def sees_the_answer(self, before: list[Message]) -> None:
        """Whole, on the first of the posts that were there."""
        assert self.chat.texts == [f"You said: {self.name}"], self.name
        assert self.chat.last is before[0]


@pytest.mark.parametrize("row", ROWS)
async def test_the_answer_is_whole_or_one_line_with_a_retry_that_works(row: str, house: House, bed: Sickbed, logged: io.StringIO) -> None:
    faults = {name: fault for name, fault in FAULTS.items() if name.startswith(f"{row}_")}
    house.openai.always = bed.answer
    patients = [Patient(house, number, name, fault) for number, (name, fault) in enumerate(faults.items())]
    for patient in patients:
        await patient.says(patient.name)
    await house.settle()
    for patient in patients:
        patient.sees_the_fault()
    bed.well = True
    house.core._desk.clock.skipped += LEFT_ALONE  # type: ignore[attr-defined]
    sick = [patient for patient in patients if patient.fault.kind]
    before = {patient.name: patient.chat.from_bot for patient in sick}
    for patient in sick:
        await patient.person.presses(patient.chat.last, "Retry")
    await house.settle()
    for patient in sick:
        patient.sees_the_answer(before[patient.name])
        assert bed.asked[patient.name][-1] == [patient.name], "what failed is in no context"
    assert not THEIRS.search(logged.getvalue())
    assert not any(name in logged.getvalue() for name in faults), "nor is what a person said in the log"


@pytest.mark.parametrize("name", ["m1_nothing_comes", "m3_cut_by_fin", "m9_empty_answer", "m14_bad_key", "m18_long_wait", "m25_tool_calls"])
async def test_a_failed_answer_is_not_in_the_next_context(name: str, house: House, bed: Sickbed) -> None:
    house.openai.always = bed.answer
    patient = Patient(house, 0, name, FAULTS[name])
    await patient.says(name)
    await house.settle()
    bed.well = True
    house.core._desk.clock.skipped += LEFT_ALONE  # type: ignore[attr-defined]
    await patient.says("and now?")
    await house.settle()
    assert bed.asked[name][-1] == [f"{name}\n\nand now?"]
    assert patient.chat.last.text == f"You said: {name}\n\nand now?"


async def test_m2_a_slow_first_word_has_signs_of_life(house: House) -> None:
    house.openai.script(Reply("Late but whole", first_token_after=0.25))
    await house.ann.says(house.chat, "one")
    await house.settle()
    (answer,) = house.chat.from_bot
    assert answer.text == "Late but whole"
    assert f"{texts.STILL_THINKING} {texts.WAITING}" in [text for _, text in answer.history]
    assert len(house.chat.actions) >= 3


async def test_m12_m20_an_answer_cut_for_its_length_can_go_on(house: House) -> None:
    house.openai.script(FAULTS["m12_length"].step)
    await house.ann.says(house.chat, "one")
    await house.settle()
    assert house.chat.last.labels() == ["Retry", "Continue"]
    await house.ann.presses(house.chat.last, "Continue")
    await house.settle()
    assert house.openai.requests[-1].prompt == texts.PLEASE_CONTINUE
    assert len(house.chat.texts) == 2


async def test_m13_what_is_too_long_for_the_server_is_sent_shorter(house: House) -> None:
    for number in range(9):
        await house.ann.says(house.chat, f"turn {number}")
        await house.settle()
    house.openai.script(*[FAULTS["m13_too_long_openai"].step] * 2)
    await house.ann.says(house.chat, "more")
    await house.settle()
    assert house.chat.last.text == "You said: more"
    sizes = [len(prompts(request.body)) for request in house.openai.requests[-3:]]
    assert sizes == [20, 12, 8]
    assert house.openai.requests[-1].prompt == "more"


@pytest.mark.parametrize("name", ["m17_rate_limit", "m17_rate_limit_ms", "m19_status_503", "m5_broken_json", "m8_empty_body"])
async def test_m17_m19_what_passes_is_not_seen(name: str, house: House) -> None:
    house.openai.script(FAULTS[name].step)
    await house.ann.says(house.chat, "one")
    await house.settle()
    assert house.chat.texts == ["You said: one"]
    assert len(house.openai.requests) == 2


async def test_m23_what_was_odd_does_not_spoil_the_session(house: House) -> None:
    for name in ("m23_lone_surrogate", "m24_nul"):
        house.openai.script(FAULTS[name].step)
        await house.ann.says(house.chat, name)
        await house.settle()
    await house.ann.says(house.chat, "still there?")
    await house.settle()
    assert house.chat.last.text == "You said: still there?"
    assert prompts(house.openai.requests[-1].body)[2::2] == ["a\ufffd b", "ab"]


@pytest.mark.parametrize("name", ["m14_bad_key", "m15_unpaid", "m15_quota", "m16_no_such_model"])
async def test_m14_m15_m16_who_refuses_for_good_is_asked_once_a_minute_and_the_operator_told_once_an_hour(
    name: str, house: House, logged: io.StringIO
) -> None:
    house.openai.always = lambda body: FAULTS[name].step
    line = texts.model_failure(FAULTS[name].kind)  # type: ignore[arg-type]
    people = [house.telegram.person(3000 + number, "Pat") for number in range(5)]
    for person in people:
        await person.says(house.telegram.private_chat(person), "hello")
        await house.settle()
        assert house.telegram.private_chat(person).texts == [line]
    assert len(house.openai.requests) == ENOUGH
    for minutes in (1, 59):
        house.core._desk.clock.skipped += minutes * LEFT_ALONE  # type: ignore[attr-defined]
        await house.ann.says(house.chat, "hello")
        await house.settle()
    assert len(house.openai.requests) == ENOUGH + 2
    told = [each for each in logged.getvalue().splitlines() if "will not by itself" in each]
    assert len(told) == 2
    assert look_at(FAULTS[name].kind) in told[0]  # type: ignore[arg-type]
    assert not THEIRS.search(logged.getvalue())


async def test_m14_what_is_forbidden_to_one_person_is_not_to_the_next(house: House, logged: io.StringIO) -> None:
    """A proxy may look into prompts."""
    house.openai.always = lambda body: FAULTS["m14_forbidden"].step if "secret" in prompts(body)[-1] else Reply("Well")
    for _ in range(ENOUGH + 1):
        await house.ann.says(house.chat, "secret")
        await house.settle()
        assert house.chat.last.text == texts.model_failure("forbidden")
    pat = house.telegram.person(3000, "Pat")
    await pat.says(house.telegram.private_chat(pat), "hello")
    await house.settle()
    assert house.telegram.private_chat(pat).texts == ["Well"]
    assert [look_at("forbidden") in line for line in logged.getvalue().splitlines() if "did not answer" in line] == [True]


async def test_m16_another_model_answers_where_the_first_does_not_exist(tmp_path: Path, logged: io.StringIO) -> None:
    def answer(body: Json) -> Step:
        return FAULTS["m16_no_such_model"].step if body["model"] == "fake-1" else Reply("Here I am")

    async with FakeTelegram() as telegram, FakeOpenAI() as openai:
        openai.always = answer
        async with parley(tmp_path / "parley.db", telegram, openai, Plan(clock=QuickClock(), fallback="fake-2")) as house:
            for _ in range(2):
                await house.ann.says(house.chat, "hello")
                await house.settle()
        assert house.chat.texts == ["Here I am"] * 2
        assert [request.body["model"] for request in openai.requests] == ["fake-1", "fake-2"] * 2
    assert "fake-2 answers instead" in logged.getvalue()
