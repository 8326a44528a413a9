"""Lanes alone: order, holding back, and what happens when too much waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from adapters.discord.crew import Crew
from adapters.discord.lanes import FIRST, LONGEST, Lanes
from tests.fakes.rig import FastClock, until


class Told:
    """What was done, in order."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.gate = asyncio.Event()
        self.fetched: list[int] = []

    def work(self, name: str, *, waits: bool = False) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            if waits:
                await self.gate.wait()
            self.done.append(name)

        return work

    async def overflowed(self, channel_id: int) -> None:
        self.fetched.append(channel_id)


async def test_p26_what_is_held_is_sorted_and_first_comes_first() -> None:
    told, crew = Told(), Crew()
    lanes = Lanes(crew, FastClock(), told.overflowed)
    lanes.hold()
    for name, order in (("edit", (5, 2, 1.0)), ("message 7", (7, 1, 0.0)), ("message 5", (5, 1, 0.0)), ("missed", FIRST)):
        lanes.put(1, order, told.work(name))
    assert lanes.busy
    lanes.release()
    await until(lambda: not lanes.busy)
    assert told.done == ["missed", "message 5", "edit", "message 7"]
    await crew.close()


async def test_p26_a_replay_that_never_ends_is_waited_for_ten_seconds() -> None:
    told, crew, clock = Told(), Crew(), FastClock()
    lanes = Lanes(crew, clock, told.overflowed)
    lanes.hold()
    lanes.put(1, (2, 1, 0.0), told.work("2"))
    lanes.put(1, (1, 1, 0.0), told.work("1"))
    await until(lambda: told.done)
    assert told.done == ["1", "2"]
    assert clock.slept == [10.0]
    await crew.close()


async def test_p25_p26_what_a_broken_replay_left_waits_for_the_end_of_the_next_one() -> None:
    told, crew, clock = Told(), Crew(), FastClock()
    lanes = Lanes(crew, clock, told.overflowed)
    lanes.hold()
    lanes.put(1, (2, 1, 0.0), told.work("2"))
    await asyncio.sleep(0.06)
    lanes.hold()
    await asyncio.sleep(0.07)
    assert told.done == []  # else it would be taken before what was missed, which would then not be fetched
    lanes.put(1, FIRST, told.work("missed"))
    await until(lambda: told.done == ["missed", "2"])
    await crew.close()


async def test_too_much_is_left_out_and_fetched_again() -> None:
    told, crew = Told(), Crew()
    lanes = Lanes(crew, FastClock(), told.overflowed)
    lanes.put(1, (1, 1, 0.0), told.work("first", waits=True))
    for number in range(LONGEST + 5):
        lanes.put(1, (number + 2, 1, 0.0), told.work(str(number)))
    lanes.put(2, (1, 1, 0.0), told.work("other"))
    await until(lambda: told.done == ["other"])
    told.gate.set()
    await until(lambda: not lanes.busy)
    assert len(told.done) == LONGEST + 1
    assert told.fetched == [1]
    await crew.close()


async def test_an_error_in_a_lane_is_what_receiving_ends_with() -> None:
    crew = Crew()

    async def breaks() -> None:
        raise KeyError("odd")

    lanes = Lanes(crew, FastClock(), Told().overflowed)
    lanes.put(1, (1, 1, 0.0), breaks)
    with pytest.raises(KeyError):
        await crew.failed
    await crew.close()
