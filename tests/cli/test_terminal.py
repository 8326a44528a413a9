"""A person at a real terminal: the command behind a pseudo-terminal, typed to and read from."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.command import environment


class Terminal:
    """What is on the other side of the glass."""

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self.descriptor, self.process, self.seen = descriptor, process, ""

    def types(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())

    def waits_for(self, pattern: str, seconds: float = 60.0) -> str:
        """All that was shown up to the pattern; what was matched is not matched again."""
        until = time.monotonic() + seconds
        while not (found := re.search(pattern, self.seen, re.DOTALL)):
            left = until - time.monotonic()
            assert left > 0, f"{pattern!r} was not shown: {self.seen!r}"
            if select.select([self.descriptor], [], [], left)[0]:
                self._read()
        shown, self.seen = self.seen[: found.end()], self.seen[found.end() :]
        return shown

    def _read(self) -> None:
        block = os.read(self.descriptor, 65536).decode("utf-8", "replace")
        if "\x1b[6n" in block:
            self.types("\x1b[1;1R")  # The prompt asks where the cursor is.
        self.seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", block)


@contextmanager
def terminal(folder: Path, *words: str) -> Iterator[Terminal]:
    here, there = pty.openpty()
    env = environment(folder, {"TERM": "xterm", "COLUMNS": "100", "LINES": "40"})
    command = [sys.executable, "-m", "bot", *words]
    process = subprocess.Popen(command, cwd=folder, env=env, stdin=there, stdout=there, stderr=there, start_new_session=True)  # noqa: S603
    os.close(there)
    try:
        yield Terminal(here, process)
    finally:
        process.kill()
        process.wait()
        os.close(here)


def test_a_person_talks_presses_and_leaves(tmp_path: Path) -> None:
    with terminal(tmp_path, "run") as screen:
        screen.waits_for("/help lists the commands")
        screen.waits_for(">")
        screen.types("hello\r")
        screen.waits_for("You said, in 1 word")
        screen.waits_for("!1 Retry.*>")
        screen.types("!1\r")
        screen.waits_for("You said, in 1 word")
        screen.waits_for("!1 ‹.*>")
        screen.types("exit\r")
        screen.waits_for("Session ended")
        assert screen.process.wait(5) == 0


def test_ctrl_c_stops_the_answer_and_then_leaves(tmp_path: Path) -> None:
    with terminal(tmp_path, "chat") as screen:
        screen.waits_for(">")
        screen.types("hello\r")
        screen.waits_for("I am Parley")
        screen.process.send_signal(signal.SIGINT)
        screen.waits_for("stopped")
        screen.waits_for(">")
        screen.types("\x03")
        assert screen.process.wait(5) == 0


def test_r1_sigterm_at_the_prompt_ends_it_and_leaves_the_terminal_usable(tmp_path: Path) -> None:
    with terminal(tmp_path, "chat") as screen:
        screen.waits_for(">")
        screen.process.terminate()
        assert screen.process.wait(2) == 0
