"""One lane per channel: what happens there is taken in order, and a slow channel holds up no other.

While the connection is being resumed what comes is held back and sorted, since Discord's replay may come in any order (P26).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from adapters.discord.crew import Crew
from bot.ports import Clock

HELD_AT_MOST: Final = 10.0
"""Seconds for which events wait for the end of a replay."""
LONGEST: Final = 1000
"""What may wait in one lane; what comes beyond it is fetched later."""

Order = tuple[int, int, float]
"""The message's id; 0 for what comes before everything, then a message, its edits by their time, its deletion."""
FIRST: Final[Order] = (0, 0, 0.0)

Work = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class _Lane:
    waiting: deque[Work] = field(default_factory=deque)
    overflowed: bool = False


@dataclass(frozen=True, slots=True)
class _Held:
    order: Order
    channel_id: int
    work: Work


class Lanes:
    """`overflowed` is called for a channel some of whose events were left out, when its lane has come to its end."""

    def __init__(self, crew: Crew, clock: Clock, overflowed: Callable[[int], Awaitable[None]]) -> None:
        self._crew = crew
        self._clock = clock
        self._overflowed = overflowed
        self._lanes: dict[int, _Lane] = {}
        self._held: list[_Held] | None = None
        self._hold = 0

    @property
    def busy(self) -> bool:
        """Whether something waits or is being taken."""
        return bool(self._lanes) or bool(self._held)

    @property
    def held(self) -> set[int]:
        """The channels for which something is held back."""
        return {one.channel_id for one in self._held or ()}

    def put(self, channel_id: int, order: Order, work: Work) -> None:
        """Takes work for a channel; returns at once."""
        if self._held is None:
            self._put(channel_id, work)
            return
        if not self._held:
            self._release_later()
        if len(self._held) < 10 * LONGEST:
            self._held.append(_Held(order, channel_id, work))
        else:
            self._lane(channel_id).overflowed = True

    def hold(self) -> None:
        """From now on what comes waits; what waits in the lanes already goes on."""
        self._hold += 1  # what was held for an earlier reason waits for the end of this one
        if self._held is None:
            self._held = []
        elif self._held:
            self._release_later()

    def release(self) -> None:
        """What was held goes into its lanes, oldest first."""
        held, self._held = self._held or [], None
        for one in sorted(held, key=lambda one: one.order):
            self._put(one.channel_id, one.work)

    def _release_later(self) -> None:
        self._crew.start(self._release_in_time(self._hold))

    async def _release_in_time(self, hold: int) -> None:
        await self._clock.sleep(HELD_AT_MOST)
        if self._hold == hold and self._held:
            self.release()

    def _put(self, channel_id: int, work: Work) -> None:
        lane = self._lane(channel_id)
        if lane.overflowed or len(lane.waiting) >= LONGEST:
            lane.overflowed = True  # and nothing later may overtake what was left out
        else:
            lane.waiting.append(work)

    def _lane(self, channel_id: int) -> _Lane:
        lane = self._lanes.get(channel_id)
        if lane is None:
            lane = self._lanes[channel_id] = _Lane()
            self._crew.start(self._run(channel_id, lane))
        return lane

    async def _run(self, channel_id: int, lane: _Lane) -> None:
        while lane.waiting or lane.overflowed:
            if lane.waiting:
                await lane.waiting[0]()
                lane.waiting.popleft()
            else:
                lane.overflowed = False
                await self._overflowed(channel_id)
        del self._lanes[channel_id]
