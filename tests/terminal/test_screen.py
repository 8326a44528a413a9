"""What a person at a terminal sees, written to a console of a fixed size."""

from __future__ import annotations

import asyncio
import io

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from adapters.terminal.screen import Commands, Screen
from bot.posts import Button, Part


def console() -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    return Console(file=written, force_terminal=True, width=60, height=8, color_system=None, highlight=False, legacy_windows=False), written


def test_an_answer_grows_in_place_and_is_printed_once() -> None:
    screen_console, written = console()
    screen = Screen(console=screen_console)
    for text in ("Hel …", "Hello **wor …"):
        screen.grow(Part(0, 1, text))
    screen.show(Part(0, 1, "Hello **world**"), hints=(Button("Retry", "retry"), Button("Open", "open")))
    after = written.getvalue()
    assert "Hel …" in after
    assert after.count("Hello world") == 1
    assert "!1 Retry  !2 Open" in after


def test_a_long_answer_shows_its_end_while_it_grows() -> None:
    screen_console, written = console()
    screen = Screen(console=screen_console)
    screen.grow(Part(0, 1, "\n\n".join(f"line {number}" for number in range(50))))
    screen.drop()
    assert "line 49" in written.getvalue()
    assert "line 10" not in written.getvalue()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("/ed", ["/edit"]), ("/", None), ("/edit ", []), ("hello /ed", []), ("/st", ["/stop"])],
)
def test_commands_are_completed(typed: str, offered: list[str] | None) -> None:
    found = [completion.text for completion in Commands().get_completions(Document(typed), CompleteEvent())]
    if offered is None:
        assert len(found) > 10
        assert "/start" not in found
    else:
        assert found == offered


@pytest.mark.parametrize(
    ("keys", "line"),
    [("hello\r", "hello"), ("\x04", None), ("\x03", None), ("abc\x03", "")],
)
async def test_a_line_is_read_and_ctrl_d_leaves(keys: str, line: str | None) -> None:
    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
        keyboard.send_text(keys)
        assert await asyncio.wait_for(Screen().read(""), 5) == line
