"""What is printed when something was lost: what, how to run it again, and what people saw."""

from __future__ import annotations

from pathlib import Path

from tests.torture.campaign import Outcome, Plan
from tests.torture.nursery import LOG

SHOWN = 30
LOG_LINES = 40


def command(plan: Plan) -> str:
    """How to run the plan again; the same deeds, though not to the millisecond."""
    platform = [] if plan.platform == "telegram" else [f"--platform {plan.platform}"]
    flags = [
        name
        for name, on in (
            ("--faults", plan.faults),
            ("--terminated", plan.terminated),
            ("--impatient", plan.impatient),
            ("--real", plan.real),
            ("--webhook", plan.webhook),
        )
        if on
    ]
    planted = [f"--plant {plan.plant}"] if plan.plant else []
    return " ".join([f"python -m tests.torture --kills {plan.kills} --seed {plan.seed}", *platform, *flags, *planted])


def report(outcome: Outcome, folder: Path) -> str:
    """For people to read."""
    log = folder / LOG
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    tail = [line for line in lines if not line.startswith("Parley runs")][-LOG_LINES:]
    more = len(outcome.problems) - SHOWN
    return "\n".join(
        [
            f"PROBLEMS in {outcome.plan}",
            f"again: {command(outcome.plan)}",
            *outcome.problems[:SHOWN],
            *([f"... and {more} more"] if more > 0 else []),
            outcome.verdict.transcript(),
            "--- the end of the bot's log",
            *tail,
        ]
    )
