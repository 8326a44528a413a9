"""Logging: plain lines or JSON on one stream, with everything that looks like a secret masked before it is written."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal, TextIO
from urllib.parse import quote

from bot.errors import BotError

MASK = "***"
LONGEST_CHAIN = 10
MOST_IN_GROUP = 10
DEEPEST_GROUP = 3
"""Groups within groups that are told of, and what is in them; with ten in each that is some thousand errors at the most."""
# These write addresses that hold tokens at INFO, and message texts at DEBUG, whatever level the operator asked for.
NOISY = ("httpx", "httpx2", "httpcore", "httpcore2", "openai", "aiosqlite", "telegram", "discord", "asyncio", "aiohttp", "markdown_it")

_LOOKS_SECRET = re.compile(
    r"\d{6,}:[\w-]{30,}"  # a Telegram bot token, also inside an address
    r"|[\w-]{23,28}\.[\w-]{6}\.[\w-]{27,}"  # a Discord bot token
    r"|aW50ZXJhY3Rpb246[\w+/=-]+"  # the token of a Discord interaction: "interaction:" and more, in base64
    r"|sk-[\w-]{8,}"  # a key of OpenAI, or of one of the many that copy its form
    r"|(?i:(?<=bearer )|(?<=bot ))[\w.~+/-]{16,}=*",  # what an Authorization header carries
    re.ASCII,
)


class Redactor:
    """Masks the given secrets, and whatever has the shape of one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # As it is, and as it looks inside a printed record, a JSON body or an address. Longest first, so that none is half masked.
        forms = {form for secret in secrets for form in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe=""))}
        known = sorted(forms - {""}, key=len, reverse=True)
        self._known = re.compile("|".join(re.escape(secret) for secret in known)) if known else None

    def __call__(self, text: str) -> str:
        if self._known:
            text = self._known.sub(MASK, text)
        return _LOOKS_SECRET.sub(MASK, text)


def _traced(error: BaseException, depth: int = 0) -> list[str]:
    """Where it came from, with the errors it came of, oldest first; of each its kind. What an error says is left out, but for our own, the
    system's and those of imports: any other may quote what was being worked at, and that is people's words. `depth` counts the groups
    that it is in."""
    told: list[str] = []
    for one in reversed(_chain(error)):
        says = f": {one}" if isinstance(one, BotError | ImportError) else f": {one.strerror}" if isinstance(one, OSError) else ""
        told += ["Traceback (most recent call last):\n", *traceback.format_tb(one.__traceback__), f"{type(one).__qualname__}{says}\n"]
        if isinstance(one, BaseExceptionGroup) and depth < DEEPEST_GROUP:
            told += [line for inner in one.exceptions[:MOST_IN_GROUP] for line in _traced(inner, depth + 1)]
    return told


def _chain(error: BaseException) -> list[BaseException]:
    """The error, and those that it came of."""
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain and len(chain) < LONGEST_CHAIN:
        chain.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return chain


class _Told(logging.Formatter):
    """What both forms have in common: how errors are told."""

    def formatException(self, ei: logging._SysExcInfoType) -> str:
        return "".join(_traced(ei[1])).rstrip() if ei[1] is not None else ""


class _Lines(_Told):
    """`2026-11-21 12:00:00 INFO bot.sessions: text`, in UTC."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        self.converter = time.gmtime
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        # The whole line at last: a traceback or an argument can hold a secret as well as the message.
        return self._redact(super().format(record))


class _Json(_Told):
    """One JSON object a line, for machines that collect logs."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        # Each value before it is quoted: in JSON a secret may be written with escapes, and would not be found.
        return json.dumps({name: self._redact(value) for name, value in line.items()}, ensure_ascii=False)


def set_up(level: str, form: Literal["text", "json"], secrets: Iterable[str], stream: TextIO | None = None) -> None:
    """Sends every log to `stream` (stderr), and nowhere else; for the start of the process."""
    redact = Redactor(secrets)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json(redact) if form == "json" else _Lines(redact))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.raiseExceptions = False
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    log = logging.getLogger("bot")
    sys.excepthook = lambda kind, error, trace: log.critical("ended by an error", exc_info=(kind, error, trace))
    threading.excepthook = lambda args: _of_thread(log, args)
    sys.unraisablehook = lambda args: log.error("an error that nobody could catch", exc_info=args.exc_value)


def _of_thread(log: logging.Logger, args: threading.ExceptHookArgs) -> None:
    """A thread may end itself by SystemExit, which Python says nothing of either."""
    if not issubclass(args.exc_type, SystemExit):
        log.critical("a thread ended by an error", exc_info=args.exc_value)
