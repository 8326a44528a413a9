"""The starts that a day allows, and starts that fail."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.discord.identifies import FILE_NAME, Identifies, StartLimit, limit_in, pause_for
from bot.errors import AdapterError
from tests.discord.receiving import alive
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import until


@pytest.mark.parametrize(
    ("used", "remaining", "pause"),
    [(0, 1000, 0), (199, 1000, 0), (200, 1000, 1), (203, 1000, 8), (0, 790, 1024), (5, 797, 8), (250, 1000, 600), (900, 1000, 600)],
)
def test_p33_r8_pauses_by_the_days_starts(used: int, remaining: int, pause: float) -> None:
    assert pause_for(used, StartLimit(1000, remaining, 0.0)) == min(pause, 600)


def test_p33_starts_are_counted_across_lives_for_a_day(tmp_path: Path) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    first = Identifies(tmp_path)
    for minutes in range(5):
        first.count(now + timedelta(minutes=minutes))
    assert Identifies(tmp_path).used(now + timedelta(hours=1)) == 5
    assert Identifies(tmp_path).used(now + timedelta(hours=24, minutes=2)) == 2
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE_NAME).write_text("{broken")
    assert Identifies(tmp_path).used(now) == 0


def test_p33_none_left_waits_until_discord_counts_anew() -> None:
    limit = limit_in({"session_start_limit": {"total": 1000, "remaining": 0, "reset_after": 7_200_000}})
    assert pause_for(3, limit) == 7200
    assert limit_in({"session_start_limit": None}) == StartLimit()


async def test_p33_a_crash_loop_is_slowed_down(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        fake.gateway.start_limit.remaining = 798
        async with alive(fake, tmp_path) as life:
            assert 4.0 in life.clock.slept


async def test_p37_a_gateway_that_is_down_at_start_is_asked_again(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        fake.gateway.accepts = False
        ann = fake.person(1001, "Ann")
        async with alive(fake, tmp_path, wait=False) as life:
            await until(lambda: any(0.5 <= pause <= 1.0 for pause in life.clock.slept))
            fake.gateway.accepts = True
            await life.caught_up()
            await ann.says(fake.dm(ann), "hello")
            await until(lambda: life.core.messages)


async def test_p33_sessions_given_up_one_after_another_are_no_way_to_go_on(tmp_path: Path) -> None:
    now = datetime.now(UTC).timestamp()
    async with FakeDiscord() as fake:
        (tmp_path / FILE_NAME).write_text(json.dumps([now] * 205))
        async with alive(fake, tmp_path) as life:
            assert 32.0 in life.clock.slept
            fake.gateway.forget_session()
            fake.gateway.cut()
            await until(life.task.done)
            assert isinstance(life.task.exception(), AdapterError)
            assert fake.gateway.identifies == 1


@pytest.mark.parametrize("content", ["", "{", "5", '["x"]', "[1" + "0" * 400 + "]", "[" * 100_000])
def test_a_broken_file_of_starts_is_an_empty_one(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    assert Identifies(tmp_path).used(datetime(2026, 11, 21, tzinfo=UTC)) == 0
