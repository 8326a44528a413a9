"""The flood limits with the adapter around them: what a 429 closes, what previews leave alone, and who waits for a turn."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adapters.telegram.gate import Gate
from adapters.telegram.limiter import Limits
from bot.errors import RateLimited
from tests.fakes.rig import FastClock, plain
from tests.fakes.telegram import FakeTelegram
from tests.telegram.stage import Stage, place_of


async def test_p1_a_refused_send_names_the_time_and_closes_that_chat(stage: Stage) -> None:
    other = stage.fake.private_chat(stage.fake.person(1002, "Bob"))
    stage.fake.faults.add("sendMessage", retry_after=137)
    with pytest.raises(RateLimited) as refused:
        await stage.send("x")
    assert refused.value.retry_after == 137.0
    with pytest.raises(RateLimited):
        await stage.send("y")
    await stage.send("z", place_of(other))
    assert (stage.chat.texts, other.texts) == ([], ["z"])
    assert len(stage.fake.calls_of("sendMessage")) == 2


async def test_p2_after_a_flood_previews_are_refused_here(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("editMessageText", retry_after=149)
    with pytest.raises(RateLimited):
        await stage.adapter.edit(ref, plain("y"), preview=True)
    for _ in range(5):
        with pytest.raises(RateLimited) as refused:
            await stage.adapter.edit(ref, plain("z"), preview=True)
    assert refused.value.retry_after > 100.0
    assert len(stage.fake.calls_of("editMessageText")) == 1


async def test_a_429_without_a_time_is_a_429(stage: Stage) -> None:
    stage.fake.faults.add("sendMessage", error=429, description="Too Many Requests")
    with pytest.raises(RateLimited):
        await stage.send("x")


async def test_a_preview_finds_no_room_and_a_final_does(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        stage = Stage(fake, str(tmp_path), Limits())
        ref = await stage.send("x")
        await stage.adapter.edit(ref, plain("y"), preview=True)
        with pytest.raises(RateLimited):
            await stage.adapter.edit(ref, plain("z"), preview=True)
        await stage.adapter.edit(ref, plain("final"))
        assert stage.chat.texts == ["final"]
        await stage.adapter.close()


async def entered(gate: Gate) -> None:
    async with gate.passing("1", "final"):
        pass


async def test_who_gives_up_waiting_takes_no_turn() -> None:
    gate = Gate(FastClock(), Limits(private_burst=1.0, private_rate=0.01))
    await entered(gate)
    waiting = asyncio.create_task(entered(gate))
    await asyncio.sleep(0.01)
    assert gate._limiter.wake_in(0.0) is not None
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert gate._limiter.wake_in(0.0) is None
    await gate.close()


async def test_who_waits_for_the_limits_can_be_cancelled(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        stage = Stage(fake, str(tmp_path), Limits(private_burst=1.0, private_rate=0.01))
        await stage.send("x")
        task = asyncio.create_task(stage.send("y"))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert stage.chat.texts == ["x"]
        await stage.adapter.close()
