"""The conversation that most tests of the core hold; a file that wants other rules for it has a `policy` of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.policy import Policy
from tests.core.talk import POLICY, Talk, talking


@pytest.fixture
def policy() -> Policy:
    return POLICY


@pytest.fixture
async def talk(tmp_path: Path, policy: Policy) -> AsyncIterator[Talk]:
    async with talking(tmp_path / "parley.db", policy=policy) as talk:
        yield talk
