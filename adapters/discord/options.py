"""What the operator decides about Discord, as plain data made by the composition root."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import SettingsError

_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class DiscordOptions:
    """`gateway_url` is empty for Discord's own. `threads` holds ids such as `discord:123`, of channels and servers in which a mention
    opens a thread. `state_folder` is where starts are counted; `lock_folder` holds the lock that keeps a second process from the token,
    empty: as `bot.token_lock` chooses. Times are in seconds.
    """

    token: str = field(repr=False)
    api_url: str = "https://discord.com/api/v10"
    gateway_url: str = ""
    threads: frozenset[str] = frozenset()
    state_folder: Path = Path()
    lock_folder: str = ""
    watch_interval: float = 30.0
    heartbeat_timeout: float = 60.0

    def check(self) -> None:
        """Raises SettingsError, which names everything that is wrong."""
        problems = []
        if not _TOKEN.fullmatch(self.token):
            problems.append("The Discord token is not of the form xxx.yyy.zzz; copy it again from the Bot page of the developer portal.")
        if urlsplit(self.api_url).scheme not in ("http", "https"):
            problems.append("The address of Discord's API must begin with https://.")
        if problems:
            raise SettingsError(tuple(problems))
