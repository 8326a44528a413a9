"""What a person at a terminal sees, written to a console of a fixed size."""

from __future__ import annotations

import asyncio
import io
import re
from collections import Counter
from string import ascii_lowercase, ascii_uppercase

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from adapters.terminal.adapter import TerminalAdapter
from adapters.terminal.screen import Commands, Screen
from bot.posts import Button, Content, Part


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


@pytest.mark.parametrize("obeyed", ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x1b]8;;http://evil.com\x1b\\", "\x08", "\x84"])
@pytest.mark.parametrize("around", ["{}", "`{}`", "```\n{}\n```", "# {}", "| {} |\n|-|\n| {} |", "[a](http://x.org/{})"])
def test_x14_nothing_in_an_answer_is_obeyed(around: str, obeyed: str) -> None:
    screen_console, written = console()
    parts = TerminalAdapter(Screen(console=screen_console)).render(Content(around.replace("{}", f"a{obeyed}b")))
    Screen(console=screen_console).show(parts[0], hints=(Button(obeyed, "retry"),))
    assert "a" in written.getvalue()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", re.sub(r"\x1b\[[0-9;]*m", "", written.getvalue()))


def test_x14_a_link_shows_its_address() -> None:
    screen_console, written = console()
    Screen(console=screen_console).show(Part(0, 1, "[good.com](https://evil.com) ![i](https://i.org)"), hints=())
    assert "good.com (https://evil.com) !i (https://i.org)" in written.getvalue()


@pytest.mark.parametrize(
    "source", ["<think>a plan</think>", "<div>\na plan\n</div>", "std::vector<a plan>", "[1]: http://a plan", "<!-- a plan"]
)
def test_p14_nothing_in_an_answer_is_swallowed(source: str) -> None:
    screen_console, written = console()
    Screen(console=screen_console).show(Part(0, 1, source), hints=())
    assert source.split() == written.getvalue().split()


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("|a|b|\n|-|-|\n|1|2|*3*|4|\n|5|", "a b 1 2 | 3 | 4 5"),
        ("> |a|\n> |-|\n> |1| [2](http://x.org) |", "▌ a ▌ 1 | 2 (http://x.org)"),
        ('```py title="a plan"\nx\n```', 'py title="a plan" x'),
        ("- ```plan.txt\n  x\n  ```", "• plan.txt x"),
        ("```python\nx\n```", "x"),
        ("```a plan\n```", "a plan"),
        ('*[a](http://x.org "the *plan*")* [b](http://x.org)', "a (http://x.org) (the *plan*) b (http://x.org)"),
    ],
)
def test_p14_what_is_said_beside_something_is_drawn(source: str, shown: str) -> None:
    """Cells that have no column, what stands beside a block's language, titles of links."""
    screen_console, written = console()
    Screen(console=screen_console).show(Part(0, 1, source), hints=())
    assert re.sub(r"[▌─\s]+\n", "\n", written.getvalue()).split() == shown.split()


@pytest.mark.parametrize(
    "source",
    [
        f"|a|b|\n|-|-|\n|{'x' * 100}END|https://example.org/{'y' * 100}END|",
        f"|{'|'.join(ascii_lowercase)}|\n|{'-|' * 26}\n|{'|'.join(ascii_uppercase)}|",
        f"> - > |{'|'.join(ascii_lowercase)}|\n>   > |{'-|' * 26}",
        "- " * 19 + "words",
        "> " * 30 + "words",
        "> " * 12 + "words",
        "123456789. " * 6 + "words",
    ],
)
def test_p14_nothing_is_drawn_beyond_the_edge(source: str) -> None:
    """What has too little room is drawn in another way, down to the text as it is written."""
    screen_console, written = console()
    Screen(console=screen_console).show(Part(0, 1, source), hints=())
    letters = Counter(filter(str.isalnum, source)) - Counter(filter(str.isalnum, written.getvalue()))
    assert not letters
    assert max(map(len, written.getvalue().split("\n"))) <= 60


@pytest.mark.parametrize(
    "source",
    [
        "```python\n{} 🧑\u200d🔬bc\n```",
        "{} **🧑\u200d**🔬bc",
        "# {} `🧑\u200d`🔬bc",
        "|a|\n|-|\n|{} *🧑\u200d*🔬bc|",
        "{} [🧑\u200d](http://x.org) bc",
    ],
)
def test_p14_what_is_joined_costs_no_letter(source: str) -> None:
    """A line is broken by the width of all of it; its pieces have no more together."""
    for length in range(30, 60):
        screen_console, written = console()
        Screen(console=screen_console).show(Part(0, 1, source.format("a" * length)), hints=())
        assert re.sub(r"[^a-c]", "", written.getvalue().replace("http://x.org", "")).endswith("a" * length + "bc"), length


def test_an_emoji_of_two_characters_is_as_wide_as_it_is_drawn() -> None:
    screen_console, written = console()
    Screen(console=screen_console).show(Part(0, 1, "```python\n❤\ufe0f x\n```"), hints=())
    assert "\n ❤\ufe0f x" + " " * 55 + "\n" in written.getvalue()


def test_a_table_of_many_columns_is_one_record_for_each_row() -> None:
    screen_console, written = console()
    Screen(console=screen_console).show(Part(0, 1, "|a|b|c|d|e|f|g|\n|-|-|-|-|-|-|-|\n|1|2\n|3|"), hints=())
    assert written.getvalue().strip() == "a: 1\nb: 2\nc: \nd: \ne: \nf: \ng: \n\na: 3\nb: \nc: \nd: \ne: \nf: \ng:"
