"""Platforms that fail: started again alone, with pauses that outlive the process."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import AdapterError, SecondInstance, SettingsError, StorageError, TokenRefused
from bot.ports import Core
from bot.supervisor import LONGEST_PAUSE, Restarts, keep
from tests.fakes.memory_adapter import MemoryAdapter


class Clock:
    """Time passes only by sleeping."""

    def __init__(self, at: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)) -> None:
        self.at = at
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


class Failing(MemoryAdapter):
    """Each start ends as the next of `ends` says, after `lives` seconds; when there are none left it ends well."""

    def __init__(self, clock: Clock, ends: Sequence[Exception], lives: float = 0.0) -> None:
        super().__init__()
        self.clock, self.ends, self.lives, self.starts = clock, list(ends), lives, 0

    async def run(self, core: Core) -> None:
        self.starts += 1
        self.clock.at += timedelta(seconds=self.lives)
        if self.ends:
            raise self.ends.pop(0)


async def run(adapter: Failing, clock: Clock, path: Path) -> str:
    return await keep(adapter, None, clock, Restarts(path))  # type: ignore[arg-type] - no core is asked for anything here


async def test_pauses_double_up_to_ten_minutes(tmp_path: Path) -> None:
    clock = Clock()
    adapter = Failing(clock, [RuntimeError("boom")] * 12)
    assert await run(adapter, clock, tmp_path / "restarts.json") == "done"
    assert clock.slept == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]


async def test_what_is_no_bug_is_one_line_without_a_traceback(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    await run(Failing(clock, [AdapterError("the gateway is closed"), RuntimeError("boom")]), clock, tmp_path / "restarts.json")
    told, bug = [record for record in caplog.records if "started again" in record.getMessage()]
    assert "memory failed (the gateway is closed) and is started again in 1 s" in told.getMessage()
    assert told.exc_info is None
    assert bug.exc_info is not None


async def test_a_good_run_in_between_begins_the_count_anew(tmp_path: Path) -> None:
    clock = Clock()
    adapter = Failing(clock, [RuntimeError("boom")] * 3, lives=61)
    await run(adapter, clock, tmp_path / "restarts.json")
    assert clock.slept == [1, 1, 1]


async def test_r8_the_pause_outlives_the_process(tmp_path: Path) -> None:
    path, clock = tmp_path / "restarts.json", Clock()
    first = Restarts(path)
    for _ in range(6):
        first.failed("memory", clock.now())
    clock.at += timedelta(seconds=12)
    await run(Failing(clock, []), clock, path)
    assert clock.slept == [20]
    assert Restarts(path).of("memory") is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"memory": 5}',
        '{"memory": {"count": "x", "not_before": "y"}}',
        '{"memory": {"count": 1e999, "not_before": "2026-11-21T12:00:00+00:00"}}',
        '{"memory": {"count": 1, "not_before": "2026-11-21T12:00:09"}}',
        "[" * 100_000,
    ],
)
async def test_a_broken_file_costs_only_the_memory(tmp_path: Path, content: str) -> None:
    path, clock = tmp_path / "restarts.json", Clock()
    path.write_text(content)
    assert await run(Failing(clock, [RuntimeError("boom")]), clock, path) == "done"
    assert clock.slept == [1]


async def test_a_folder_that_cannot_be_written_costs_only_the_memory(tmp_path: Path) -> None:
    clock = Clock()
    assert await run(Failing(clock, [RuntimeError("boom")]), clock, tmp_path / "gone" / "restarts.json") == "done"
    assert clock.slept == [1]


async def test_a_clock_set_back_keeps_nothing_down_for_longer_than_a_pause(tmp_path: Path) -> None:
    path, clock = tmp_path / "restarts.json", Clock()
    Restarts(path).failed("memory", clock.now() + timedelta(days=400))
    await run(Failing(clock, []), clock, path)
    assert clock.slept == [LONGEST_PAUSE]


@pytest.mark.parametrize(
    "error", [TokenRefused("the token is revoked"), SecondInstance("another one has it"), SettingsError(("no folder for the lock",))]
)
async def test_what_cannot_get_better_stays_down_and_says_so(tmp_path: Path, error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    adapter = Failing(clock, [error])
    with caplog.at_level(logging.ERROR):
        assert await run(adapter, clock, tmp_path / "restarts.json") == "refused"
    assert adapter.starts == 1
    assert f"memory stays down: {error}" in caplog.text


async def test_a_failure_of_the_storage_is_no_platforms_failure(tmp_path: Path) -> None:
    clock = Clock()
    with pytest.raises(StorageError):
        await run(Failing(clock, [StorageError("disk full")]), clock, tmp_path / "restarts.json")
    assert clock.slept == []
