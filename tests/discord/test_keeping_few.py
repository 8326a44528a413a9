"""What the adapter remembers of channels does not grow with the channels that there ever were."""

from __future__ import annotations

import asyncio
from pathlib import Path

from adapters.discord.cursors import Channel, Cursors
from adapters.discord.taking import REMEMBERED
from adapters.discord.threads import REFUSED_FOR, Threads
from adapters.discord.watch import OTHERS, Watch
from bot.turnstile import Turnstile
from tests.discord.receiving import ListCore, PlainRest, alive
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import FastClock, until


async def test_r7_of_channels_that_nobody_sends_to_nothing_is_kept() -> None:
    stile = Turnstile()
    order: list[int] = []

    async def passes(number: int) -> None:
        async with stile.passing(number % 2):
            order.append(number)
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(passes(number) for number in range(8)))
    for key in (0, 1):
        mine = [number for number in order if number % 2 == key]
        assert mine == sorted(mine), "two were inside at once, or one overtook"
    assert not stile._gates


async def test_r7_who_gives_up_waiting_leaves_nothing_behind() -> None:
    stile = Turnstile()
    async with stile.passing(1):
        waiting = asyncio.create_task(_pass(stile))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
    assert not stile._gates


async def _pass(stile: Turnstile) -> None:
    async with stile.passing(1):
        pass


async def test_r7_the_watch_keeps_channels_in_which_the_bot_was_spoken_to() -> None:
    cursors = Cursors(ListCore(), 1)
    cursors.channels = {number: Channel(number, 5) for number in range(10)}
    watch = Watch(PlainRest(FakeDiscord()), cursors)
    for number in range(10):
        watch.saw(number, 9)
    for number in range(100, 5000):
        watch.saw(number, number)
    assert len(watch.shown) <= 10 + OTHERS
    assert all(watch.shown[number] == 9 for number in range(10))


async def test_r7_what_was_taken_is_remembered_of_the_newest_channels(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path) as life:
        ann = fake.person(1001, "Ann")
        dm = fake.dm(ann)
        await ann.says(dm, "0")
        await until(lambda: life.core.texts == ["0"])
        session = life.receiver._session
        assert session is not None
        taking = session.taking
        taking.last = dict.fromkeys(range(REMEMBERED), 1) | taking.last
        said = await ann.says(dm, "1")
        await until(lambda: life.core.texts == ["0", "1"])
        await until(lambda: taking.last.get(dm.id) == said.id)
        assert len(taking.last) == REMEMBERED


async def test_r7_channels_that_refuse_threads_are_forgotten_in_time() -> None:
    clock = FastClock()
    threads = Threads(PlainRest(FakeDiscord()), frozenset(), clock)
    threads._refused(1)
    threads._refused(2)
    assert threads._not_before.keys() == {1, 2}
    threads._not_before[1] -= REFUSED_FOR
    threads._refused(3)
    assert threads._not_before.keys() == {2, 3}
