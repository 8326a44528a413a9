"""What nobody waits for: a refusal by Telegram is logged and of no further consequence."""

from __future__ import annotations

import logging
from collections.abc import Coroutine

from telegram.error import TelegramError

_log = logging.getLogger(__name__)


async def noticed(call: Coroutine[object, object, object], name: str) -> None:
    """Runs the call; `name` is what the log says of it."""
    try:
        await call
    except TelegramError as error:
        _log.info("telegram: %s did not work: %s", name, type(error).__name__)
