"""Calls that end without an answer, are slow or given up: what is repeated, what is unknown, and that they land all the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.calls.flights import Flights
from adapters.telegram.adapter import TelegramAdapter
from bot.errors import RateLimited, SendUnknown
from tests.fakes.rig import plain, until
from tests.telegram.rig import PLENTY, options_for
from tests.telegram.stage import Stage


@pytest.mark.parametrize(
    "fault",
    [{"error": 502, "html": True}, {"error": 500}, {"cut": True}, {"cut": True, "after": True}, {"error": 502, "after": True}],
)
async def test_p4_a_send_without_an_answer_is_unknown_and_not_repeated(stage: Stage, fault: dict[str, object]) -> None:
    stage.fake.faults.add("sendMessage", **fault)  # type: ignore[arg-type]
    with pytest.raises(SendUnknown):
        await stage.send("x")
    assert len(stage.fake.calls_of("sendMessage")) == 1
    assert len(stage.chat.texts) == (1 if fault.get("after") else 0)


async def test_p5_a_slow_send_is_unknown_though_it_was_stored(stage: Stage) -> None:
    stage.fake.faults.add("sendMessage", slow=5.0)
    with pytest.raises(SendUnknown):
        await stage.send("x")
    assert stage.chat.texts == ["x"]
    assert len(stage.fake.calls_of("sendMessage")) == 1


@pytest.mark.parametrize("fault", [{"error": 502, "html": True}, {"cut": True}, {"cut": True, "after": True}, {"slow": 5.0}])
async def test_p4_an_edit_without_an_answer_is_repeated(stage: Stage, fault: dict[str, object]) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("editMessageText", **fault)  # type: ignore[arg-type]
    await stage.adapter.edit(ref, plain("y"))
    assert stage.chat.texts == ["y"]


async def test_p4_an_edit_is_tried_twice_and_the_rest_is_left_to_the_poster(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("editMessageText", cut=True, times=None)
    with pytest.raises(SendUnknown):
        await stage.adapter.edit(ref, plain("y"))
    assert len(stage.fake.calls_of("editMessageText")) == 2


async def test_a_preview_is_tried_once(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("editMessageText", cut=True)
    with pytest.raises(SendUnknown):
        await stage.adapter.edit(ref, plain("y"), preview=True)
    assert len(stage.fake.calls_of("editMessageText")) == 1


async def test_p34_without_a_connection_nothing_was_sent(stage: Stage, tmp_path: Path) -> None:
    options = replace(options_for(stage.fake, str(tmp_path)), api_url="http://127.0.0.1:9")
    adapter = TelegramAdapter(options, stage.clock, PLENTY)
    with pytest.raises(RateLimited):
        await adapter.send(stage.home, plain("x"), key="k")
    await adapter.close()


async def test_p23_a_cancelled_call_still_arrives_and_close_waits_for_it(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("editMessageText", slow=0.1)
    task = asyncio.create_task(stage.adapter.edit(ref, plain("y")))
    await until(lambda: stage.fake.calls_of("editMessageText"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await stage.adapter.close()
    assert stage.chat.texts == ["y"]


async def test_p23_what_is_under_way_lands_without_who_asked() -> None:
    flights, landed = Flights(), list[str]()

    async def call() -> None:
        await asyncio.sleep(0.05)
        landed.append("here")

    asking = asyncio.create_task(flights.land(call()))
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert landed == []
    await flights.drain(1.0)
    assert landed == ["here"]


async def test_r5_an_errand_that_fails_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    flights = Flights()

    async def call() -> None:
        raise KeyError("a bug")

    flights.errand(call())
    await flights.drain(1.0)
    (record,) = [record for record in caplog.records if "errand" in record.getMessage()]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)


async def test_close_does_not_wait_for_ever() -> None:
    flights = Flights()
    flights.errand(asyncio.sleep(60))
    begun = asyncio.get_running_loop().time()
    await flights.drain(0.05)
    assert asyncio.get_running_loop().time() - begun < 1.0
