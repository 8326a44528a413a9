"""What the tests of the whole house share: the log as it is set up for real, to be searched for what must not be there."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator

import pytest

from bot.logs import NOISY, set_up


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything logged at DEBUG, before anything is masked in it."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    set_up("DEBUG", "text", (), io.StringIO())
    written = io.StringIO()
    root.addHandler(logging.StreamHandler(written))
    yield written
    root.handlers[:], root.level, sys.excepthook = handlers, level, hook
    logging.captureWarnings(False)
    logging.raiseExceptions = True
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.NOTSET)
