"""Receives from Discord until cancelled: login, what waited, the gateway, and what ends them."""

from __future__ import annotations

from adapters.discord.interactions import Interactions
from adapters.discord.options import DiscordOptions
from adapters.discord.rest import Rest
from bot.ports import Clock, Core


class Receiver:
    """`heard_at` is when the gateway last said something, in the clock's monotonic seconds; `name` is the bot's own."""

    def __init__(self, rest: Rest, options: DiscordOptions, clock: Clock, interactions: Interactions) -> None:
        self._rest = rest
        self._options = options
        self._clock = clock
        self._interactions = interactions
        self.heard_at = clock.monotonic()
        self.name = ""

    async def run(self, core: Core) -> None:
        """Raises TokenRefused, StorageError when the database is broken, and whatever the library raises on a payload it cannot read."""
        raise NotImplementedError
