"""What receiving needs of Discord's REST API and of who answers interactions: small Protocols, so that each can be had alone."""

from __future__ import annotations

from typing import Any, Protocol

import discord

from bot.ports import Core

Json = dict[str, Any]
"""A payload of Discord's: other people's data, read with care."""


class Api(Protocol):
    """Every method raises AdapterErrors only; where Discord cannot be reached SendUnknown or RateLimited."""

    application_id: str

    async def login(self) -> Json: ...

    async def application(self) -> Json: ...

    async def gateway_bot(self) -> Json: ...

    async def put_commands(self, app_id: str, payload: list[dict[str, object]]) -> object: ...

    async def channel(self, channel_id: int) -> Json: ...

    async def messages(self, channel_id: int, *, after: int = 0, before: int = 0, limit: int = 100) -> list[Json]:
        """Newest first, as Discord gives them."""

    async def member(self, guild_id: int, user_id: int) -> Json: ...

    async def create_thread(self, channel_id: int, message_id: int, name: str) -> Json: ...


class TakesInteractions(Protocol):
    async def take(self, core: Core, interaction: discord.Interaction) -> None:
        """Returns when the interaction has its first answer. Raises DatabaseBroken only."""

    async def drain(self, seconds: float) -> None:
        """Waits so long for the interactions under way, then gives up on them."""
