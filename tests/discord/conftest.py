"""An adapter before the loopback Discord for each test that asks for one; at its end the server has nothing to complain of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.discord.sending import Bench
from tests.fakes.discord import FakeDiscord


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with FakeDiscord() as fake:
        bench = Bench(fake, tmp_path)
        yield bench
        await bench.adapter.close()
        assert fake.violations == []
