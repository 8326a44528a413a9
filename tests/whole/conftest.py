"""What the tests of the whole house share: the servers, a quick house, and the log as it is set up for real."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.logs import NOISY, set_up
from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram
from tests.whole.club import Club, Town, club, hasty, town
from tests.whole.house import House, Plan, QuickClock, parley


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything logged at DEBUG, before anything is masked in it."""
    root, hook = logging.getLogger(), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    handlers, level = root.handlers[:], root.level
    set_up("DEBUG", "text", (), io.StringIO())
    written = io.StringIO()
    root.addHandler(logging.StreamHandler(written))
    yield written
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook, sys.unraisablehook = hook
    logging.captureWarnings(False)
    logging.raiseExceptions = True
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram
        assert telegram.violations == []


@pytest.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as openai:
        yield openai


@pytest.fixture
def plan(request: pytest.FixtureRequest) -> Plan:
    """The core and the adapter share a clock that is quick, but for tests whose minute must not pass by itself on a busy machine."""
    clock = QuickClock(3.0) if "once_a_minute" in request.node.name else QuickClock()
    return Plan(clock=clock, outside=clock)


@pytest.fixture
async def house(tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan) -> AsyncIterator[House]:
    async with parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        yield house


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as discord:
        yield discord
        assert discord.violations == []


@pytest.fixture
async def there(tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI) -> AsyncIterator[Club]:
    """Parley on Discord, connected and caught up."""
    async with club(tmp_path / "parley.db", discord, openai, hasty()) as there:
        await there.ready()
        yield there


@pytest.fixture
async def both(tmp_path: Path, telegram: FakeTelegram, discord: FakeDiscord, openai: FakeOpenAI) -> AsyncIterator[Town]:
    """Parley on both platforms."""
    async with town(tmp_path / "parley.db", telegram, discord, openai, hasty()) as both:
        await both.club.ready()
        yield both
