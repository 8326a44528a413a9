"""The flood limits as arithmetic: who may go when, and what a refusal closes."""

from __future__ import annotations

import pytest

from adapters.telegram.limiter import Limiter, Limits
from bot.errors import RateLimited
from tests.telegram.rig import STRICT


def drained(limiter: Limiter, now: float, until: float) -> dict[int, float]:
    """Who is let in when, in steps as the gate takes them."""
    times: dict[int, float] = {}
    while now < until:
        for ticket in limiter.grants(now):
            times[ticket] = now
        wait = limiter.wake_in(now)
        if wait is None:
            break
        now += max(wait, 0.001)
    return times


def test_a_private_chat_has_a_burst_of_three_and_then_one_a_second() -> None:
    limiter = Limiter(STRICT)
    tickets = [limiter.join(0.0, "1", "final") for _ in range(6)]
    times = drained(limiter, 0.0, 100.0)
    assert [round(times[ticket], 1) for ticket in tickets] == [0.0, 0.0, 0.0, 1.0, 2.0, 3.0]


def test_a_group_has_twenty_in_any_minute() -> None:
    limiter = Limiter(STRICT)
    tickets = [limiter.join(0.0, "-1", "final") for _ in range(45)]
    times = sorted(drained(limiter, 0.0, 500.0).values())
    assert len(times) == len(tickets)
    assert all(later - earlier > 60.0 for earlier, later in zip(times, times[20:], strict=False))
    assert times[-1] < 125.0


def test_all_chats_together_have_thirty_a_second() -> None:
    limiter = Limiter(STRICT)
    for chat in range(300):
        limiter.join(0.0, str(chat + 1), "final")
    times = sorted(drained(limiter, 0.0, 100.0).values())
    assert len(times) == 300
    assert times[-1] == pytest.approx((300 - 28) / 29.5, abs=0.1)


def test_first_come_first_served_in_a_chat() -> None:
    limiter = Limiter(STRICT)
    tickets = [limiter.join(n / 100, "1", "final") for n in range(8)]
    times = drained(limiter, 0.1, 100.0)
    assert sorted(tickets, key=lambda ticket: times[ticket]) == tickets


def test_finals_go_before_placeholders() -> None:
    limiter = Limiter(Limits(probes=0, burst=1.0, rate=1.0))
    limiter.join(0.0, "9", "final")
    placeholder, final = limiter.join(0.0, "1", "placeholder"), limiter.join(0.1, "2", "final")
    times = drained(limiter, 0.2, 100.0)
    assert times[final] < times[placeholder]


def test_a_placeholder_is_not_overtaken_for_ever() -> None:
    limiter = Limiter(Limits(probes=0, burst=1.0, rate=1.0))
    placeholder = limiter.join(0.0, "1", "placeholder")
    let_in, now = None, 0.0
    for step in range(500):
        now = step / 10
        limiter.join(now, str(step + 2), "final")  # ten times what fits
        if placeholder in limiter.grants(now):
            let_in = now
            break
    assert let_in is not None
    assert let_in < 35.0 * 1.2


def test_one_slow_chat_holds_up_no_other() -> None:
    limiter = Limiter(STRICT)
    for _ in range(50):
        limiter.join(0.0, "1", "final")
    other = limiter.join(0.0, "2", "final")
    assert other in limiter.grants(0.0)


def test_p1_a_refused_chat_is_closed_alone() -> None:
    limiter = Limiter(STRICT)
    limiter.flooded(0.0, "1", 4.0)
    closed, other = limiter.join(0.0, "1", "final"), limiter.join(0.0, "2", "final")
    times = drained(limiter, 0.0, 100.0)
    assert (round(times[closed], 2), times[other]) == (4.0, 0.0)


def test_p2_a_chat_closed_for_minutes_is_told_at_once() -> None:
    limiter = Limiter(STRICT)
    limiter.flooded(0.0, "1", 149.0)
    with pytest.raises(RateLimited) as refused:
        limiter.join(1.0, "1", "final")
    assert refused.value.retry_after == pytest.approx(148.0)
    assert limiter.squeeze_in(1.0, "1") == pytest.approx(148.0)
    assert not limiter.has_room(1.0, "1")


def test_a_storm_of_refusals_slows_all() -> None:
    def hundred(storm: bool) -> float:
        limiter = Limiter(STRICT)
        for chat in range(1, 6):
            if storm:
                limiter.flooded(0.0, str(1000 + chat), 3.0)
        tickets = [limiter.join(0.0, str(chat), "final") for chat in range(1, 101)]
        times = drained(limiter, 0.0, 100.0)
        return max(times[ticket] for ticket in tickets)

    assert hundred(storm=True) > 1.8 * hundred(storm=False)


def test_who_gives_up_leaves_no_gap() -> None:
    limiter = Limiter(STRICT)
    tickets = [limiter.join(0.0, "1", "final") for _ in range(5)]
    limiter.leave(tickets[3])
    times = drained(limiter, 0.0, 100.0)
    assert tickets[3] not in times
    assert round(times[tickets[4]], 1) == 1.0
    assert limiter.wake_in(50.0) is None


def test_r7_too_many_who_wait_are_refused() -> None:
    limiter = Limiter(Limits(probes=0, waiting=10))
    for _ in range(10):
        limiter.join(0.0, "1", "final")
    with pytest.raises(RateLimited):
        limiter.join(0.0, "1", "final")


def test_r7_idle_chats_are_forgotten() -> None:
    limiter = Limiter(Limits(probes=0, chats=50))
    for chat in range(1, 500):
        limiter.join(float(chat), str(chat), "final")
        limiter.grants(float(chat))
    assert len(limiter._chats) <= 51


def test_calls_beyond_the_rate_are_few_at_a_time_until_one_is_refused() -> None:
    limiter = Limiter(Limits(rate=1.0, burst=2.0, probes=2, probe_pause=100.0))
    tickets = [limiter.join(0.0, str(chat + 1), "final") for chat in range(8)]
    assert limiter.grants(0.0) == tickets[:4]
    assert limiter.grants(0.0) == []
    limiter.leave(tickets[2])
    assert limiter.grants(0.0) == tickets[4:5]
    limiter.flooded(0.0, "4", 1.0)
    limiter.leave(tickets[3])
    limiter.leave(tickets[4])
    assert limiter.grants(0.5) == []
    assert limiter.grants(1.0) == tickets[5:6]
    assert limiter.grants(101.0)[:1] == tickets[6:7]


def test_a_refusal_within_the_rate_says_nothing_about_it() -> None:
    limiter = Limiter(Limits(rate=1.0, burst=2.0, probes=1))
    limiter.flooded(0.0, "9", 1.0)
    tickets = [limiter.join(0.0, str(chat + 1), "final") for chat in range(4)]
    assert limiter.grants(0.0) == tickets[:3]
