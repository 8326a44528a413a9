"""A store for each driver under the SQLite store (the thread of aiosqlite on a file, and the inline one in memory), and a bare database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.sqlite.database import Database
from storage.sqlite.store import SqliteStore


@pytest.fixture(params=["aiosqlite", "inline"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "parley.db" if request.param == "aiosqlite" else ":memory:", driver=request.param)
    yield opened
    await opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "parley.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(path, busy_timeout=0.05)
    yield opened
    await opened.close()
