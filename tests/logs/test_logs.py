"""What is logged, and above all what is not."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from bot.logs import NOISY, Redactor, set_up

TELEGRAM = "1234567890:" + "AAF-" + "k" * 31
DISCORD = "M" * 24 + "." + "G" * 6 + "." + "x" * 38
INTERACTION = "aW50ZXJhY3Rpb246" + "MTQ3" * 40
KEY = "sk-" + "proj-abcDEF123456"
ODD = 'a "key" with\\odd signs'


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root, hook = logging.getLogger(), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook, sys.unraisablehook = hook
    logging.captureWarnings(False)
    logging.raiseExceptions = True
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.NOTSET)


def stream(form: Literal["text", "json"], level: str = "DEBUG") -> io.StringIO:
    written = io.StringIO()
    set_up(level, form, (ODD, "short"), written)
    return written


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("secret", [TELEGRAM, DISCORD, INTERACTION, KEY, ODD])
def test_x7_a_secret_is_masked_wherever_it_stands(form: Literal["text", "json"], secret: str) -> None:
    written = stream(form)
    log = logging.getLogger("bot.canary")
    log.info("in the message %s", secret)
    log.info("in an address https://api.telegram.org/bot%s/getMe", secret)
    log.info("in a record %r", {"token": secret})
    try:
        raise ValueError(f"refused {secret}")
    except ValueError:
        log.exception("in a traceback")
    lines = written.getvalue()
    assert lines.count("***") >= 3
    assert secret not in lines
    assert json.dumps(secret)[1:-1] not in lines
    assert repr(secret)[1:-1] not in lines


def test_x8_what_an_authorization_header_carries_is_masked() -> None:
    redact = Redactor(())
    assert redact("Authorization: Bearer abcdefghij0123456789==") == "Authorization: Bearer ***"
    assert redact("authorization: Bot abcdefghij0123456789") == "authorization: Bot ***"


def test_what_is_no_secret_stays() -> None:
    line = "turn 12:34 of session 7f3a9c0e11223344 answered in 1.25 s; risk-taking asks for 3 more at 12:00:00"
    assert Redactor(())(line) == line


def test_a_secret_that_another_begins_with_leaves_no_rest() -> None:
    assert Redactor(("abc", "abcdef"))("x abcdef y") == "x *** y"


@pytest.mark.parametrize("name", ["httpx", "openai._base_client", "telegram.ext", "aiosqlite", "asyncio"])
def test_noisy_libraries_are_quiet_at_any_level(name: str) -> None:
    written = stream("text", "DEBUG")
    logging.getLogger(name).info("GET https://example.org/")
    logging.getLogger(name).warning("slow")
    assert "GET" not in written.getvalue()
    assert "slow" in written.getvalue()


def test_json_is_one_object_a_line_with_the_traceback_inside() -> None:
    written = stream("json")
    try:
        raise KeyError("gone")
    except KeyError:
        logging.getLogger("bot.x").exception("it\nfailed")
    (line,) = written.getvalue().splitlines()
    entry = json.loads(line)
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "bot.x", "it\nfailed")
    assert entry["traceback"].startswith("Traceback")
    assert entry["traceback"].endswith("KeyError"), "what it says may be somebody's words"
    assert entry["time"].endswith("+00:00")


def test_a_text_line_says_when_how_grave_and_where() -> None:
    written = stream("text", "INFO")
    logging.getLogger("bot.x").debug("unseen")
    logging.getLogger("bot.x").warning("seen")
    assert written.getvalue().endswith(" WARNING bot.x: seen\n")
    assert "unseen" not in written.getvalue()


def test_every_logger_is_called_as_its_module_is() -> None:
    """So that one name switches on a room, whoever wrote it."""
    root = Path(__file__).parents[2]
    named = re.compile(r"^\w+ = logging\.getLogger\((.*)\)$", re.MULTILINE)
    found = [
        name for room in ("bot", "adapters", "storage") for file in (root / room).rglob("*.py") for name in named.findall(file.read_text())
    ]
    assert len(found) > 5
    assert set(found) == {"__name__"}


def test_groups_within_groups_are_told_of_to_a_depth() -> None:
    written = stream("text")
    error: Exception = ValueError("the innermost")
    for _ in range(2000):
        error = ExceptionGroup("a group", [error])
    logging.getLogger("bot.x").error("it failed", exc_info=error)
    assert 1 < written.getvalue().count("ExceptionGroup") < 10


@pytest.mark.parametrize(("error", "lines"), [(SystemExit(0), 0), (ValueError("CANARY"), 1)])
def test_a_thread_may_end_itself_without_a_word(error: BaseException, lines: int) -> None:
    written = stream("text")

    def ends() -> None:
        raise error

    thread = threading.Thread(target=ends)
    thread.start()
    thread.join()
    assert written.getvalue().count("CRITICAL bot: a thread ended by an error") == lines
    assert "CANARY" not in written.getvalue()
