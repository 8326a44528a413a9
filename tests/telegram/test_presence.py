"""How long the bot was away, and what the operator is told of it: Telegram keeps what is sent for a day."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.presence import Presence
from adapters.telegram.reading import Identity
from bot.errors import StorageError
from tests.fakes.rig import FastClock, ListCore, running, until
from tests.fakes.telegram import FakeTelegram
from tests.telegram.rig import options_for

NAME = "telegram/1/heard"


class Dated(FastClock):
    """A wall clock that is set by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "nothing was heard of it" in record.getMessage()]


@pytest.mark.parametrize(
    ("hours", "says"), [(0.1, ""), (23.9, ""), (31, "for 31 h; it keeps messages for 24 h, so what was sent in the first 7 h ")]
)
async def test_p11_after_more_than_a_day_away_the_log_says_what_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, hours: float, says: str
) -> None:
    caplog.set_level(logging.INFO)
    clock, core = Dated(), ListCore()
    async with FakeTelegram() as fake:
        for life in range(2):
            core.caught.clear()
            async with running(TelegramAdapter(options_for(fake, str(tmp_path)), clock), core):
                await until(lambda: core.caught)
            if life == 0:
                assert told(caplog) == [], "the first life was never away"
                clock.ahead = timedelta(hours=hours)
    assert len(told(caplog)) == bool(says)
    assert says in "".join(told(caplog))
    assert [record.getMessage() for record in caplog.records].count(f"telegram: connected as @{fake.bot.username}") == 2


async def test_p11_a_day_without_a_network_is_told_in_the_same_life_and_once(caplog: pytest.LogCaptureFixture) -> None:
    clock, core = Dated(), ListCore()
    presence = Presence(core, Identity(1, "parley_bot"), clock)
    for hours in (0, 1, 26, 26, 27):
        clock.ahead = timedelta(hours=hours)
        await presence.heard()
    assert len(told(caplog)) == 1
    assert "for 25 h" in told(caplog)[0]
    assert core.kept[NAME] == str(int(clock.now().timestamp()))


async def test_p11_it_is_noted_seldom_and_a_storage_that_fails_stops_nothing() -> None:
    class Full(ListCore):
        full = False
        notes = 0

        async def keep(self, cursors: object) -> None:
            self.notes += 1
            if self.full:
                raise StorageError("the disk is full")
            await super().keep(cursors)  # type: ignore[arg-type]

    clock, core = Dated(), Full(kept={NAME: "nonsense"})
    presence = Presence(core, Identity(1, "parley_bot"), clock)
    for _ in range(3):
        await presence.heard()
    assert core.notes == 1
    core.full, clock.ahead = True, timedelta(minutes=-10)
    await presence.heard()
    core.full = False
    await presence.heard()
    assert core.notes == 3
    assert core.kept[NAME] == str(int(clock.now().timestamp()))
