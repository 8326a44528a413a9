"""One adapter, started again and again, as the supervisor does."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from adapters.discord.adapter import DiscordAdapter
from bot.errors import AdapterError, TokenRefused
from tests.discord.rig import options_for
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import FastClock, ListCore, until


async def test_it_runs_again_after_a_failure_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        before = asyncio.all_tasks()
        core, adapter = ListCore(), DiscordAdapter(options_for(fake, tmp_path), FastClock())
        for number in range(3):
            core.caught.clear()
            run = asyncio.create_task(adapter.run(core))
            await until(lambda: core.caught)
            await ann.says(fake.dm(ann), str(number))
            await until(lambda number=number: len(core.events) == number + 1)
            await fake.gateway.close_with(4013)
            with pytest.raises(AdapterError):
                await run
        assert asyncio.all_tasks() - before == _of_the_fake(before)
        await adapter.close()


async def test_a_run_that_is_cancelled_at_any_moment_can_be_followed_by_another(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        core, adapter = ListCore(), DiscordAdapter(options_for(fake, tmp_path), FastClock())
        for steps in range(0, 60, 5):
            run = asyncio.create_task(adapter.run(core))
            for _ in range(steps):
                await asyncio.sleep(0.001)
            run.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await run
        core.caught.clear()
        run = asyncio.create_task(adapter.run(core))
        await until(lambda: core.caught)
        await fake.revoke_token()
        with pytest.raises(TokenRefused):
            await run
        await adapter.close()
        await adapter.close()


def _of_the_fake(before: set[asyncio.Task[object]]) -> set[asyncio.Task[object]]:
    return {task for task in asyncio.all_tasks() - before if "aiohttp" in repr(task) or "fakes" in repr(task)}
