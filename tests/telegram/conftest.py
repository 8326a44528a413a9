"""A stage with its loopback server for each test that asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.telegram import FakeTelegram
from tests.telegram.stage import Stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with FakeTelegram() as fake:
        stage = Stage(fake, str(tmp_path))
        yield stage
        await stage.adapter.close()
