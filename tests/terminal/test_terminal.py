"""The terminal adapter in front of a core that only keeps a list."""

from __future__ import annotations

import asyncio
import contextlib
import os

import pytest

from adapters.terminal import TerminalAdapter
from adapters.terminal.pipe import Pipe, plain
from bot.errors import MessageGone, PlaceUnavailable
from bot.events import CommandInvoked, Event, MessageReceived
from bot.posts import Ask, Button, Content, Part
from tests.terminal.piped import HERE, ListCore, descriptors, echo, talk


async def test_lines_are_answered_whole_and_in_order_until_the_input_ends() -> None:
    output, core = await talk(b"hello\n\n/edit 3 new words\nlast")
    assert output == "You said hello\n\nCommand edit(3 new words)\n\nYou said last\n"
    assert core.ready


async def test_exit_is_handed_to_the_core_and_then_leaves() -> None:
    output, core = await talk(b"one\nexit\nnever read\n")
    assert [event.text for event in core.accepted if isinstance(event, MessageReceived)] == ["one", "exit"]
    assert output == "You said one\n\nYou said exit\n"


@pytest.mark.parametrize(
    ("line", "name", "args"),
    [
        ("/new", "new", ""),
        ("/NEW A title", "new", "A title"),
        ("/edit   3  two  blanks", "edit", "3  two  blanks"),
        ("/nonsense", "nonsense", ""),
    ],
)
async def test_a_line_with_a_slash_is_a_command(line: str, name: str, args: str) -> None:
    _, core = await talk(line.encode() + b"\n")
    (event,) = core.accepted
    assert isinstance(event, CommandInvoked)
    assert (event.name, event.args) == (name, args)


@pytest.mark.parametrize("line", ["/usr/bin/env is a path", "/", "// a comment", "!1", "5/3"])
async def test_other_lines_are_words(line: str) -> None:
    _, core = await talk(line.encode() + b"\n")
    (event,) = core.accepted
    assert isinstance(event, MessageReceived)
    assert event.text == line


async def test_keys_and_ids_are_never_used_twice() -> None:
    cores = [(await talk(b"a\nb\n/new\n"))[1] for _ in range(2)]
    events = [event for core in cores for event in core.accepted]
    assert len({event.key for event in events}) == len({event.ref for event in events}) == 6


async def test_a_button_is_pressed_by_its_number() -> None:
    buttons = ((Button("Retry", "retry #7f3a"), Button("Open", "open #1234")),)
    _, core = await talk(b"hello\n!2\n!3\n", lambda event: Content("Well", buttons))
    _, press, other = core.accepted
    assert isinstance(press, CommandInvoked)
    assert (press.name, press.args, press.pressed) == ("open", "#1234", True)
    assert isinstance(other, MessageReceived)


async def test_the_line_after_a_question_replies_to_it_and_a_command_leaves_it() -> None:
    def ask(event: Event) -> Content:
        return Content("New text?", ask=Ask("edit", "New text")) if isinstance(event, CommandInvoked) else Content("Done")

    _, core = await talk(b"/edit\nnew words\nmore words\n", ask)
    _, answer, more = core.accepted
    assert isinstance(answer, MessageReceived)
    assert answer.reply_to is not None
    assert isinstance(more, MessageReceived)
    assert more.reply_to is None


async def test_what_is_printed_cannot_be_edited_but_an_edit_that_changes_nothing_is_done() -> None:
    async with descriptors(b"") as (stdin, stdout, shown):
        adapter = TerminalAdapter(Pipe(stdin, stdout))
        ref = await adapter.send(HERE, Part(0, 3, "one"), key="1")
        await adapter.edit(ref, Part(0, 3, "one"))
        with pytest.raises(MessageGone):
            await adapter.edit(ref, Part(0, 3, "two"))
        await adapter.delete(ref)
        assert os.read(shown, 100) == b"one\n"


async def test_a_reader_that_left_ends_the_conversation() -> None:
    async with descriptors(b"a\nb\n") as (stdin, stdout, shown):
        adapter = TerminalAdapter(Pipe(stdin, stdout))
        os.close(shown)
        with pytest.raises(PlaceUnavailable):
            await adapter.send(HERE, Part(0, 1, "x"), key="1")
        core = ListCore(adapter, echo)
        await asyncio.wait_for(adapter.run(core), 5)
        assert core.accepted == []


async def test_input_is_not_read_far_ahead_of_the_answers() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    pipe = Pipe(reading, writing)
    block = (b"x" * 1023 + b"\n") * 64
    taken = os.write(writing, block)
    try:
        assert await asyncio.wait_for(pipe.read(""), 5) == "x" * 1023
        for _ in range(30):
            await asyncio.sleep(0.01)
            with contextlib.suppress(BlockingIOError):
                taken += os.write(writing, block)
        assert taken < 400_000
    finally:
        os.close(writing)
        while await pipe.read("") is not None:
            pass
        os.close(reading)


async def test_u5_bytes_that_are_no_text_do_not_end_it() -> None:
    output, _ = await talk(b"\xff\xfe caf\xc3\xa9\n")
    assert output == "You said �� café\n"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        (r"A title\! with \*stars\*", "A title! with *stars*"),
        ("one\\\ntwo", "one\ntwo"),
        (r"`\d+` and \#7f3a", r"`\d+` and #7f3a"),
        ('```\nprintf("\\!")\n```\n\\!', '```\nprintf("\\!")\n```\n!'),
        (r"\`a\_b\` and \`c\_d\`", "`a_b` and `c_d`"),
        (r"C:\Users\me", r"C:\Users\me"),
    ],
)
def test_a_pipe_shows_markdown_as_it_reads(markdown: str, text: str) -> None:
    assert plain(markdown) == text


@pytest.mark.parametrize(("said", "kept"), [("This button is not yours.", True), (None, False)])
async def test_x22_typed_lines_go_when_the_erasure_was_accepted_and_not_before(said: str | None, kept: bool) -> None:
    class Face(Pipe):
        gone = False
        lines = iter(["/forget", "!1"])

        def __init__(self) -> None: ...

        async def read(self, prefill: str) -> str | None:
            return next(self.lines, None)

        def show(self, part: Part, *, hints: tuple[Button, ...]) -> None: ...

        def forget(self) -> None:
            self.gone = True

    face = Face()
    adapter = TerminalAdapter(face)

    class Core(ListCore):
        async def accept(self, event: Event) -> str | None:
            assert not face.gone
            await super().accept(event)
            return said if isinstance(event, CommandInvoked) and event.name == "erase" else None

    await adapter.run(Core(adapter, lambda event: Content("Sure?", ((Button("Erase", "erase #1 1"),),))))
    assert face.gone is not kept
