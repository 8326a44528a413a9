"""Previews and typing within the flood limits: the room they leave, their pace, and what a crowd gets through."""

from __future__ import annotations

import heapq

import pytest

from adapters.telegram.limiter import Limiter, Limits
from tests.fakes.telegram.limits import Limits as ServerLimits
from tests.fakes.telegram.refusals import Refusal
from tests.telegram.rig import STRICT


def test_previews_leave_room_for_the_final() -> None:
    limiter = Limiter(STRICT)
    sent = sum(limiter.squeeze_in(0.0, "1") == 0.0 for _ in range(10))
    assert sent == 2
    final = limiter.join(0.0, "1", "final")
    assert limiter.grants(0.0) == [final]


def test_previews_of_a_group_leave_four_of_its_twenty() -> None:
    limiter = Limiter(Limits(probes=0, reserve=0.0))
    assert sum(limiter.squeeze_in(0.0, "-1") == 0.0 for _ in range(30)) == 16
    tickets = [limiter.join(0.0, "-1", "final") for _ in range(4)]
    assert limiter.grants(0.0) == tickets


def test_previews_wait_behind_everybody_who_waits() -> None:
    limiter = Limiter(Limits(probes=0, burst=20.0))
    for chat in range(1, 40):
        limiter.join(0.0, str(chat), "final")
    limiter.grants(0.0)
    assert limiter.squeeze_in(0.01, "99") > 0.0


def test_a_preview_does_not_overtake_a_final_of_its_chat() -> None:
    limiter = Limiter(STRICT)
    for _ in range(4):
        limiter.join(0.0, "1", "final")
    assert len(limiter.grants(0.0)) == 3
    assert limiter.squeeze_in(2.0, "1") > 0.0
    assert len(limiter.grants(2.0)) == 1


def test_a_refused_preview_costs_nothing() -> None:
    limiter = Limiter(Limits(probes=0, private_burst=1.0))
    assert [limiter.squeeze_in(0.0, "1") > 0.0 for _ in range(5)] == [True] * 5
    assert limiter.grants(0.0) == []
    final = limiter.join(0.0, "1", "final")
    assert limiter.grants(0.0) == [final]


@pytest.mark.parametrize(
    ("chat", "streams", "interval"),
    [("1", 1, 1.05), ("1", 10, 1.05), ("1", 100, 100 / 18), ("-1", 1, 3.1), ("-1", 100, 100 / 18)],
)
def test_the_pace_of_previews_widens_with_the_crowd(chat: str, streams: int, interval: float) -> None:
    limiter = Limiter(STRICT)
    for other in range(streams):
        limiter.squeeze_in(0.0, str(1000 + other))
    assert limiter.interval(0.0, chat) == pytest.approx(interval, abs=0.1)


def test_the_pace_comes_back_when_the_crowd_is_gone() -> None:
    limiter = Limiter(STRICT)
    for other in range(100):
        limiter.squeeze_in(0.0, str(1000 + other))
    assert limiter.interval(60.0, "1") == pytest.approx(1.05)


def test_a_group_slows_down_before_its_minute_is_used_up() -> None:
    limiter, now, sent = Limiter(STRICT), 0.0, 0
    while now < 120.0:
        sent += limiter.squeeze_in(now, "-1") == 0.0
        now += limiter.interval(now, "-1")
    assert sent >= 30
    assert limiter.interval(now, "-1") == pytest.approx(60.5 / 16)


def test_typing_is_left_out_first() -> None:
    limiter = Limiter(STRICT)
    typed = sum(limiter.has_room(0.0, "1") for _ in range(100))
    previews = sum(limiter.squeeze_in(0.0, str(chat)) == 0.0 for chat in range(100))
    assert (typed, previews) == (2, 2)


def crowd(people: int, seconds: float) -> tuple[float, int, int]:
    """`people` ask at once and are answered in `seconds` each; returns when the last has its answer, and what the server refused."""
    limiter, server = Limiter(STRICT), ServerLimits()
    waiting: dict[int, tuple[str, str]] = {}
    due: list[tuple[float, str, str]] = [(0.0, str(1000 + n), "placeholder") for n in range(people)]
    heapq.heapify(due)
    ends, now, previews, ended = {str(1000 + n): seconds for n in range(people)}, 0.0, 0, 0.0

    def post(chat: str) -> None:
        try:
            server.check("editmessagetext", int(chat), now)
        except Refusal:
            limiter.flooded(now, chat, 1.0)

    while due or waiting:
        while due and due[0][0] <= now:
            at, chat, what = heapq.heappop(due)
            if what == "preview":
                if at >= ends[chat]:
                    heapq.heappush(due, (now, chat, "final"))
                    continue
                if limiter.squeeze_in(now, chat) == 0.0:
                    previews += 1
                    post(chat)
                heapq.heappush(due, (min(now + limiter.interval(now, chat), ends[chat]), chat, "preview"))
            else:
                waiting[limiter.join(now, chat, "final" if what == "final" else "placeholder")] = (chat, what)
        for ticket in limiter.grants(now):
            chat, what = waiting.pop(ticket)
            post(chat)
            ended = now if what == "final" else ended
            if what == "placeholder":
                heapq.heappush(due, (max(now, min(now + limiter.interval(now, chat), ends[chat])), chat, "preview"))
        now += 0.01
    return ended, server.refused, previews


def test_a_hundred_at_once_end_within_a_tenth_of_what_the_limit_allows() -> None:
    ended, refused, _ = crowd(100, 2.0)
    allowed = (2 * 100 - 30) / 30.0  # a placeholder and a final for each, thirty a second after a burst of thirty
    assert ended <= allowed * 1.1
    assert refused < 10


def test_a_hundred_long_answers_share_the_previews() -> None:
    ended, refused, previews = crowd(100, 20.0)
    assert ended <= 20.0 + 100 / 29.0 + 1.0
    assert refused < 10
    assert previews >= 100


def test_previews_never_go_beyond_the_rate() -> None:
    limiter = Limiter(Limits(rate=1.0, burst=2.0, reserve=0.0, private_reserve=0.0, probes=5))
    assert [limiter.squeeze_in(0.0, str(chat + 1)) == 0.0 for chat in range(4)] == [True, True, False, False]
