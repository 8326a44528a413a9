"""Makes messages in a channel, as replies where Discord lets the bot reply: who may not read the history there may write all the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from adapters.discord.errors import ReplyRefused
from adapters.discord.forms import Json
from adapters.discord.rest import Rest
from bot.ports import Clock
from bot.posts import File

AGAIN_AFTER: Final = timedelta(minutes=10)
"""Until then it is not tried there again: each refusal counts (P31)."""
MOST: Final = 1000
_REFERENCE: Final = "message_reference"


class Replying:
    """Remembers channels in which nothing may be replied to."""

    def __init__(self, rest: Rest, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock
        self._refused: dict[int, datetime] = {}

    async def create(self, channel: int, payload: Json, files: Sequence[File]) -> Json:
        """Raises AdapterErrors; the reference is left out where it is refused."""
        now = self._clock.now()
        if _REFERENCE in payload and abs(now - self._refused.get(channel, datetime.min.replace(tzinfo=now.tzinfo))) > AGAIN_AFTER:
            try:
                return await self._rest.create_message(channel, payload, files)
            except ReplyRefused:
                self._refused.pop(channel, None)
                self._refused[channel] = now
                while len(self._refused) > MOST:
                    del self._refused[next(iter(self._refused))]
        plain = {name: value for name, value in payload.items() if name != _REFERENCE}
        return await self._rest.create_message(channel, plain, files)
