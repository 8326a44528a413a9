"""What may still arrive is written over once more, ten seconds after what is to stay was written first (P24)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.replies.under_way import LATEST, MOST, SETTLE, UnderWay


class HandClock:
    """Stands still until it is moved."""

    time = 100.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def test_p24_what_ended_unknown_is_written_over_once_more_and_then_forgotten() -> None:
    clock = HandClock()
    under_way = UnderWay(clock)
    under_way.add((1,))
    clock.time += LATEST - SETTLE  # however long the answer grew
    assert under_way.settle((1, 2)) == SETTLE
    clock.time += SETTLE
    assert under_way.settle((1, 2)) == 0.0
    clock.time -= 1.0  # not even then: it is forgotten
    assert under_way.settle((1,)) == 0.0


def test_p24_whoever_takes_the_post_over_waits_for_what_is_left_of_the_time() -> None:
    clock = HandClock()
    under_way = UnderWay(clock)
    under_way.add((1,))
    assert under_way.settle((1,)) == SETTLE
    clock.time += 4.0
    assert under_way.settle((2, 1)) == SETTLE - 4.0
    under_way.add((1,))  # what was shown meanwhile ended unknown, too
    assert under_way.settle((1,)) == SETTLE


def test_what_nothing_can_arrive_at_any_more_is_forgotten() -> None:
    """A final text that may have been written twice is of no concern later: what nobody asks for again must not be kept for ever."""
    clock = HandClock()
    under_way = UnderWay(clock)
    under_way.add(range(1000))
    clock.time += LATEST
    assert not under_way.knows(1)
    assert under_way.settle((1,)) == 0.0
    under_way.add((5000,))
    assert under_way.knows(5000)
    assert len(under_way._until) == 1


def test_no_more_posts_are_remembered_than_fit_and_the_newest_are() -> None:
    under_way = UnderWay(HandClock())
    under_way.add((1, 2))
    under_way.add((1,))
    under_way.add(range(3, MOST + 2))
    assert [under_way.settle((post,)) for post in (2, 1, 3, MOST + 1)] == [0.0, SETTLE, SETTLE, SETTLE]
