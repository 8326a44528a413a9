"""The terminal as this process found it: people get a screen, programs a pipe, and who sits there is who runs the process."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from adapters.terminal.adapter import TerminalAdapter
from adapters.terminal.pipe import Pipe


def opened(history: Path, now: Callable[[], datetime]) -> TerminalAdapter:
    """The adapter for stdin and stdout, both of which must be there. A screen keeps the typed lines in the file `history`."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        from adapters.terminal.screen import Screen  # noqa: PLC0415 - a pipe needs none of the screen's libraries

        return TerminalAdapter(Screen(history), _who(), now)
    return TerminalAdapter(Pipe(sys.stdin.fileno(), sys.stdout.fileno()), _who(), now)


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "me"  # A container may run as a user without a name.
