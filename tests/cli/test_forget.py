"""/forget in the terminal: through a pipe by its word, at a keyboard by its button."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import parley as run
from tests.cli.test_terminal import terminal

CANARY = b"marzipan"


def holding(folder: Path) -> list[str]:
    return [file.name for file in folder.rglob("*") if file.is_file() and CANARY in file.read_bytes()]


async def test_x22_a_pipe_forgets_who_wrote_into_it(tmp_path: Path) -> None:
    first = await run(tmp_path, "chat", typed="the word is marzipan\n")
    assert first.status == 0
    assert holding(tmp_path) == ["parley.db"]
    second = await run(tmp_path, "chat", typed="/forget\n/forget everything\n/history\n/forget\n")
    assert "1 session, 2 messages and your name" in second.out
    assert "Erased for good" in second.out
    assert holding(tmp_path) == []


def test_x22_the_lines_that_were_typed_are_kept_no_longer(tmp_path: Path) -> None:
    """They stand in a file of their own, for the arrow keys, and in the memory of the prompt."""
    with terminal(tmp_path, "chat") as screen:
        screen.waits_for(">")
        screen.types("the word is marzipan\r")
        screen.waits_for("!1 Retry.*>")
        assert "terminal_history" in holding(tmp_path)
        screen.types("/forget\r")
        screen.waits_for("!1 Erase everything.*>")
        screen.types("!1\r")
        screen.waits_for("Erased for good.*>")
        assert holding(tmp_path) == []
        screen.types("\x1b[A\x1b[A\x1b[A\r")
        screen.waits_for(">")
        screen.types("/sessions\r")
        screen.waits_for("No sessions yet")
        screen.types("exit\r")
        assert screen.process.wait(5) == 0
    assert holding(tmp_path) == []
