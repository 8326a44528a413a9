"""Keeps the platforms running: one that fails is started again alone, after a pause that outlives the process."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from bot.errors import AdapterError, SecondInstance, SettingsError, StorageError, TokenRefused
from bot.ports import Adapter, Clock, Core

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 600.0
WELL_AFTER = 60.0
"""Seconds after which a start counts as a good one, and its failure as the first."""

Outcome = Literal["done", "refused"]


@dataclass(frozen=True, slots=True)
class Failures:
    """How often a platform failed in a row, and until when it is left alone."""

    count: int
    not_before: datetime


class Restarts:
    """The failures of all platforms, in a small file: a process that is killed and started in a circle keeps its pauses.

    A file that cannot be read or written costs the memory, never the bot.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failures: dict[str, Failures] = {}
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            stored = json.loads(path.read_text("utf-8"))
            self._failures = {name: Failures(int(row["count"]), _time_in(row["not_before"])) for name, row in stored.items()}

    def of(self, platform: str) -> Failures | None:
        return self._failures.get(platform)

    def failed(self, platform: str, now: datetime) -> float:
        """Counts a failure, and returns the pause in seconds."""
        known = self.of(platform)
        count = known.count + 1 if known else 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(count - 1, 16))
        self._failures[platform] = Failures(count, now + timedelta(seconds=pause))
        self._write()
        return pause

    def well(self, platform: str) -> None:
        """Forgets what was."""
        if self._failures.pop(platform, None) is not None:
            self._write()

    def _write(self) -> None:
        rows = {name: {"count": one.count, "not_before": one.not_before.isoformat()} for name, one in self._failures.items()}
        with suppress(OSError):
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(rows), "utf-8")
            fresh.replace(self._path)


def _time_in(text: str) -> datetime:
    """Raises ValueError for a time of no time zone, too."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("no time zone")
    return at


async def keep(adapter: Adapter, core: Core, clock: Clock, restarts: Restarts) -> Outcome:
    """Runs the adapter until it is done, or refused for good. Raises StorageError: that is no platform's failure."""
    while True:
        await _pause_left(adapter.platform, clock, restarts)
        started = clock.monotonic()
        try:
            await adapter.run(core)
        except (TokenRefused, SecondInstance, SettingsError) as error:
            log.error("%s stays down: %s", adapter.platform, error)  # noqa: TRY400 - the line says it all
            return "refused"
        except StorageError:
            raise
        except AdapterError as error:
            pause = _failed(adapter, clock, started, restarts)
            log.error("%s failed (%s) and is started again in %.0f s", adapter.platform, error, pause)  # noqa: TRY400
        except Exception:
            # The edge of the process: whatever a library raises must not take the other platforms along.
            log.exception("%s failed and is started again in %.0f s", adapter.platform, _failed(adapter, clock, started, restarts))
        else:
            restarts.well(adapter.platform)
            return "done"


def _failed(adapter: Adapter, clock: Clock, started: float, restarts: Restarts) -> float:
    """Counts the failure, as the first one after a good while; gives the pause in seconds."""
    if clock.monotonic() - started > WELL_AFTER:
        restarts.well(adapter.platform)
    return restarts.failed(adapter.platform, clock.now())


async def _pause_left(platform: str, clock: Clock, restarts: Restarts) -> None:
    failures = restarts.of(platform)
    if failures is None:
        return
    # A clock that was set back must not keep a platform down for longer than any pause is.
    seconds = min((failures.not_before - clock.now()).total_seconds(), LONGEST_PAUSE)
    if seconds > 0:
        await clock.sleep(seconds)
