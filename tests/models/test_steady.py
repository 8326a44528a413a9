"""A model with sense: the contract of every model, when it does not ask again, and when another one steps in."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import pytest

from bot.models.openai import OpenAIModel
from bot.models.steady import ENOUGH, LEFT_ALONE, SteadyModel
from bot.ports import ModelOptions
from tests.contracts.model_contract import ModelContract
from tests.fakes.openai_faults import FAULTS
from tests.fakes.openai_script import Json, Reply, Step
from tests.fakes.openai_server import FakeOpenAI
from tests.models.conftest import AMPLE, KEY, FixedClock, hear, nobody_reads

SECOND = ModelOptions("fake-2", 0.7, 1000)


class Time(FixedClock):
    passed = 0.0

    def monotonic(self) -> float:
        return self.passed


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def model(server: FakeOpenAI, time: Time) -> AsyncIterator[SteadyModel]:
    steady = SteadyModel(OpenAIModel(KEY, server.base_url, {}, AMPLE, clock=time, model="fake-1", connections=1), time)
    yield steady
    await steady.close()


@pytest.fixture
async def doubled(server: FakeOpenAI, time: Time) -> AsyncIterator[SteadyModel]:
    steady = SteadyModel(OpenAIModel(KEY, server.base_url, {}, AMPLE, clock=time, model="fake-1", connections=1), time, "fake-2")
    yield steady
    await steady.close()


class TestContract(ModelContract):
    """With one connection at most, so that one that is kept is seen."""

    @pytest.fixture(autouse=True)
    async def _slowly(self, server: FakeOpenAI, model: SteadyModel) -> AsyncIterator[None]:
        server.always = lambda body: Reply("one two three four five six", tokens_per_second=200)
        await model.prepare()
        yield
        await nobody_reads(server)


def _only_second(body: Json) -> Step:
    return Reply("Second") if body["model"] == "fake-2" else FAULTS["m16_no_such_model"].step


async def test_m14_a_refusal_is_remembered_for_its_model_and_a_minute(server: FakeOpenAI, model: SteadyModel, time: Time) -> None:
    server.always = lambda body: FAULTS["m14_bad_key"].step if body["model"] == "fake-1" else Reply("Well")
    assert [(await hear(model)).kind for _ in range(ENOUGH + 3)] == ["refused"] * (ENOUGH + 3)
    assert len(server.requests) == ENOUGH
    assert (await hear(model, options=SECOND)).text == "Well"
    time.passed += LEFT_ALONE
    assert [(await hear(model)).kind for _ in range(3)] == ["refused"] * 3
    assert len(server.requests) == ENOUGH + 2
    time.passed += LEFT_ALONE
    server.always = lambda body: Reply("Well again")
    assert [(await hear(model)).text for _ in range(2)] == ["Well again"] * 2


@pytest.mark.parametrize("name", ["m3_cut_by_fin", "m9_empty_answer", "m17_rate_limit", "m19_status_503"])
async def test_what_passes_is_asked_each_time(name: str, server: FakeOpenAI, model: SteadyModel, caplog: pytest.LogCaptureFixture) -> None:
    server.always = lambda body: FAULTS[name].step
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            assert (await hear(model)).kind == FAULTS[name].kind
    assert len(server.requests) == 2
    assert caplog.records == []


async def test_m15_an_error_in_the_stream_counts_too(server: FakeOpenAI, model: SteadyModel) -> None:
    server.always = lambda body: FAULTS["m7_error_code_as_text"].step
    assert [(await hear(model)).kind for _ in range(5)] == ["unpaid"] * 5
    assert len(server.requests) == ENOUGH


async def test_m14_one_refusal_between_answers_is_no_reason_to_leave_it_alone(server: FakeOpenAI, model: SteadyModel) -> None:
    for _ in range(4):
        server.script(FAULTS["m14_bad_key"].step, FAULTS["m14_bad_key"].step)
        assert [(await hear(model)).kind for _ in range(3)] == ["refused", "refused", ""]


@pytest.mark.parametrize("between", ["m19_status_503", "m15_unpaid", "m14_forbidden"])
async def test_m14_what_comes_between_makes_the_row_begin_again(between: str, server: FakeOpenAI, model: SteadyModel) -> None:
    row = [FAULTS["m14_bad_key"].step] * (ENOUGH - 1)
    server.script(*row, FAULTS[between].step, *row)
    heard = [(await hear(model)).kind for _ in range(2 * ENOUGH - 1)]
    assert heard == ["refused"] * (ENOUGH - 1) + [FAULTS[between].kind] + ["refused"] * (ENOUGH - 1)
    assert (await hear(model)).kind == ""


async def test_m14_what_is_forbidden_may_be_so_for_one_question(
    server: FakeOpenAI, model: SteadyModel, caplog: pytest.LogCaptureFixture
) -> None:
    server.script(*[FAULTS["m14_forbidden"].step] * (ENOUGH + 1))
    assert [(await hear(model)).kind for _ in range(ENOUGH + 2)] == ["forbidden"] * (ENOUGH + 1) + [""]
    assert [record.levelname for record in caplog.records if "forbidden: HTTP 403" in record.getMessage()] == ["WARNING"]


async def test_m16_the_other_model_steps_in_and_the_connection_is_free(server: FakeOpenAI, doubled: SteadyModel) -> None:
    server.always = _only_second
    for _ in range(ENOUGH + 2):
        assert (await hear(doubled)).text == "Second"
    assert [request.body["model"] for request in server.requests] == ["fake-1", "fake-2"] * ENOUGH + ["fake-2"] * 2


async def test_m16_where_neither_exists_that_is_said(server: FakeOpenAI, doubled: SteadyModel, caplog: pytest.LogCaptureFixture) -> None:
    server.always = lambda body: FAULTS["m16_no_such_model"].step
    assert (await hear(doubled)).kind == "no_such_model"
    assert (await hear(doubled, options=SECOND)).kind == "no_such_model"
    assert len(server.requests) == 3
    first, second = (record.getMessage() for record in caplog.records)
    assert "look at PARLEY_MODEL" in first
    assert first.endswith("fake-2 answers instead")
    assert "look at PARLEY_FALLBACK_MODEL" in second


async def test_a_failure_of_the_key_is_no_reason_for_another_model(server: FakeOpenAI, doubled: SteadyModel) -> None:
    server.always = lambda body: FAULTS["m14_bad_key"].step
    assert (await hear(doubled)).kind == "refused"
    assert len(server.requests) == 1
