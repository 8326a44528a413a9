"""How often this token started a session in 24 hours, across lives: Discord allows 1,000, and then resets the token."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

DAY: Final = timedelta(hours=24)
TOTAL: Final = 1000
FREE: Final = 0.2
"""The share of a day's starts that is not slowed down."""
LONGEST_PAUSE: Final = 600.0
FILE_NAME: Final = "discord-starts.json"


@dataclass(frozen=True, slots=True)
class StartLimit:
    """What Discord says of the day's starts; `reset_after` in seconds."""

    total: int = TOTAL
    remaining: int = TOTAL
    reset_after: float = 0.0


def limit_in(answer: object) -> StartLimit:
    """From GET /gateway/bot; what cannot be read counts as nothing used."""
    limit = answer.get("session_start_limit") if isinstance(answer, dict) else None
    if not isinstance(limit, dict):
        return StartLimit()
    total, remaining, after = (limit.get(name) for name in ("total", "remaining", "reset_after"))
    if not isinstance(total, int) or not isinstance(remaining, int) or total <= 0:
        return StartLimit()
    return StartLimit(total, remaining, after / 1000 if isinstance(after, int | float) else 0.0)


def pause_for(used: int, limit: StartLimit) -> float:
    """Seconds to wait before the next start: nothing up to a fifth of the day's, then doubling from 1 s to 600 s.

    At 600 s a day holds 144 more, so a crash loop never comes near the limit. Where none is left, it waits until Discord counts anew.
    """
    if limit.remaining <= 0 and limit.reset_after > 0:
        return limit.reset_after
    over = max(used, limit.total - limit.remaining) - int(limit.total * FREE)
    return 0.0 if over < 0 else min(LONGEST_PAUSE, 2.0 ** min(over, 16))


class Identifies:
    """The starts of the running 24 hours, in a small file. One that cannot be read is empty; one that cannot be written costs the
    memory, never the bot."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._starts: list[float] = []
        with suppress(OSError, ValueError, TypeError, OverflowError, RecursionError):
            self._starts = sorted(float(at) for at in json.loads(self._path.read_text("utf-8")))

    def used(self, now: datetime) -> int:
        """How many starts there were in the 24 hours before `now`. Those that seem to lie ahead count too: a clock was set back."""
        return sum(at > (now - DAY).timestamp() for at in self._starts)

    def pause(self, now: datetime, limit: StartLimit) -> float:
        return pause_for(self.used(now), limit)

    def count(self, now: datetime) -> None:
        """Called before the IDENTIFY goes out, so that one that kills the process is counted."""
        oldest = (now - DAY).timestamp()
        self._starts = [*(at for at in self._starts[-2 * TOTAL :] if at > oldest), now.timestamp()]
        with suppress(OSError):
            fresh = self._path.with_suffix(".new")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(self._starts, file)
            fresh.replace(self._path)
