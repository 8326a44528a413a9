"""How late the event loop is: measured, said once a minute, and told apart from a machine that slept."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.lag import EVERY, Clocks, Lag


@dataclass(slots=True)
class Shifted:
    """The machine's clocks, with what a test lets pass besides."""

    awake: float = 0.0
    asleep: float = 0.0
    clocks: Clocks = field(init=False)

    def __post_init__(self) -> None:
        real = Clocks()
        self.clocks = Clocks(lambda: real.awake() + self.awake, lambda: real.asleep_too() + self.awake + self.asleep, real.busy)


@asynccontextmanager
async def watching(lag: Lag) -> AsyncIterator[None]:
    task = asyncio.create_task(lag.watch())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def block(seconds: float) -> None:
    """Works so long, as a long rendering would."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def looked(lag: Lag, more: int = 1) -> None:
    wanted = lag.figures().looks + more
    while lag.figures().looks < wanted:
        await asyncio.sleep(0.01)


async def test_r4_a_blocked_loop_is_measured_and_said_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    lag = Lag()
    async with watching(lag):
        block(EVERY + 0.4)
        await looked(lag)
    figures = lag.figures()
    assert figures.longest > 0.3
    assert figures.late >= 1
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert line.startswith("the event loop was ")
    late, busy = [int(word) for word in line.split() if word.isdigit()]
    assert late > 300
    assert busy > 300, "that it was at work is not told from a process that was put on hold"
    assert f"at most {figures.longest * 1000:,.0f} ms late" in str(figures)


async def test_r4_a_process_that_was_held_was_late_without_being_at_work(caplog: pytest.LogCaptureFixture) -> None:
    lag = Lag()
    async with watching(lag):
        time.sleep(EVERY + 0.4)  # noqa: ASYNC251 - that is what it is about
        await looked(lag)
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    late, busy = [int(word) for word in line.split() if word.isdigit()]
    assert late > 300
    assert busy < 200


async def test_r4_it_is_said_at_most_once_a_minute_with_how_often(caplog: pytest.LogCaptureFixture) -> None:
    shifted = Shifted()
    lag = Lag(shifted.clocks)
    async with watching(lag):
        for _ in range(3):
            shifted.awake += 1.0
            await looked(lag)
        assert caplog.records[0].getMessage().endswith("at work")
        assert len(caplog.records) == 1
        shifted.awake += 61.0
        await looked(lag)
    assert len(caplog.records) == 2
    assert caplog.records[1].getMessage().endswith(" times more since the last such line")
    assert lag.figures().late >= 4


async def test_r10_a_machine_that_slept_is_no_blocked_loop(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot.lag")
    shifted = Shifted()
    lag = Lag(shifted.clocks)
    async with watching(lag):
        shifted.asleep += 3600.0
        await looked(lag)
    figures = lag.figures()
    assert figures.longest < 60.0
    assert 3599 < figures.slept < 3601
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.INFO]
    assert line.startswith("the machine slept for 3600 s")


@pytest.mark.parametrize(
    ("lateness", "share", "expected"), [(0.003, 0.99, 0.003), (0.0035, 0.5, 0.0035), (0.2, 0.99, 0.2), (400.0, 0.99, 400.0)]
)
async def test_shares_are_rounded_up_to_a_bound(lateness: float, share: float, expected: float) -> None:
    shifted = Shifted()
    now = iter(_looks(lateness))
    shifted.clocks = Clocks(lambda: next(now), lambda: 0.0, lambda: 0.0)
    lag = Lag(shifted.clocks)
    async with watching(lag):
        await looked_times(lag, 1)
    assert lag.figures().below(share) == pytest.approx(expected, abs=1e-6)


def _looks(lateness: float) -> list[float]:
    return [0.0, 0.0, EVERY + lateness, *([EVERY + lateness] * 1000)]


async def looked_times(lag: Lag, times: int) -> None:
    """Without reading the clock that the test made."""
    await asyncio.sleep(EVERY * times + 0.05)


async def test_a_look_costs_little() -> None:
    """Four a second: less than a thousandth of a core."""
    lag = Lag()
    look: Callable[[float, float], None] = lag._look
    began = time.thread_time()
    for _ in range(1000):
        look(0.001, 0.0)
    assert time.thread_time() - began < 0.2
