"""What the Discord tests stand on: a real adapter, the loopback Discord, and a core that keeps a list."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.options import DiscordOptions
from bot.posts import Part
from tests.fakes.discord import FakeDiscord
from tests.telegram.rig import FastClock, ListCore, RealClock, until

__all__ = ["FastClock", "ListCore", "RealClock", "options_for", "plain", "running", "until"]


def options_for(fake: FakeDiscord, folder: Path, **changes: object) -> DiscordOptions:
    base = DiscordOptions(fake.token, fake.api_url, fake.gateway_url, state_folder=folder, lock_folder=str(folder))
    return replace(base, **changes)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def running(adapter: DiscordAdapter, core: ListCore) -> AsyncIterator[asyncio.Task[None]]:
    """The adapter receives meanwhile, and is closed afterwards."""
    task = asyncio.create_task(adapter.run(core))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
        await adapter.close()


def plain(text: str, **fields: object) -> Part:
    return Part(0, len(text), text, **fields)  # type: ignore[arg-type]
