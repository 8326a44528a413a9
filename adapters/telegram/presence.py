"""When Telegram was last heard of, across lives: it keeps what is sent for a day, so after a longer silence something may be lost (P11)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from adapters.telegram.reading import PLATFORM, Identity
from bot.errors import DatabaseBroken, StorageError
from bot.ports import Clock, Core

_log = logging.getLogger(__name__)

KEPT = timedelta(hours=24)
NOTED_EVERY = timedelta(minutes=5)


class Presence:
    """Remembers with the core's cursors; a storage that does not take it now costs only the memory."""

    def __init__(self, core: Core, me: Identity, clock: Clock) -> None:
        self._core = core
        self._me = me
        self._clock = clock
        self._name = f"{PLATFORM}/{me.id}/heard"
        self._connected = False
        self._heard: datetime | None = None
        self._noted: datetime | None = None

    async def heard(self) -> None:
        """Telegram has answered, so what it still kept is on its way. Raises DatabaseBroken."""
        now = self._clock.now()
        if not self._connected:
            self._connected = True
            self._heard = await self._remembered()
            _log.info("telegram: connected as @%s", self._me.username)
        away = now - self._heard if self._heard is not None else timedelta()
        if away > KEPT:
            lost = away - KEPT
            _log.warning(
                "telegram: nothing was heard of it for %s; it keeps messages for %s, so what was sent in the first %s of that is lost",
                *map(_hours, (away, KEPT, lost)),
            )
        self._heard = now
        # A clock that was set back does not keep the note from being made.
        if self._noted is None or abs(now - self._noted) >= NOTED_EVERY:
            await self._note(now)

    async def _remembered(self) -> datetime | None:
        try:
            return _time_in((await self._core.cursors(self._name)).get(self._name, ""))
        except DatabaseBroken:
            raise
        except StorageError:
            return None

    async def _note(self, now: datetime) -> None:
        try:
            await self._core.keep({self._name: str(int(now.timestamp()))})
        except DatabaseBroken:
            raise
        except StorageError:
            return
        self._noted = now


def _hours(time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")


def _time_in(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
