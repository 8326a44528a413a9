"""Lanes: one after the other under a key, side by side otherwise, and no failure goes unnoticed (P7, R5)."""

from __future__ import annotations

import asyncio

import pytest

from bot.events import Place
from bot.sessions.lanes import Lanes

HERE, THERE = Place("memory", "7"), Place("memory", "8")


class Jobs:
    """Jobs that write down when they begin and end, and wait for a gate where there is one."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.failed: list[BaseException] = []
        self.lanes = Lanes(self.failed.append)

    def put(self, key: str, name: str, gate: asyncio.Event | None = None, place: Place = HERE, error: Exception | None = None) -> None:
        async def job() -> None:
            self.log.append(f"{name} begins")
            if gate is not None:
                await gate.wait()
            await asyncio.sleep(0)
            if error is not None:
                raise error
            self.log.append(f"{name} ends")

        self.lanes.put(key, job, place)


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


async def test_jobs_of_a_key_run_in_order(jobs: Jobs) -> None:
    for name in "abc":
        jobs.put("k", name)
    await jobs.lanes.idle()
    assert jobs.log == ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]


async def test_jobs_of_other_keys_are_not_held_up(jobs: Jobs) -> None:
    gate = asyncio.Event()
    jobs.put("k", "slow", gate)
    jobs.put("k", "after it")
    jobs.put("other", "quick", place=THERE)
    await jobs.lanes.idle(THERE)
    assert jobs.log == ["slow begins", "quick begins", "quick ends"]
    gate.set()
    await jobs.lanes.idle()
    assert jobs.log[-1] == "after it ends"


async def test_a_job_that_puts_another_is_followed_by_it(jobs: Jobs) -> None:
    async def job() -> None:
        jobs.put("k", "next")

    jobs.lanes.put("k", job, HERE)
    await jobs.lanes.idle()
    assert jobs.log == ["next begins", "next ends"]


async def test_p7_r5_a_failure_is_told(jobs: Jobs) -> None:
    error = ValueError("odd")
    jobs.put("k", "bad", error=error)
    await jobs.lanes.idle()
    await asyncio.sleep(0)
    assert jobs.failed == [error]
    jobs.put("k", "later")
    await jobs.lanes.idle()
    assert jobs.log[-1] == "later ends"


async def test_closing_ends_what_runs_and_takes_no_more(jobs: Jobs) -> None:
    jobs.put("k", "held", asyncio.Event())
    jobs.put("k", "queued")
    await asyncio.sleep(0)
    await jobs.lanes.close(1.0)
    jobs.put("k", "too late")
    await jobs.lanes.idle()
    assert jobs.log == ["held begins"]
    assert jobs.failed == []


async def test_what_comes_to_its_end_meanwhile_is_left_to_it(jobs: Jobs) -> None:
    gate = asyncio.Event()
    jobs.put("k", "calling", gate)
    jobs.put("k", "queued")
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.02, gate.set)
    await jobs.lanes.close(1.0)
    assert jobs.log == ["calling begins", "calling ends"]
