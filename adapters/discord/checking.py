"""What `parley check` says of Discord, and the links by which the bot comes to a server or to a person."""

from __future__ import annotations

from adapters.discord.options import DiscordOptions
from adapters.discord.rest import Rest


async def check(rest: Rest, options: DiscordOptions) -> list[tuple[bool, str]]:
    """Lines, and whether each is well. Never raises."""
    raise NotImplementedError
