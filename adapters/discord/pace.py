"""How fast answers may grow: Discord takes about five messages and five edits in five seconds of a channel, and fifty calls a second."""

from __future__ import annotations

from collections import deque
from typing import Final, Literal

from bot.errors import RateLimited
from bot.ports import Clock

Kind = Literal["send", "edit"]
STRETCH: Final = 5.0
ROOM: Final = 5
OVERALL: Final = 40
"""Calls a second after which previews are refused; the rest of Discord's 50 is for what cannot wait."""
SHORTEST: Final = 1.2
AVERAGE: Final = 3.0
"""Seconds over which is counted how busy the whole bot is: answers that begin together come in waves."""
MOST_CHANNELS: Final = 512


class Pace:
    """Counts what goes out. Previews ask for room, and leave some for final texts: one place where one answer grows, else two."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[tuple[Kind, int], deque[tuple[float, int]]] = {}
        self._all: deque[float] = deque()
        self._shut: dict[tuple[Kind, int], float] = {}

    def took(self, kind: Kind, channel: int, message: int = 0) -> None:
        """A call goes out now."""
        now = self._clock.monotonic()
        if len(self._calls) > MOST_CHANNELS:
            self._calls = {key: calls for key, calls in self._calls.items() if calls[-1][0] > now - STRETCH}
            self._shut = {key: until for key, until in self._shut.items() if until > now}
        self._calls.setdefault((kind, channel), deque()).append((now, message))
        self.took_other()

    def took_other(self) -> None:
        """A call that is neither a message nor an edit goes out now."""
        self._recently()
        self._all.append(self._clock.monotonic())

    def refused(self, kind: Kind, channel: int, seconds: float) -> None:
        """Discord asked to wait there."""
        self._shut[kind, channel] = self._clock.monotonic() + seconds

    def ask(self, kind: Kind, channel: int) -> None:
        """Raises RateLimited where a preview has no room."""
        now = self._clock.monotonic()
        wait = self._shut.get((kind, channel), 0.0) - now
        calls = self._recent(kind, channel)
        room = self._room(calls)
        if len(calls) >= room:
            wait = max(wait, calls[len(calls) - room][0] + STRETCH - now)
        if len(self._all) >= OVERALL:
            wait = max(wait, self._all[-OVERALL] + 1.0 - now)
        if wait > 0:
            raise RateLimited(max(wait, 0.1))

    def interval(self, channel: int) -> float:
        """Seconds between two previews of an answer there, as of now: up to twice the shortest time where the whole bot is busy."""
        calls = self._recent("edit", channel)
        streams = max(1, len({message for _, message in calls}))
        everywhere = min(1.0, self._recently() / AVERAGE / OVERALL)
        return max(SHORTEST, streams * STRETCH / self._room(calls), 2 * SHORTEST * everywhere)

    def _room(self, calls: deque[tuple[float, int]]) -> int:
        return ROOM - (1 if len({message for _, message in calls}) <= 1 else 2)

    def _recent(self, kind: Kind, channel: int) -> deque[tuple[float, int]]:
        calls = self._calls.get((kind, channel), deque())
        since = self._clock.monotonic() - STRETCH
        while calls and calls[0][0] <= since:
            calls.popleft()
        if not calls:
            self._calls.pop((kind, channel), None)
        return calls

    def _recently(self) -> int:
        """How many calls went out lately."""
        since = self._clock.monotonic() - AVERAGE
        while self._all and self._all[0] <= since:
            self._all.popleft()
        return len(self._all)
