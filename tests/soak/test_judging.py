"""The verdict itself: what grows is seen, what goes up and down is not."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bot.lag import BOUNDS
from bot.sessions.branches import PER_MESSAGE, REMEMBERED
from tests.soak.judging import BOUNDED, NOISE, NOISE_IN_USE, PER_ENTRY, growing, grown, lines, slope
from tests.soak.reporting import report
from tests.soak.samples import MIB, Inside, Outside, late_by
from tests.soak.soaking import Outcome, Plan

Grows = Callable[[float], float]
IN_USE = "the rest, in use"
SLOPE_BAD = ["the rest, resident", IN_USE]


def flat(share: float) -> float:
    return 0.0


def outcome(
    seconds: float = 8 * 3600.0,
    *,
    rss: Grows = flat,
    descriptors: Grows = flat,
    threads: Grows = flat,
    tasks: Grows = flat,
    wal: Grows = flat,
    tables: dict[str, Grows] | None = None,
    late: tuple[int, float] = (0, 5.0),
) -> Outcome:
    """Samples of a bot that does not grow but for what is given, by the share of the time that has passed; so many looks of 100 are
    `late` by so many seconds."""
    chance = random.Random(5)  # noqa: S311 - repeatable, not secret
    made = Outcome(Plan(seconds), began=1000.0, ended=1000.0 + seconds)
    looks, seconds_late = late
    for number in range(400):
        share = number / 399
        at = 1000.0 + share * seconds
        wave = chance.uniform(-2, 2)
        held, running = int(40 + wave + descriptors(share)), int(12 + threads(share))
        resident = 120 + wave + rss(share)
        made.outside.append(Outside(at, resident, 100, held, running, number * 0.1, 3.9 + wal(share), 30, 50, 1.0))
        counts = [0] * (len(BOUNDS) + 1)
        counts[2], counts[BOUNDS.index(seconds_late)] = number * 100 - number * looks, number * looks
        sizes = {"Lanes._queues": 3 + int(wave)} | {name: int(grows(share)) for name, grows in (tables or {}).items()}
        in_use = int((80 + wave / 2 + rss(share)) * MIB)
        made.inside.append(Inside(at, int(20 + wave + tasks(share)), counts, 0.003, 0, sizes, 0.002, in_use=in_use))
    return made


def bad(made: Outcome) -> list[str]:
    return [line.name.strip() for line in lines(made) if not line.well]


def test_what_does_not_grow_is_well() -> None:
    made = outcome()
    assert bad(made) == []
    assert report(made).splitlines()[-2] == "all well"


@pytest.mark.parametrize(
    ("made", "named"),
    [
        (outcome(rss=lambda share: 20 * share), SLOPE_BAD),
        (outcome(rss=lambda share: 100), ["resident memory, most"]),
        (outcome(descriptors=lambda share: 40 * share), ["descriptors"]),
        (outcome(threads=lambda share: 30 * share), ["threads"]),
        (outcome(tasks=lambda share: 60 * share), ["tasks"]),
        (outcome(wal=lambda share: 14), ["WAL, most"]),
        (outcome(late=(3, 5.0)), ["loop lag, 99 %"]),
        (outcome(late=(3, 0.05)), ["loop lag, 99 %"]),
        (outcome(tables={"Lanes._places": lambda share: 900 * share}), ["tables", "Lanes._places"]),
        (outcome(tables={"Sender._made": lambda share: 1500}), ["tables", "Sender._made"]),
    ],
)
def test_what_grows_is_named(made: Outcome, named: list[str]) -> None:
    assert bad(made) == named
    assert report(made).splitlines()[-2] == f"NOT WELL: {', '.join(named)}"


@pytest.mark.parametrize(
    "made",
    [
        outcome(late=(3, 0.031)),
        outcome(tables={"Sender._made": lambda share: 1000 * share}),
        outcome(tables={"Branches._weight": lambda share: REMEMBERED * share}),
        outcome(rss=lambda share: 40 * min(1.0, share * 20)),
        outcome(tables={"Cursors.channels": lambda share: min(80.0, 2000 * share)}),
    ],
)
def test_what_fills_up_in_the_beginning_or_to_its_bound_is_well(made: Outcome) -> None:
    assert bad(made) == []


def test_a_short_soak_is_judged_by_what_can_be_told_from_noise() -> None:
    assert bad(outcome(1800.0, rss=lambda share: NOISE_IN_USE * 0.5 * share)) == []
    assert bad(outcome(1800.0, rss=lambda share: NOISE_IN_USE * 2 * share)) == [IN_USE]
    assert bad(outcome(1800.0, rss=lambda share: NOISE * 3 * share)) == SLOPE_BAD


def test_what_is_kept_at_hand_by_design_may_fill_up() -> None:
    """The database grows from 10 to 16 MiB and beyond."""
    for times, with_database, expected in ((1, True, []), (4, True, SLOPE_BAD), (1, False, SLOPE_BAD)):
        made = outcome(rss=lambda share, times=times: times * min(16.0, share * 30))  # type: ignore[misc]
        if with_database:
            made.outside = [replace(one, database=number * 30 / 399) for number, one in enumerate(made.outside)]
        assert bad(made) == expected


@pytest.mark.parametrize(("table", "size"), PER_ENTRY.items())
def test_tables_with_a_bound_may_weigh_what_their_entries_do(table: str, size: int) -> None:
    """Up to the bound, and with it the memory, and no further."""
    bound = BOUNDED[table]

    def filling(share: float) -> float:
        return bound * min(1.0, 1.25 * share)

    assert bad(outcome(rss=lambda share: filling(share) * size / MIB, tables={table: filling})) == []
    assert bad(outcome(rss=lambda share: filling(share) * size / MIB + 8 * 2 * share, tables={table: filling})) == SLOPE_BAD
    assert IN_USE in bad(outcome(rss=lambda share: 20 * share, tables={table: lambda share: bound * (1 + 9 * share)}))


@pytest.mark.parametrize(("seconds", "an_hour"), [(5400.0, 2.0), (8000.0, 1.5), (4 * 3600.0, 1.3), (24 * 3600.0, 1.3)])
def test_small_leaks_are_found_beside_caches_that_fill_up(seconds: float, an_hour: float) -> None:
    hours = seconds / 3600

    def filling(share: float) -> float:
        return REMEMBERED * min(1.0, share * hours / 1.5)

    for leak, expected in ((0.0, False), (0.5, False), (an_hour, True)):
        made = outcome(
            seconds,
            rss=lambda share, leak=leak: filling(share) / MIB + leak * hours * share,  # type: ignore[misc]
            tables={"Branches._weight": filling},
        )
        assert (IN_USE in bad(made)) is expected


def test_what_the_allocator_keeps_for_next_time_is_allowed_more() -> None:
    for more, expected in ((3.0, []), (12.0, ["the rest, resident"])):
        made = outcome(5400.0)
        made.outside = [replace(one, rss=one.rss + more * number / 399) for number, one in enumerate(made.outside)]
        assert bad(made) == expected


def test_a_soak_without_samples_is_not_well() -> None:
    assert bad(Outcome(Plan(10))) == ["samples"]


def test_a_slope_is_not_turned_by_odd_samples() -> None:
    times: Sequence[float] = [float(number) for number in range(300)]
    values = [100 + 0.5 * number for number in range(300)]
    for odd in range(0, 300, 7):
        values[odd] += 500.0
    assert slope(times, values) == pytest.approx(0.5, abs=0.05)


def test_ups_and_downs_are_no_growth() -> None:
    assert not grown([3, 9, 1, 8, 2, 7, 5, 9, 1, 6, 8, 4])
    assert not grown([100, 104, 101, 103, 105, 102, 104, 101, 106, 110])
    assert grown([100, 100, 101, 103, 103, 104, 104, 106, 108, 110])
    assert grown([3, 4, 3, 5, 9, 12, 14, 17, 18, 20, 21, 22])
    assert growing(outcome(tables={"A.b": lambda share: 900 * share}).inside).keys() == {"A.b"}


@pytest.mark.parametrize(("table", "bound"), [("Branches._weight", REMEMBERED), ("Branches._branches", REMEMBERED // PER_MESSAGE)])
def test_more_than_a_bound_of_the_program_is_named(table: str, bound: int) -> None:
    assert growing(outcome(tables={table: lambda share: bound * share}).inside).keys() == set()
    assert growing(outcome(tables={table: lambda share: 1.01 * bound * share}).inside).keys() == {table}


def test_shares_of_looks() -> None:
    assert late_by([99, 1] + [0] * (len(BOUNDS) - 1), 0.99) == BOUNDS[0]
    assert late_by([0] * len(BOUNDS) + [5], 0.99) == float("inf")
