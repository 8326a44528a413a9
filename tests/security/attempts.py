"""Every way to name something to every command, made from the catalogue: what is new there is tried by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.commands.catalog import COMMANDS, Command
from bot.events import Author, CommandInvoked, MessageRef, Place
from tests.security.scene import Scene

Door = Literal["typed", "pressed", "slash", "reply", "menu"]
ARGUMENT_DOORS: tuple[Door, ...] = ("typed", "pressed", "slash")
SUBJECT_DOORS: tuple[Door, ...] = ("reply", "menu")

SHAPES: dict[str, tuple[str, ...]] = {"page": ("history {id} 1",), "erase": ("{id} 99999999999",)}
"""How a command is told what or whom it is about, where that is neither its whole argument nor the first word of it."""

NAMES_NOTHING = frozenset({"ask", "new", "history", "undo", "stop", "end", "sessions", "title", "cancel", "help", "start", "forget"})
"""Commands to which nothing of anybody can be named: they are about what is current where they are given. They are tried all the same."""

DECLARE = """
/{name} is in the catalogue, and no way was found to name something of one's own to it. Either
  - add to SHAPES in tests/security/attempts.py how its argument names a session or a message, such as "history {{id}} 1", or
  - add it to NAMES_NOTHING there, if nothing can be named to it.
"""


def shapes(command: Command) -> tuple[str, ...]:
    """Arguments with a hole for an id."""
    return SHAPES.get(command.name, ("{id}", "{id} words"))


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody goes at something: by which command, and which door. `args` has a hole where an id is named."""

    command: str
    door: Door
    args: str

    def __str__(self) -> str:
        return f"/{self.command} {self.args} ({self.door})"

    def event(self, scene: Scene, who: Author, place: Place, post: MessageRef, word: str, subject: MessageRef | None) -> CommandInvoked:
        """`post` is what is pressed, `subject` what is replied to or chosen from."""
        ref = scene.ref(place)
        via = ref if self.door in ("slash", "menu") else None
        return CommandInvoked(
            post if self.door == "pressed" else ref,
            who,
            self.command,
            self.args.format(id=word),
            scene.clock.now(),
            scene.key(),
            reply_to=subject,
            pressed=self.door == "pressed",
            via=via,
        )


def naming(commands: tuple[Command, ...] = COMMANDS) -> Iterator[Way]:
    """All ways to name something by an id or a number."""
    for command in commands:
        for door in ARGUMENT_DOORS:
            for args in shapes(command):
                yield Way(command.name, door, args)


def pointing(commands: tuple[Command, ...] = COMMANDS) -> Iterator[Way]:
    """All ways to give a command about a message."""
    for command in commands:
        for door in SUBJECT_DOORS:
            for args in ("", "words"):
                yield Way(command.name, door, args)
