"""The verdict: what must not grow has not grown, by slopes that a few odd samples cannot turn."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from statistics import median

from bot.sessions.branches import PER_MESSAGE, REMEMBERED
from tests.soak.samples import MIB, Inside, Outside, late_by
from tests.soak.soaking import Outcome

HOUR = 3600.0
MOST_RSS = 200.0
MOST_WAL = 16.0
MOST_LAG = 0.05
"""Seconds; what is as late as that is too late. Looks are counted up to a bound, so that the bound below this one is what passes."""
SLOPE = 1.0
"""MiB an hour, of what is left when all that is kept by design is taken off."""
NOISE = 6.0
"""MiB by which that goes up and down in resident memory without growing, as allocators take from the system and give back: less than that
over the whole time says nothing. So the slope that is allowed is SLOPE after six hours and more, and as many times more as the time is
shorter."""
NOISE_IN_USE = 1.5
"""Likewise in the bytes that are in use, which know nothing of allocators: what goes up and down is connections and work under way."""
FLAT, FLAT_SHARE = 6, 0.25
"""By how many, and by what part, the count of something may be higher at the end than it was at the beginning."""
UNDER_WAY = 20
"""By how many that of what a table holds, which goes up and down with what is under way."""
PAGES = 16.0
"""MiB of the database that SQLite keeps at hand at the most, as storage/sqlite/opening.py says."""
PER_ENTRY: Mapping[str, int] = {
    "Branches._weight": 1,
    "Context._tokens": 150,
    "Admission._verdicts": 240,
    "Sender._made": 240,
    "Http._buckets": 750,
    "Pace._calls": 600,
    "Responses._answered": 1000,
}
"""Bytes of an entry of those tables with a bound that grow to more than some kilobytes, as tracemalloc counts them."""
PAIRS = 20_000
WARM_SHARE, LONGEST_WARM = 1 / 3, HOUR

BOUNDED: Mapping[str, int] = {
    "Context._tokens": 20_000,
    "Branches._branches": REMEMBERED // PER_MESSAGE,
    "Branches._weight": REMEMBERED,  # bytes
    "Branches._weights": REMEMBERED // PER_MESSAGE,
    "RateLimit._times": 50_000,
    "Admission._verdicts": 10_000,
    "Once._last": 50_000,
    "Limiter._chats": 10_000,
    "Sender._made": 1_000,
    "Sender._unknown": 1_000,
    "Responses._answered": 2_000,
    "Responses._presses": 2_000,
    "Responses._sent": 2_000,
    "Pace._calls": 2 * 513,
    "Pace._shut": 2 * 513,
    "Http._buckets": 1_000,
    "Turnstile._gates": 100,
    "TCPConnector._conns": 1_000,
    "Cursors._changed": 1_000,
    "Taking.last": 2_000,
    "Taking._owners": 2_000,
    "Watch.shown": 2_000,
    "Pace._all": 500,
    "ConnectionState._messages": 1_000,
    "Guild._threads": 1_000,  # Discord lets no more be active at a time
    "*()": 4_096,
}
"""Tables that fill up to a bound, by design, and this bound."""
MOST_KEPT = PAGES + sum(BOUNDED[name] * size for name, size in PER_ENTRY.items()) / MIB


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was judged."""

    name: str
    value: str
    bound: str
    well: bool


