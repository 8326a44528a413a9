"""Erases for good what was deleted longer ago than the time of grace."""

from __future__ import annotations

import logging

from bot.errors import DatabaseBroken, StorageError
from bot.sessions.desk import Desk

log = logging.getLogger(__name__)

SOON = 1.0
"""Seconds from the start until the first time."""
PURGE_EVERY = 3600.0
"""Seconds."""


async def purge_now_and_then(desk: Desk) -> None:
    """At the start and every hour, until cancelled. Raises DatabaseBroken."""
    await desk.clock.sleep(SOON)
    while True:
        try:
            async with desk.lock:  # else what is just being brought back would go all the same
                await desk.store.purge(desk.clock.now() - desk.policy.delete_grace)
        except DatabaseBroken:
            raise
        except StorageError as error:
            log.warning("nothing was purged, and will be in an hour: %s", error)
        await desk.clock.sleep(PURGE_EVERY)
