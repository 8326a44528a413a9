"""What the operator decides about Telegram, as plain data made by the composition root."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.errors import SettingsError

# The settings say the same to the operator, beside all else that is wrong; a test holds the two together.
SECRET = re.compile(r"[\w-]{32,256}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TelegramOptions:
    """`api_url` is the Bot API server; `/bot<token>` and `/file/bot<token>` are added. With `webhook_url` updates are taken by a server on
    `webhook_host`:`webhook_port`, else by polling. `bare_commands`: in groups `/new` is for this bot too, not only `/new@its_name`.
    Times are in seconds. `lock_folder` holds the lock that keeps a second process from the token; empty: the system's temporary folder,
    or that of the login where there is none.
    """

    token: str = field(repr=False)
    api_url: str = "https://api.telegram.org"
    webhook_url: str = ""
    webhook_secret: str = field(default="", repr=False)
    webhook_host: str = "127.0.0.1"
    webhook_port: int = 8080
    bare_commands: bool = True
    poll_timeout: int = 50
    poll_grace: float = 20.0
    call_timeout: float = 20.0
    lock_folder: str = ""

    @property
    def bot_id(self) -> str:
        """The part of the token before the colon is the bot's account id."""
        return self.token.partition(":")[0]

    def check(self) -> None:
        """Raises SettingsError, which names everything that is wrong."""
        problems = []
        if not self.bot_id.isdecimal() or ":" not in self.token:
            problems.append("The Telegram token is not of the form 123456:ABC...; copy it again from @BotFather.")
        if self.webhook_url and not self.webhook_url.startswith("https://") and urlsplit(self.webhook_url).hostname != "127.0.0.1":
            problems.append("The Telegram webhook address must begin with https://.")
        if self.webhook_url and not SECRET.fullmatch(self.webhook_secret):
            problems.append("The Telegram webhook needs a secret of 32 to 256 letters, digits, - or _.")
        if problems:
            raise SettingsError(tuple(problems))