def slope(times: Sequence[float], values: Sequence[float], seed: int = 1) -> float:
    """By Theil and Sen: the median of the slopes between two samples, of many pairs; a second."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    last = len(times) - 1
    every = [(one, two) for one in range(len(times)) for two in range(one + 1, len(times))] if last < 200 else []
    pairs = every or [(chance.randint(0, last), chance.randint(0, last)) for _ in range(PAIRS)]
    found = [(values[two] - values[one]) / (times[two] - times[one]) for one, two in pairs if times[two] != times[one]]
    return median(found) if found else 0.0


def warm(outcome: Outcome) -> float:
    """When it counts from: after a third of the time, and after an hour at the latest."""
    return outcome.began + min(LONGEST_WARM, (outcome.ended - outcome.began) * WARM_SHARE)


def lines(outcome: Outcome) -> list[Line]:
    """All that is judged."""
    since = warm(outcome)
    outside = [one for one in outcome.outside if since <= one.at <= outcome.ended]
    inside = [one for one in outcome.inside if since <= one.at <= outcome.ended]
    if len(outside) < 6 or len(inside) < 6:
        return [Line("samples", f"{len(outside)} and {len(inside)}", "6 at least", well=False)]
    return [*_memory(outside, inside), *_counts(outside, inside), *_lag(outcome, inside), *_tables(inside), *_answers(outcome)]


def _memory(outside: Sequence[Outside], inside: Sequence[Inside]) -> list[Line]:
    most, wal = max(one.rss for one in outside), max(one.wal for one in outside)
    looks = nearest(outside, inside)
    held = [min(PAGES, one.database) + tabled(look) for one, look in zip(outside, looks, strict=True)]
    times, resident = [one.at for one in outside], [one.rss for one in outside]
    in_use = [look.in_use / MIB for look in looks]
    return [
        Line("resident memory, most", f"{most:.1f} MiB", f"< {MOST_RSS:.0f} MiB", most < MOST_RSS),
        Line("kept by design", f"{held[0]:.1f} -> {held[-1]:.1f} MiB", f"told; {MOST_KEPT:.0f} MiB at the most", well=True),
        _rest("the rest, resident", times, resident, held, NOISE),
        *([_rest("the rest, in use", times, in_use, held, NOISE_IN_USE)] if all(in_use) else []),
        Line("WAL, most", f"{wal:.1f} MiB", f"< {MOST_WAL:.0f} MiB", wal < MOST_WAL),
    ]


def _rest(name: str, times: Sequence[float], values: Sequence[float], held: Sequence[float], noise: float) -> Line:
    """Whether what is beside that which caches hold by design is flat."""
    hours = (times[-1] - times[0]) / HOUR
    allowed = max(SLOPE, noise / hours)
    grows = slope(times, [value - by_design for value, by_design in zip(values, held, strict=True)]) * HOUR
    return Line(name, f"{grows:+.2f} MiB/h", f"< {allowed:.1f} MiB/h over {hours * 60:.0f} min", grows < allowed)


def nearest(outside: Sequence[Outside], inside: Sequence[Inside]) -> list[Inside]:
    """The look from inside that belongs to each from outside."""
    looks = [one.at for one in inside]
    return [inside[min(bisect_left(looks, one.at), len(inside) - 1)] for one in outside]


def tabled(look: Inside) -> float:
    """MiB; more than its bound is no design."""
    return sum(min(look.tables.get(name, 0), BOUNDED[name]) * size for name, size in PER_ENTRY.items()) / MIB


def _counts(outside: Sequence[Outside], inside: Sequence[Inside]) -> list[Line]:
    counted = {
        "descriptors": [one.descriptors for one in outside],
        "threads": [one.threads for one in outside],
        "tasks": [one.tasks for one in inside],
    }
    return [Line(name, _from_to(values), "flat", not grown(values)) for name, values in counted.items()]


def _thirds(values: Sequence[int]) -> tuple[float, float]:
    third = max(1, len(values) // 3)
    return median(values[:third]), median(values[-third:])


def _from_to(values: Sequence[int]) -> str:
    first, last = _thirds(values)
    return f"{first:.0f} -> {last:.0f} (most {max(values)})"


def grown(values: Sequence[int], by: int = FLAT) -> bool:
    """Whether there is more of it in the last third than in the first, beyond ups and downs; or never less than before, and more."""
    first, last = _thirds(values)
    return last > first + max(by, first * FLAT_SHARE) or (values[-1] > values[0] + FLAT and list(values) == sorted(values))


def _lag(outcome: Outcome, inside: Sequence[Inside]) -> list[Line]:
    """Of the looks between the first and the last sample."""
    counts = [last - first for first, last in zip(inside[0].lag, inside[-1].lag, strict=True)]
    share, longest = late_by(counts, 0.99), inside[-1].longest_lag
    told = f"{'up to' if share < float('inf') else '>'} {min(share, 300.0) * 1000:.0f} ms of {sum(counts)} looks"
    return [
        Line("loop lag, 99 %", told, f"< {MOST_LAG * 1000:.0f} ms", share < MOST_LAG),
        Line("loop lag, longest", f"{longest * 1000:.0f} ms, {inside[-1].late} over 250 ms", "told", well=True),
    ]


def bound_of(table: str) -> int | None:
    return next((bound for name, bound in BOUNDED.items() if fnmatch(table.removesuffix("[]"), name)), None)


def growing(inside: Sequence[Inside]) -> dict[str, list[int]]:
    """Tables that hold more and more, and have no bound that they keep."""
    names = {name for one in inside for name in one.tables}
    found: dict[str, list[int]] = {}
    for name in sorted(names):
        values, bound = [one.tables.get(name, 0) for one in inside], bound_of(name)
        if bound is not None and not name.endswith("[]"):
            if max(values) > bound:
                found[name] = values
        elif bound is None and grown(values, UNDER_WAY):
            found[name] = values
    return found


def _tables(inside: Sequence[Inside]) -> list[Line]:
    found = growing(inside)
    number = len(inside[-1].tables)
    summed = Line("tables", f"{number} looked at, {len(found)} grow", "none grows", not found)
    return [summed, *(Line(f"  {name}", _from_to(values), "flat", well=False) for name, values in found.items())]


def _answers(outcome: Outcome) -> list[Line]:
    verdict = outcome.verdict
    told = f"{verdict.asked} asked, {verdict.lost} lost, {verdict.doubled} doubled"
    others = len(outcome.problems)
    return [
        Line("answered once", told, "0 lost, 0 doubled", not verdict.lost and not verdict.doubled),
        Line("other problems", str(others), "none", not others),
    ]
