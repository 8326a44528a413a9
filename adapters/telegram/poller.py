"""Long polling with the acknowledgement in the right place: the next offset is sent only after everything before it is stored."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from adapters.calls.backoff import Backoff
from adapters.telegram.errors import seconds
from adapters.telegram.events import ALLOWED_UPDATES
from adapters.telegram.intake import Intake
from adapters.telegram.options import TelegramOptions
from adapters.telegram.presence import Presence
from adapters.telegram.reading import PLATFORM
from adapters.telegram.request import AiohttpRequest, Unreached
from bot.errors import AdapterError, SecondInstance, TokenRefused
from bot.ports import Clock, Core

_log = logging.getLogger(__name__)

BATCH = 100
DEAF_TIMES = 3
CONFLICTS = 3
CONFLICT_WINDOW = 60.0
# Whoever was here first holds out longer, so that of two processes the younger one ends.
SENIORITY = 120.0
SENIOR_CONFLICTS = 12

# By its own name the library would parse the batch as a whole, and one update that it cannot read would cost all of them.
_RAW_UPDATES = "get_Updates"


class Poller:
    """Receives until cancelled. `heard_at` is when getUpdates last returned, in the clock's monotonic seconds."""

    def __init__(
        self, bot: Bot, request: AiohttpRequest, options: TelegramOptions, clock: Clock, intake: Intake, presence: Presence
    ) -> None:
        self._bot = bot
        self._request = request
        self._options = options
        self._clock = clock
        self._intake = intake
        self._presence = presence
        self._offset: int | None = None
        self._caught_up = False
        self._deaf = 0
        self._conflicts: deque[float] = deque()
        self._begun = clock.monotonic()
        self._backoff = Backoff()
        self.heard_at = clock.monotonic()

    async def run(self, core: Core) -> None:
        """Raises TokenRefused, SecondInstance, and AdapterError when Telegram was not heard of three times running."""
        while True:
            try:
                updates = await self._poll()
            except TelegramError as error:
                await self._failed(error)
                continue
            self._heard()
            await self._presence.heard()
            for raw in updates:
                await self._intake.take(raw)
            # Without news the offset is dropped: it has been confirmed, and after a quiet week Telegram's ids begin anew, perhaps below it.
            self._offset = _last_id(updates) + 1 if updates else None
            if self._offset == 0:
                await self._clock.sleep(self._backoff.next())  # what came has no id, so it comes again
            if not self._caught_up and len(updates) < BATCH:
                self._caught_up = True
                await core.caught_up(PLATFORM)

    async def _poll(self) -> list[object]:
        """Until what waited there is fetched nothing is waited for, since answers that are owed wait in turn for that."""
        timeout = self._options.poll_timeout if self._caught_up else 0
        fields = {"offset": self._offset, "limit": BATCH, "timeout": timeout, "allowed_updates": list(ALLOWED_UPDATES)}
        result = await self._bot.do_api_request(_RAW_UPDATES, api_kwargs=fields, read_timeout=timeout + self._options.poll_grace)
        return result if isinstance(result, list) else []

    def _heard(self) -> None:
        self.heard_at = self._clock.monotonic()
        self._deaf = 0
        self._backoff.reset()

    async def _failed(self, error: TelegramError) -> None:
        """Waits as long as the error asks for, or raises."""
        if not isinstance(error, TimedOut | Unreached):
            self._deaf = 0  # it is bad news, but news
        match error:
            case InvalidToken():
                raise TokenRefused("Telegram does not accept the token; copy it again from @BotFather") from None
            case Conflict() if "webhook is active" in error.message:
                await self._take_over()
            case Conflict():
                await self._contested()
            case RetryAfter():
                await self._clock.sleep(seconds(error))
            case TimedOut():
                await self._unheard()
            case _:
                wait = self._backoff.next()
                _log.warning("telegram: getUpdates failed (%s); again in %.1f s", type(error).__name__, wait)
                await self._clock.sleep(wait)

    async def _take_over(self) -> None:
        """A webhook from an earlier life of this bot keeps updates away from polling; what waits at Telegram stays there."""
        _log.info("telegram: a webhook was set; it is taken away, since this process polls")
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            _log.warning("telegram: deleteWebhook failed (%s)", type(error).__name__)
            await self._clock.sleep(self._backoff.next())

    async def _contested(self) -> None:
        """A 409 may be the last breath of a process that ended just now; when it persists, there are two."""
        now = self._clock.monotonic()
        while self._conflicts and self._conflicts[0] <= now - CONFLICT_WINDOW:
            self._conflicts.popleft()
        self._conflicts.append(now)
        senior = self._conflicts[0] - self._begun > SENIORITY
        if len(self._conflicts) >= (SENIOR_CONFLICTS if senior else CONFLICTS):
            raise SecondInstance("another process receives updates with the same Telegram token (409)")
        _log.warning("telegram: another process polls with the same token (409)")
        await self._clock.sleep(Backoff(first=3.0, most=3.0).next())

    async def _unheard(self) -> None:
        """A half-open connection looks like silence: a new session is made, and three times in vain the adapter is started anew."""
        self._deaf += 1
        _log.warning("telegram: no answer to getUpdates, %d of %d", self._deaf, DEAF_TIMES)
        if self._deaf >= DEAF_TIMES:
            raise AdapterError("Telegram was not heard of for too long")
        await self._request.shutdown()


def _last_id(updates: list[object]) -> int:
    """The highest id; an update without a readable one is confirmed by those beside it."""
    ids = [raw.get("update_id") for raw in updates if isinstance(raw, Mapping)]
    return max((number for number in ids if isinstance(number, int)), default=-1)
