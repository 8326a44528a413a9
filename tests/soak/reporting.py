"""What is printed after a soak: a table, and small charts by which one sees at once what grew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from tests.soak.judging import Line, lines, warm
from tests.soak.samples import late_by
from tests.soak.soaking import Outcome, Plan

BARS = " ▁▂▃▄▅▆▇█"
WIDTH = 72
SHOWN = 20
LOG_LINES = 12


def command(plan: Plan) -> str:
    """How to run it again; the same deeds, though not to the millisecond."""
    more = f" --people {plan.people}" if plan.people != Plan(0).people else ""
    more += "" if plan.faults else " --calm"
    return f"python -m tests.soak --seconds {plan.seconds:g} --rate {plan.rate:g} --platform {plan.platform} --seed {plan.seed}{more}"


def is_well(outcome: Outcome) -> bool:
    return all(line.well for line in lines(outcome))


def report(outcome: Outcome) -> str:
    """For people to read."""
    judged = lines(outcome)
    bad = [line for line in judged if not line.well]
    return "\n".join(
        [
            _head(outcome),
            *_table(judged),
            "",
            *_charts(outcome),
            *(["", *_problems(outcome)] if outcome.problems else []),
            *(["", "--- warnings of the bot, newest last", *_warnings(outcome.log)]),
            "",
            "all well" if not bad else f"NOT WELL: {', '.join(line.name.strip() for line in bad)}",
            f"again: {command(outcome.plan)}",
        ]
    )


def _head(outcome: Outcome) -> str:
    minutes, counted = (outcome.ended - outcome.began) / 60, [one.counting for one in outcome.inside]
    cpu = outcome.outside[-1].cpu - outcome.outside[0].cpu if outcome.outside else 0.0
    load = median(one.load for one in outcome.outside) if outcome.outside else 0.0
    return (
        f"{minutes:.1f} min, {outcome.deeds} deeds, the model asked {outcome.asked} times ({outcome.faults} faults of its own),"
        f" {outcome.calls} calls to platforms\n{cpu:.0f} s of CPU, load of the machine {load:.1f};"
        f" at rest after {outcome.rest:.1f} s, ended in {outcome.end:.1f} s\n"
        f"judged from minute {(warm(outcome) - outcome.began) / 60:.1f} on; counting took {max(counted, default=0.0) * 1000:.0f} ms"
    )


def _table(judged: Sequence[Line]) -> list[str]:
    name, value = max(len(line.name) for line in judged), max(len(line.value) for line in judged)
    return [f"{'ok  ' if line.well else 'BAD '} {line.name:{name}}  {line.value:{value}}  {line.bound}" for line in judged]


def _charts(outcome: Outcome) -> list[str]:
    outside, inside = outcome.outside, [one for one in outcome.inside if one.at >= outcome.began]
    steps = [[new - old for old, new in zip(one.lag, two.lag, strict=True)] for one, two in pairwise(inside)]
    rows: list[tuple[str, Sequence[float]]] = [
        ("memory, MiB", [one.rss for one in outside]),
        ("descriptors", [one.descriptors for one in outside]),
        ("tasks", [one.tasks for one in inside]),
        ("in tables", [sum(one.tables.values()) for one in inside]),
        ("WAL, MiB", [one.wal for one in outside]),
        ("database, MiB", [one.database for one in outside]),
        ("lag, 99 %, ms", [min(late_by(step, 0.99), 60.0) * 1000 for step in steps]),
        ("machine's load", [one.load for one in outside]),
    ]
    return [_chart(name, values) for name, values in rows if values]


def _chart(name: str, values: Sequence[float]) -> str:
    """Over all the time, from the lowest value (a thin line) to the highest."""
    size = math.ceil(len(values) / WIDTH)
    points = [max(values[first : first + size]) for first in range(0, len(values), size)]
    low, high = min(values), max(values)
    bars = "".join(BARS[1 + round((point - low) / (high - low) * 7) if high > low else 1] for point in points)
    return f"{name:>14} {low:8.1f} {bars} {high:.1f}"


def _problems(outcome: Outcome) -> list[str]:
    more = len(outcome.problems) - SHOWN
    shown = ["--- problems", *outcome.problems[:SHOWN], *([f"... and {more} more"] if more > 0 else [])]
    return [*shown, outcome.verdict.transcript()[:6000]]


def _warnings(log: str) -> list[str]:
    found = [line for line in log.splitlines() if " WARNING " in line or " ERROR " in line or " CRITICAL " in line or "event loop" in line]
    return found[-LOG_LINES:]
