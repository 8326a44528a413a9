"""What came of a campaign: what is counted, and what is wrong, with the rooms where it can be read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.torture.crowd import Room


@dataclass(slots=True)
class Verdict:
    """`lost` and `doubled` are counted, `problems` says what and where. `unsaid` counts interactions that got no more than "thinking",
    `again` updates that Telegram handed out once more."""

    asked: int = 0
    answers: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    merged: int = 0
    strays: int = 0
    unknown_sends: int = 0
    commands: int = 0
    again: int = 0
    unsaid: int = 0
    lost: int = 0
    doubled: int = 0
    problems: list[str] = field(default_factory=list)
    rooms: dict[int, Room] = field(default_factory=dict)

    def lose(self, what: str, room: Room) -> None:
        self.lost += 1
        self.blame(f"lost: {what}", room)

    def double(self, what: str, room: Room) -> None:
        self.doubled += 1
        self.blame(f"answered twice: {what}", room)

    def blame(self, what: str, room: Room) -> None:
        self.problems.append(f"{what} (room {room.id})")
        self.rooms[room.id] = room

    def transcript(self) -> str:
        """The rooms with a problem, to be read."""
        return "\n\n".join(f"--- room {room.id}\n{room.transcript()}" for room in self.rooms.values())
