"""What turns cost: the bot's CPU, with what is loaded once and what idling costs taken off."""

from __future__ import annotations

import asyncio
import time

from tests.benchmarks.bench import Bench

RESTS = 0.02  # seconds of CPU in a quarter of a second
RESTS_FOR = 6  # quarters of a second
TRIES = 120  # quarters of a second


async def _idle(bench: Bench, seconds: float = 3.0) -> float:
    """Seconds of CPU a second when nobody writes."""
    before = bench.process.cost().cpu
    await asyncio.sleep(seconds)
    return (bench.process.cost().cpu - before) / seconds


async def rest(bench: Bench) -> None:
    """Waits until the bot rests: what it loads after its start is not the cost of a turn."""
    quiet = 0
    for _ in range(TRIES):
        before = bench.process.cost().cpu
        await asyncio.sleep(0.25)
        quiet = quiet + 1 if bench.process.cost().cpu - before < RESTS else 0
        if quiet >= RESTS_FOR:
            return


async def cost_of_turns(bench: Bench, *, people: int, turns: int) -> tuple[float, float]:
    """Seconds of CPU a second when idle, and a turn; after a turn that does not count, for what is loaded or opened once."""
    await rest(bench)
    await _turns(bench, people=people, turns=1)
    await rest(bench)
    idle = await _idle(bench)
    before, began = bench.process.cost().cpu, time.monotonic()
    await _turns(bench, people=people, turns=turns)
    await asyncio.sleep(0.3)
    return idle, (bench.process.cost().cpu - before - idle * (time.monotonic() - began)) / (people * turns)


async def _turns(bench: Bench, *, people: int, turns: int) -> None:
    """Every person asks, and asks again when the answer is whole. RuntimeError when an answer does not come."""

    async def talk(number: int) -> None:
        for _ in range(turns):
            asked = await bench.ask(everybody[number])
            if await bench.whole([asked], within=30, quiet=20) != 1:
                raise RuntimeError(f"an answer did not come whole:\n{everybody[number].transcript()[-500:]}\n{bench.process.tail()}")

    everybody = bench.people(people)
    await asyncio.gather(*(talk(number) for number in range(people)))
