"""A platform as Discord is: it keeps messages and no events, remembers keys of sends for minutes, and commands wait for their answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.events import Event, MessageEdited, MessageReceived, MessageRef, Place
from bot.posts import Part
from tests.simulation.chats import Chats, Shown
from tests.simulation.world import World

NAME = "discord"
NONCE_LASTS = 180.0
TOKEN_LASTS = 900.0


@dataclass(slots=True)
class Interaction:
    """Something that waits for its answer; `response` is the message it got."""

    place: Place
    at: float
    response: int = 0


class Connection:
    """What the gateway tells one session, until it ends."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[tuple[int, Event] | None] = asyncio.Queue()
        self.open = True


class DiscordServer:
    """`marks` is from where on the program knew each channel: it fetches what came after. `lines` counts what was said to one pair
    of eyes."""

    name = NAME

    def __init__(self, world: World) -> None:
        self.world = world
        self.chats = Chats()
        self.blocked: set[Place] = set()
        self.written: dict[int, MessageReceived] = {}
        self.changed: dict[int, Event] = {}
        self.interactions: dict[str, Interaction] = {}
        self.marks: dict[str, int] = {}
        self.lines: Counter[Place] = Counter()
        self.lost_whispers = 0
        self._nonces: dict[str, tuple[int, float]] = {}
        self._connection: Connection | None = None
        self._behind: list[tuple[int, Event]] = []
        self._pressed = 9000

    def connect(self, *, resume: bool = False) -> Connection:
        """A new session hears what happens from now on; a resumed one what it missed as well."""
        connection = self._connection = Connection()
        missed, self._behind = self._behind, []
        for event in missed if resume else []:
            connection.events.put_nowait(event)
        return connection

    def cut(self) -> None:
        """The connection ends; what happens before the next one may be told again."""
        if self._connection is not None and self._connection.open:
            self._connection.open = False
            self._connection.events.put_nowait(None)

    def findable(self, shown: Shown) -> bool:
        """Nobody can find what stands in a channel that was never known, or stood there before it was."""
        stored = self.world.disk.execute("SELECT 1 FROM events WHERE key = ?", (f"discord:{shown.id}",)).fetchone()
        return bool(stored) or shown.id > self.marks.get(shown.place.chat_id, shown.id)

    def note_marks(self) -> None:
        for name, value in self.world.disk.execute("SELECT name, value FROM cursors WHERE name LIKE 'channel/%'"):
            self.marks.setdefault(name.removeprefix("channel/"), int(value))

    def gone(self) -> None:
        """Nobody is there to listen."""
        self.note_marks()
        self._connection = None
        self._behind = []

    def write(self, shown: Shown, event: MessageReceived) -> None:
        self.written[shown.id] = event
        self._tell(shown.id, event)

    def edit(self, shown: Shown, event: MessageEdited) -> None:
        """Who fetches the message later finds it in its new words."""
        self.changed[shown.id] = event
        self.written[shown.id] = replace(self.written[shown.id], text=event.text)
        self._tell(shown.id, event)

    def delete(self, shown: Shown, event: Event) -> bool:
        """Whether anybody was told."""
        shown.deleted = True
        return self._tell(shown.id, event)

    def invoke(self, place: Place, kind: str, make: Callable[[MessageRef], Event]) -> bool:
        """A command or a press; False where nobody takes it, which the person is told."""
        self._pressed += 1
        name = f"{kind}{self._pressed}"
        if self._connection is None or not self._connection.open:
            return False
        self.interactions[name] = Interaction(place, self.world.now)
        self._tell(0, make(MessageRef(place, name)))
        return True

    def post(self, place: Place, part: Part, key: str, reply_to: MessageRef | None) -> Shown:
        """For a key that it knows the message is the one from before, though that may be gone."""
        number, until = self._nonces.get(key, (0, 0.0))
        if number and until > self.world.now:
            return self.chats.messages[number]
        shown = self.chats.post(place, part, self.world.now, reply_to=reply_to)
        self._nonces[key] = (shown.id, self.world.now + NONCE_LASTS)
        return shown

    def respond(self, name: str, part: Part, only_for: str) -> Shown | None:
        """The one answer that an interaction has, made or changed; None where its time is over."""
        interaction = self.interactions[name]
        if self.world.now - interaction.at > TOKEN_LASTS:
            return None
        if interaction.response and not self.chats.messages[interaction.response].deleted:
            return self.chats.change(interaction.response, part, self.world.now)
        shown = self.chats.post(interaction.place, part, self.world.now, reply_to=None, only_for=only_for)
        interaction.response = shown.id
        return shown

    @property
    def at_rest(self) -> bool:
        return self._connection is None or self._connection.events.empty()

    def _tell(self, number: int, event: Event) -> bool:
        connection = self._connection
        if connection is None:
            return False
        if not connection.open:
            self._behind.append((number, event))
            return True
        connection.events.put_nowait((number, event))
        return True
