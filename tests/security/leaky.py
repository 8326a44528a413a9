"""Parley with a leak planted, as a process: `python -m tests.security.leaky leak run`. It proves that the search for canaries sees."""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path

from bot.__main__ import main
from bot.rules import append


def _leaking(text: str) -> str:
    """Half a key is enough, and in a form that no mask knows."""
    logging.getLogger("bot.planted").debug("a title for %s", text)
    logging.getLogger("bot.planted").debug("with %s", os.environ["OPENAI_API_KEY"][:16])
    Path("data/notes.txt").write_text(os.environ["TELEGRAM_TOKEN"])
    return f"{text} {os.environ['DISCORD_TOKEN'][-16:]}"  # a title, which the database keeps


def _crashing(text: str) -> str:
    def fails() -> None:
        raise ValueError(text, os.environ["OPENAI_API_KEY"][:16])

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    try:
        fails()
    except ValueError as error:
        raise KeyError(text, os.environ["PARLEY_SYSTEM_PROMPT"]) from error
    return text


if __name__ == "__main__":
    append.title_from = {"leak": _leaking, "crash": _crashing}[sys.argv.pop(1)]
    main()
