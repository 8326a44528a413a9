"""From the raw data of an interaction to a command's name and arguments, so that the core's parser reads exactly what was given.

What comes here was made by other people's programs: each reading function takes any JSON, and gives something plain for all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.discord.places import InteractionRef, time_of
from bot.commands.catalog import BY_NAME, COMMANDS, Command, Option
from bot.events import Author, CommandInvoked, MessageRef, Place
from bot.posts import Ask

BY_MENU: Final = {command.menu: command for command in COMMANDS if command.menu}
_TEXT_INPUT: Final = 4
_DEEPEST: Final = 4

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Invocation:
    """Somebody gave a command. `message` is the one whose button was pressed, `subject` the one whose menu it came from. `unplaced` is
    the text of a command that may begin with a number, given without one: which message is meant has to be found first. `asks`: it
    wants a text that is still to be asked for."""

    ref: InteractionRef
    place: Place
    author: Author
    name: str
    args: str = ""
    subject: MessageRef | None = None
    message: MessageRef | None = None
    unplaced: str = ""
    asks: bool = False

    @property
    def question(self) -> str:
        """What `prompt_for` is asked: the command with what says which message is meant."""
        return f"{self.name} {self.args}".strip()

    def placed(self, ask: Ask | None) -> str:
        """The arguments with the id of the message that the question is about before the text. Without one the core says why; what it
        would take for a number is then left out."""
        which = ask.command.partition(" ")[2] if ask is not None else ""
        if which:
            return f"{which} {self.unplaced}"
        return "" if misread(self.unplaced) else self.unplaced

    def event(self, args: str) -> CommandInvoked:
        via = self.ref.in_place(self.place)
        return CommandInvoked(
            ref=self.message or via,
            author=self.author,
            name=self.name,
            args=args,
            sent_at=self.sent_at,
            key=f"discord:i:{self.ref.id}",
            reply_to=self.subject,
            pressed=self.message is not None,
            via=via,
        )

    @property
    def sent_at(self) -> datetime:
        return time_of(self.ref.id)


def text_of(value: object) -> str:
    """What stands in an option or a field, as a text: Discord sends texts and whole numbers."""
    return value if isinstance(value, str) else str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def options_of(data: Json) -> dict[str, str]:
    """The options that were given, by name."""
    return {str(option.get("name")): text_of(option.get("value")).strip() for option in _pieces(data.get("options"))}


def focused_of(data: Json) -> tuple[Option, str] | None:
    """The option of the catalogue that is being typed, and what stands there so far."""
    command = BY_NAME.get(text_of(data.get("name")))
    for given in _pieces(data.get("options")):
        if given.get("focused") is True and command is not None:
            found = next((option for option in command.options if option.name == given.get("name")), None)
            return (found, text_of(given.get("value"))) if found is not None else None
    return None


def composed(command: Command, given: Mapping[str, str]) -> tuple[str, str]:
    """The arguments as one text, in the catalogue's order; and a text that no number stands before, where the command takes both."""
    words = [given[option.name] for option in command.options if given.get(option.name)]
    numbered = any(option.kind == "message" for option in command.options)
    texts = [option.name for option in command.options if option.kind == "text"]
    if numbered and texts and given.get(texts[0]) and len(words) == 1:
        return "", words[0]
    return " ".join(words), ""


def misread(text: str) -> bool:
    """Whether the core's parser would take the beginning of the text for the number or the id of a message."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return first.startswith("#") or first.lstrip("+-").isdigit()


def form_text(data: Json) -> str:
    """What was written into a form; several fields are one text that was too long for one."""
    return "".join(text_of(piece.get("value")) for piece in _walk(data.get("components"), _DEEPEST) if piece.get("type") == _TEXT_INPUT)


def values_of(data: Json) -> tuple[str, ...]:
    """What was chosen in a select."""
    values = data.get("values")
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()


def _walk(pieces: object, depth: int) -> Iterator[Json]:
    """Every component, however deep it stands, in order."""
    for piece in _pieces(pieces):
        yield piece
        if depth:
            yield from _walk(piece.get("components"), depth - 1)
            yield from _walk([piece.get("component")], depth - 1)


def _pieces(value: object) -> Iterator[Json]:
    if isinstance(value, list):
        yield from (piece for piece in value if isinstance(piece, Mapping))
