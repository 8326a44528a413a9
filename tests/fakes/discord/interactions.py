"""An interaction as the person who started it sees it: what came as the answer, the messages, the modal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from tests.fakes.discord.pieces import walk
from tests.fakes.discord.places import Channel, Message, User
from tests.fakes.discord.refusals import Json

FIRST_RESPONSE, TOKEN_LIFE = 3.0, 900.0  # seconds


class Asked(IntEnum):
    """The types of an interaction."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Choice(NamedTuple):
    """One line of an autocomplete list."""

    name: str
    value: str | int | float


@dataclass(frozen=True, slots=True)
class Response:
    """The first response: 4 a message, 5 thinking, 6 a silent yes, 7 a change of the component's message, 8 choices, 9 a modal."""

    type: int
    data: Json


@dataclass(frozen=True, slots=True)
class Modal:
    """A form that was opened. `values` are its text fields as they stand filled in, by custom id."""

    data: Json

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def custom_id(self) -> str:
        return str(self.data["custom_id"])

    @property
    def fields(self) -> dict[str, Json]:
        """The text fields by custom id, with `label` always the one that is shown."""
        out: dict[str, Json] = {}
        for piece in walk(self.data["components"]):
            if piece["type"] == 18 and piece["component"]["type"] == 4:
                out[piece["component"]["custom_id"]] = {**piece["component"], "label": piece["label"]}
            elif piece["type"] == 4:
                out.setdefault(piece["custom_id"], piece)
        return out

    @property
    def values(self) -> dict[str, str]:
        return {name: piece.get("value") or "" for name, piece in self.fields.items()}


@dataclass(slots=True, eq=False)
class Interaction:
    """Something that a person started. `response` is None until the bot answers; `refused` lists what Discord said no to.

    `message` is the original response as it stands (for types 6 and 7 the component's own message), `followups` what came after it.
    """

    id: int
    token: str
    type: Asked
    user: User
    place: Channel
    at: float
    data: Json
    source: Message | None = None
    bot_here: bool = True
    response: Response | None = None
    message: Message | None = None
    followups: list[Message] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    payload: Json = field(default_factory=dict)
    submitter: Callable[[Interaction, str | Mapping[str, str]], Awaitable[Interaction]] | None = None

    @property
    def modal(self) -> Modal:
        """The form that was opened; AssertionError when none was."""
        assert self.response is not None, "no answer yet"
        assert self.response.type == 9, f"the answer is of type {self.response.type}, no modal"
        return Modal(self.response.data)

    @property
    def choices(self) -> list[Choice]:
        assert self.response is not None, "no answer yet"
        return [Choice(choice["name"], choice["value"]) for choice in self.response.data.get("choices") or ()]

    @property
    def messages(self) -> list[Message]:
        """The original response, when there is one, and the followups, without deleted ones."""
        every = ([] if self.message is None else [self.message]) + self.followups
        return [message for message in every if not message.deleted]

    async def wait_response(self, timeout: float = 20.0) -> Response:  # noqa: ASYNC109
        """Waits for the first response. AssertionError after `timeout` seconds."""
        return await self.place.until(lambda: self.response, f"an answer to the interaction {self.data}", timeout)

    async def wait_message(self, text: str = "", timeout: float = 20.0) -> Message:  # noqa: ASYNC109
        """Waits until a message of this interaction that is not "thinking" holds the text; the newest such."""
        wanted = f"a message with {text!r} to the interaction {self.data}"
        return await self.place.until(lambda: self._found(text), wanted, timeout)

    def _found(self, text: str) -> Message | None:
        found = (message for message in reversed(self.messages) if not message.loading and text in message.text)
        return next((message for message in found if message is not self.source or message.edit_date), None)

    async def submit(self, text: str | Mapping[str, str] = "") -> Interaction:
        """Sends the modal: one text for a form with one field, or texts by custom id; fields that are not named stay as they are.

        AssertionError for what the form would not take. Returns the new interaction.
        """
        assert self.submitter is not None
        return await self.submitter(self, text)
