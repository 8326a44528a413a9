"""Slash commands, menus, presses, forms and autocomplete: each a command for the core, answered within the time that Discord gives."""

from __future__ import annotations

import discord

from adapters.discord.responses import Responses
from bot.ports import Clock, Core


class Interactions:
    """Takes interactions as the gateway brings them. A press and a form name their command themselves, so nothing is registered."""

    def __init__(self, responses: Responses, clock: Clock) -> None:
        self._responses = responses
        self._clock = clock

    async def take(self, core: Core, interaction: discord.Interaction) -> None:
        """Returns when the interaction has its first answer. Raises DatabaseBroken only."""
        raise NotImplementedError

    async def drain(self, seconds: float) -> None:
        """Waits so long for the interactions under way, then gives up on them."""
        raise NotImplementedError
