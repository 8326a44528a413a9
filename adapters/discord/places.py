"""Ids of Discord and what the core calls them: channels are places, messages and interactions are refs.

A thread is a place of its own in its channel. An interaction (a slash command, a press, a modal that was sent) is a ref as well: all
that it takes to answer it after a restart stands in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from bot.events import MessageRef, Place, PlaceKind

PLATFORM: Final = "discord"
EPOCH: Final = 1_420_070_400_000
"""Milliseconds of Unix time at which Discord's ids begin [Discord: Snowflakes]."""
LIFETIME: Final = timedelta(minutes=14)
"""How long an interaction is answered by its token: Discord takes it for 15 minutes, and a call takes its time."""

InteractionKind = Literal["command", "press", "modal"]
_KINDS: Final[dict[str, InteractionKind]] = {"c": "command", "p": "press", "m": "modal"}
_LETTERS: Final = {kind: letter for letter, kind in _KINDS.items()}


def place_of(channel_id: int | str, parent_id: int | str | None = None, *, kind: PlaceKind = "group") -> Place:
    """The place of a channel; of a thread where its channel is given as `parent_id`."""
    if parent_id:
        return Place(PLATFORM, str(parent_id), str(channel_id), kind)
    return Place(PLATFORM, str(channel_id), "", kind)


def channel_id(place: Place) -> int:
    """Where messages of the place are sent to. A place with an id that is no number is nowhere: 0."""
    found = place.thread_id or place.chat_id
    return int(found) if found.isascii() and found.isdigit() else 0


def message_id(ref: MessageRef) -> int:
    """The message's number, 0 for what is no message."""
    return int(ref.message_id) if ref.message_id.isascii() and ref.message_id.isdigit() else 0


def time_of(snowflake: int) -> datetime:
    """When the thing with this id came into being."""
    return datetime.fromtimestamp(((snowflake >> 22) + EPOCH) / 1000, UTC)


def snowflake_at(at: datetime) -> int:
    """The lowest id of something that came into being then; 0 for the time before Discord."""
    milliseconds = int(at.timestamp() * 1000) - EPOCH if at.year > 2000 else 0  # noqa: PLR2004 - any year will do
    return max(0, milliseconds) << 22


@dataclass(frozen=True, slots=True)
class InteractionRef:
    """What it takes to answer an interaction. `here`: the bot is a member of the place and may write there, so that it can go on with
    ordinary messages. `private`: its answer is shown to who gave it alone. `message_id` is the message a button of which was pressed.
    """

    id: int
    token: str = field(repr=False)
    kind: InteractionKind
    here: bool
    private: bool = False
    message_id: int = 0

    def in_place(self, place: Place) -> MessageRef:
        flags = f"{_LETTERS[self.kind]}{'h' if self.here else ''}{'e' if self.private else ''}"
        return MessageRef(place, f"i.{self.id}.{flags}.{self.message_id}.{self.token}")

    @property
    def until(self) -> datetime:
        """From then on the token is not relied upon."""
        return time_of(self.id) + LIFETIME


def interaction_of(ref: MessageRef | None) -> InteractionRef | None:
    """The interaction that the ref stands for; None where it is an ordinary message."""
    if ref is None or not ref.message_id.startswith("i."):
        return None
    _, number, flags, message, token = ref.message_id.split(".", 4)
    return InteractionRef(int(number), token, _KINDS[flags[0]], "h" in flags, "e" in flags, int(message))
