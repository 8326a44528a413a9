"""What the operator decides about Telegram, as plain data made by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.errors import SettingsError

SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class TelegramOptions:
    """`api_url` is the Bot API server; `/bot<token>` and `/file/bot<token>` are added. With `webhook_url` updates are taken by a server on
    `webhook_host`:`webhook_port`, else by polling. `bare_commands`: in groups `/new` is for this bot too, not only `/new@its_name`.
    Times are in seconds. `lock_folder` holds the lock that keeps a second process from the token; empty: the system's temporary folder.
    """

    token: str = field(repr=False)
    api_url: str = "https://api.telegram.org"
    webhook_url: str = ""
    webhook_secret: str = field(default="", repr=False)
    webhook_host: str = "127.0.0.1"
    webhook_port: int = 8443
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
        if self.webhook_url and not self.webhook_url.startswith("https://") and "127.0.0.1" not in self.webhook_url:
            problems.append("The Telegram webhook address must begin with https://.")
        if self.webhook_url and len(self.webhook_secret) < SECRET_LENGTH:
            problems.append(f"The Telegram webhook needs a secret of at least {SECRET_LENGTH} characters (A-Z a-z 0-9 _ -).")
        if problems:
            raise SettingsError(tuple(problems))
