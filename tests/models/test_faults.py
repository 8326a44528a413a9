"""Every row M of the list of faults, by the real SDK against the fake server: the right kind, no word too many, a safe detail."""

from __future__ import annotations

import pytest

from bot.models.openai import OpenAIModel
from tests.fakes.openai_faults import FAULTS, Fault
from tests.fakes.openai_server import FakeOpenAI
from tests.models.conftest import KEY, SHORT, Heard, asking, deadlines_for, hear, nobody_reads


async def heard_of(fault: Fault, server: FakeOpenAI, model: OpenAIModel) -> Heard:
    """Asked anew where the machine stood still for longer than a second, which is told apart from a server's silence."""
    for _ in range(10):
        server.requests.clear()
        server.script(fault.step)
        heard = await hear(model)
        if heard.error is None or "held for" not in heard.error.detail:
            return heard
    raise AssertionError("this machine stands still all the time")


@pytest.mark.parametrize("name", FAULTS)
async def test_fault(name: str, server: FakeOpenAI) -> None:
    fault = FAULTS[name]
    async with asking(server, deadlines_for(fault)) as model:
        heard = await heard_of(fault, server, model)
    assert heard.kind == fault.kind
    if fault.text is not None:
        assert heard.text == fault.text
    if heard.error is not None:
        assert heard.error.retry_after == fault.retry_after
        assert KEY not in str(heard.error)
        assert "boom" not in str(heard.error)
        assert heard.error.__cause__ is None
        assert heard.error.__suppress_context__ or heard.error.__context__ is None
    assert "secret" not in heard.text
    heard.text.encode()
    assert len(server.requests) == 1, "a stream is one call: no repeats inside"


@pytest.mark.parametrize("name", [name for name in FAULTS if name.startswith("m20")])
async def test_m20_only_tokens_count_for_the_deadlines(name: str, server: FakeOpenAI) -> None:
    async with asking(server, deadlines_for(FAULTS[name])) as model:
        heard = await heard_of(FAULTS[name], server, model)
    assert heard.error is not None
    assert heard.error.detail in (f"no token within {SHORT.first_token:g} s", f"silent for {SHORT.gap:g} s")


def test_every_row_has_a_fault() -> None:
    assert {int(name.partition("_")[0][1:]) for name in FAULTS} == set(range(1, 27))


@pytest.mark.parametrize("name", ["m3_cut_by_rst", "m19_error_page", "m20_comments_in_the_middle", "m26_large_event"])
async def test_after_a_fault_the_next_answer_is_whole(name: str, server: FakeOpenAI) -> None:
    server.script(FAULTS[name].step)
    async with asking(server, deadlines_for(FAULTS[name])) as model:
        await hear(model)
        assert (await hear(model, "Hello")).text == "You said: Hello"


@pytest.mark.parametrize(
    ("name", "reason"), [("m11_filtered_in_the_middle", "filtered"), ("m11_azure_filter", "filtered"), ("m12_length", "length")]
)
async def test_m11_m12_the_finish_says_why(name: str, reason: str, server: FakeOpenAI, model: OpenAIModel) -> None:
    server.script(FAULTS[name].step)
    heard = await hear(model)
    assert heard.finish is not None
    assert heard.finish.reason == reason


async def test_m21_never_ending_stops_at_the_cap(server: FakeOpenAI, model: OpenAIModel) -> None:
    server.script(FAULTS["m21_never_ending"].step)
    heard = await hear(model)
    assert heard.finish is not None
    assert heard.finish.reason == "length"
    assert len(heard.text) == 600_000
    await nobody_reads(server)


async def test_unreachable(server: FakeOpenAI, model: OpenAIModel) -> None:
    await server.__aexit__()
    heard = await hear(model)
    assert heard.kind == "unreachable"
    assert heard.error is not None
    assert "connect" in heard.error.detail.lower()
