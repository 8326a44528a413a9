"""The time as Discord has it, learned from the dates of its answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from adapters.discord.server_clock import ServerClock
from tests.core.virtual import START, VirtualClock


class Wall(VirtualClock):
    def __init__(self) -> None:
        self.date = START

    def now(self) -> datetime:
        return self.date


def _said(seconds: float) -> str:
    return format_datetime(START + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("off", [-366 * 86400, -3600, -90, 90, 3600, 366 * 86400])
def test_s11_a_wrong_clock_is_put_right_and_told_of_once(off: int, caplog: pytest.LogCaptureFixture) -> None:
    wall = Wall()
    clock = ServerClock(wall)
    wall.date = START + timedelta(seconds=off)
    for second in range(3):
        clock.heard(_said(second))
        assert abs(clock.now() - START) < timedelta(seconds=5)
    assert len(caplog.records) == 1
    wall.date = START + timedelta(seconds=10)  # it is set
    clock.heard(_said(10))
    assert clock.now() == wall.date
    assert caplog.records[-1].getMessage() == "discord: this machine's clock is as Discord's"


@pytest.mark.parametrize("date", ["", "soon", "Sun, 99 Nov 2026 12:00:00 GMT", "Sat, 21 Nov 99999 12:00:00 GMT", "\0" * 10_000])
def test_s11_a_date_that_cannot_be_read_says_nothing(date: str) -> None:
    clock = ServerClock(Wall())
    clock.heard(date)
    assert clock.now() == START


def test_s11_a_small_difference_is_the_way_of_the_answer() -> None:
    clock = ServerClock(Wall())
    clock.heard(_said(-59))
    assert clock.now() == START


@pytest.mark.parametrize("way", [-1, 1])
def test_s11_a_clock_at_the_edge_is_put_right_once(way: int, caplog: pytest.LogCaptureFixture) -> None:
    clock = ServerClock(Wall())
    for off in (61, 59, 61, 59, 31, 61):
        clock.heard(_said(-way * off))
        assert abs(clock.now() - START + way * timedelta(seconds=61)) < timedelta(seconds=1)
    assert len(caplog.records) == 1
    clock.heard(_said(-way * 29))
    assert clock.now() == START
    assert len(caplog.records) == 2
    clock.heard(_said(-way * 59))
    assert len(caplog.records) == 2


def test_s11_what_was_written_here_is_told_in_discords_time() -> None:
    clock = ServerClock(Wall())
    assert clock.there(START) == START
    clock.heard(_said(-3600))
    assert clock.there(START) == clock.now() == START - timedelta(hours=1)
    assert clock.there(datetime.min.replace(tzinfo=UTC)) == datetime.min.replace(tzinfo=UTC)
