"""The fake Discord for each test of it that asks for one, and the real discord.py, logged in to its REST half alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_client import Bot, playing


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with playing() as server:
        yield server


@pytest.fixture
async def bot(fake: FakeDiscord) -> AsyncIterator[Bot]:
    client = Bot()
    await client.login(fake.token)
    yield client
    await client.close()
