"""The `parley` command: what can be typed after it. What the commands do is handed in by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer


@dataclass(frozen=True, slots=True)
class Actions:
    """What each command does; each gives the exit status of the process."""

    run: Callable[[], int]
    chat: Callable[[Path | None], int]
    check: Callable[[], int]


def application(actions: Actions) -> typer.Typer:
    """The command line. Tracebacks stay plain, as the pretty ones print local variables, and with them keys."""
    app = typer.Typer(
        name="parley",
        help="A self-hosted AI chat bot: Telegram, Discord, and a terminal to try it in.",
        epilog="Settings come from the environment, .env and parley.toml in the current folder; README.md lists them.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback()
    def parley(show_version: Annotated[bool, typer.Option("--version", help="Say which version this is.", is_eager=True)] = False) -> None:
        if show_version:
            typer.echo(f"parley {version('parley')}")
            raise typer.Exit

    @app.command(help="Start the bot on every platform that has a token; with none, open a chat here.")
    def run() -> None:
        raise typer.Exit(actions.run())

    @app.command(help="Talk to the bot in this terminal.")
    def chat(database: Annotated[Path | None, typer.Option(help="Keep this conversation in a file of its own.")] = None) -> None:
        raise typer.Exit(actions.chat(database))

    @app.command(help="Say what would work and what not: settings, tokens, model, database.")
    def check() -> None:
        raise typer.Exit(actions.check())

    return app
