"""A hundred people at once, and nobody hears of anybody what they did not say before them (X16, U14)."""

from __future__ import annotations

import io
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.logs import NOISY, set_up
from tests.core.virtual import VirtualLoop
from tests.security.crowd import PEOPLE, Confused, Crowd, tokens

STEPS = int(os.environ.get("PARLEY_TEST_STEPS", "0")) or 500
SEED = int(os.environ.get("PARLEY_TEST_SEED", "7"))
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - each step waits for the disk otherwise


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, at DEBUG, as it is for real."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level, hooks = root.handlers[:], root.level, (sys.excepthook, threading.excepthook, sys.unraisablehook)
    set_up("DEBUG", "text", (), written)
    yield written
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(False)
    logging.raiseExceptions = True
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.NOTSET)


def lived(crowd: Crowd, steps: int) -> Crowd:
    """After a day, with a restart at noon."""

    async def day() -> None:
        for _ in range(2):
            async with crowd.living():
                for _ in range(steps // 2):
                    await crowd.step()
                await crowd.core.idle()

    loop = VirtualLoop()
    try:
        loop.run_until_complete(day())
    finally:
        loop.close()
    return crowd


def test_x16_u14_nobodys_words_come_to_anybody_else(logged: io.StringIO) -> None:
    """A failing seed runs again by PARLEY_TEST_SEED, a longer day by PARLEY_TEST_STEPS."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        crowd = lived(Crowd(Path(folder) / "parley.db", SEED), STEPS)
    assert len(crowd.model.requests) > STEPS // 4
    assert crowd.strangers_in_requests() == [], f"seed {SEED}"
    assert crowd.strangers_in_chats() == [], f"seed {SEED}"
    assert crowd.strangers_in_lines() == [], f"seed {SEED}"
    assert tokens([logged.getvalue()]) == set(), f"seed {SEED}"
    spoken = {token for request in crowd.model.requests for message in request for token in tokens([message.text])}
    assert len({token.split("Z")[0] for token in spoken}) > PEOPLE // 2, "many had their say"
    assert "turn" in logged.getvalue()
    assert "RuntimeError" in logged.getvalue(), "errors with all that was said in them were told"


def test_x16_the_crowd_notices_a_model_that_mixes_people_up() -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        assert lived(Crowd(Path(folder) / "parley.db", SEED, mixes=True), 60).strangers_in_chats() != []


def test_x16_the_crowd_notices_a_store_that_finds_everybodys_sessions() -> None:
    """Sooner or later somebody goes on in what is somebody else's."""

    def notices(seed: int) -> bool:
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            crowd = lived(Crowd(Path(folder) / "parley.db", seed, store=Confused), 300)
            return bool(crowd.strangers_in_requests() + crowd.strangers_in_chats() + crowd.strangers_in_lines())

    assert any(notices(seed) for seed in range(SEED, SEED + 6))
