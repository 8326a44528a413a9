"""How busy the machine is: what is promised in seconds is asked of it in proportion, and to the letter where nothing else runs."""

from __future__ import annotations

import time

SAMPLES, WORK = 3, 0.03


def within(seconds: float) -> float:
    """So many seconds of a machine that does nothing else, as the machine is just now; never less."""
    return seconds * max(1.0, *(_times_slower() for _ in range(SAMPLES)))


def _times_slower() -> float:
    """The time that a little work takes, over the time that the processor is at it."""
    began, at_work = time.monotonic(), time.process_time()
    while time.process_time() - at_work < WORK:
        pass
    return (time.monotonic() - began) / (time.process_time() - at_work)
