"""The terminal's face for people: a prompt that completes commands, and Markdown that grows in place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, InMemoryHistory
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.segment import Segment
from rich.text import Text

from adapters.terminal.cleaning import label
from adapters.terminal.reading import markdown
from bot.commands import catalog
from bot.posts import Button, Part

PROMPT = "> "


class Commands(Completer):
    """Offers the commands of the catalogue while the first word is typed."""

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        typed = document.text_before_cursor
        if typed.startswith("/") and " " not in typed:
            for command in catalog.visible():
                if command.name.startswith(typed[1:].lower()):
                    yield Completion(f"/{command.name}", -len(typed), display=command.usage, display_meta=command.help)


class Tail:
    """As much of the end of a text as the screen holds: the newest words are what people wait for."""

    def __init__(self, text: str) -> None:
        self._markdown = markdown(text)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(self._markdown, options.update(height=None), pad=False)
        for line in lines[-max(1, console.height - 2) :]:
            yield from line
            yield Segment.line()


class Screen:
    """`history` is a file in which typed lines are kept; without it they are forgotten at the end."""

    streaming = True

    def __init__(self, history: Path | None = None, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._file = history
        self._prompt: PromptSession[str] | None = None
        self._live: Live | None = None

    async def read(self, prefill: str) -> str | None:
        if self._prompt is None:
            history = FileHistory(self._file) if self._file else InMemoryHistory()
            self._prompt = PromptSession(PROMPT, history=history, completer=Commands(), complete_while_typing=True)
        try:
            return await self._prompt.prompt_async(default=prefill, handle_sigint=False)
        except EOFError:
            return None
        except KeyboardInterrupt:
            # Ctrl-C throws away what is typed; on an empty line it leaves.
            return "" if self._prompt.default_buffer.text else None

    def show(self, part: Part, *, hints: tuple[Button, ...]) -> None:
        self.drop()
        self._console.print(markdown(part.text))
        if part.file:
            self._console.print(Text(f"[{label(part.file.name)}, {len(part.file.data)} bytes]", "dim"))
        if hints:
            labels = (f"!{number} {label(button.label)}" for number, button in enumerate(hints, start=1))
            self._console.print(Text("  ".join(labels), "dim"))
        self._console.print()

    def grow(self, part: Part) -> None:
        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        self._live.update(Tail(part.text), refresh=True)

    def drop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def forget(self) -> None:
        if self._file is not None and self._file.exists():
            self._file.write_bytes(b"")
        self._prompt = None
