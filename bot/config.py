"""The settings: read from the environment, `.env` and `parley.toml`, checked all at once, and handed on as one frozen object.

pydantic-settings merges and checks them; `bot.sources` reads them, and here the library's findings become lines that name the variable
and the place it stands in, and never show a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import SettingsError
from bot.policy import Policy
from bot.sources import Sources
from bot.values import Address, DiscordIds, DiscordToken, Gateway, Headers, Ids, Key, Level, Listen, TelegramToken, Zone


class Settings(BaseSettings):
    """Every setting. A field's name in capitals is its variable; `telegram_token` is also `token` under `[telegram]` in parley.toml."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True, validate_default=False, case_sensitive=True
    )

    telegram_token: TelegramToken | None = None
    telegram_api_url: Address = "https://api.telegram.org"
    telegram_webhook_url: Address | None = None
    telegram_webhook_secret: Annotated[Key | None, Field(validate_default=True)] = None
    telegram_webhook_listen: Listen = "127.0.0.1:8080"
    discord_token: DiscordToken | None = None
    discord_api_url: Address = "https://discord.com/api/v10"
    discord_gateway_url: Gateway | None = None
    openai_api_key: Key | None = None
    openai_base_url: Address | None = None
    openai_headers: Headers = Field(default_factory=dict)
    parley_model: str = "gpt-4o-mini"
    parley_fallback_model: str = ""
    parley_temperature: float = Field(0.7, ge=0, le=2, allow_inf_nan=False)
    parley_max_tokens: int = Field(1000, ge=1)
    parley_context_tokens: int = Field(8000, ge=200)
    parley_system_prompt: str = ""
    parley_database: Path = Path("data/parley.db")
    parley_timezone: Zone = ZoneInfo("UTC")
    parley_allow: Ids = frozenset()
    parley_shared: Ids = frozenset()
    parley_threads: DiscordIds = frozenset()
    parley_rate: int = Field(20, ge=1)
    parley_titles: bool = True
    parley_delete_grace_hours: float = Field(24, ge=0, le=24 * 3650, allow_inf_nan=False)
    parley_log_level: Level = "INFO"
    parley_log_format: Literal["text", "json"] = "text"

    def __init__(self, sources: Sources) -> None:
        super().__init__(sources=sources)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Our three sources, which know their folder, in place of the library's, which know only that of the process."""
        sources = init_settings()["sources"]
        return sources.all if isinstance(sources, Sources) else ()

    @field_validator("telegram_webhook_url")
    @classmethod
    def _webhook_is_safe(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith("https://"):
            raise ValueError("is no https address, and Telegram posts to no other")
        return url

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _webhook_is_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Without a secret anybody could post updates. Beside the other checks, so that all that is wrong is said at once."""
        given = secret.get_secret_value() if secret else ""
        if info.data.get("telegram_webhook_url") is not None and not re.fullmatch(r"[\w-]{32,256}", given, re.ASCII):
            raise ValueError(
                "a webhook needs a secret of 32 to 256 letters, digits, - or _;"
                ' make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
        return secret

    def policy(self) -> Policy:
        """What of the settings the core needs."""
        return Policy(
            model=self.parley_model,
            temperature=self.parley_temperature,
            max_tokens=self.parley_max_tokens,
            context_tokens=self.parley_context_tokens,
            system_prompt=self.parley_system_prompt,
            timezone=self.parley_timezone,
            allow=self.parley_allow,
            shared=self.parley_shared,
            rate=self.parley_rate,
            titles=self.parley_titles,
            delete_grace=timedelta(hours=self.parley_delete_grace_hours),
        )

    def secrets(self) -> tuple[str, ...]:
        """Everything that no log may show."""
        named = (self.telegram_token, self.telegram_webhook_secret, self.discord_token, self.openai_api_key)
        return tuple(secret.get_secret_value() for secret in (*named, *self.openai_headers.values()) if secret)


def load(environ: Mapping[str, str], folder: Path) -> Settings:
    """The settings of `folder`: the environment comes before `.env`, and that before `parley.toml`.

    Raises SettingsError with all problems at once.
    """
    sources = Sources(Settings, environ, folder)
    problems = list(sources.problems)
    try:
        settings = Settings(sources)
    except ValidationError as error:
        problems += [_told(detail, sources) for detail in error.errors(include_url=False, include_input=False)]
    if problems:
        raise SettingsError(tuple(problems))
    return settings.model_copy(update={"parley_database": folder / settings.parley_database})


def _told(detail: ErrorDetails, sources: Sources) -> str:
    """One problem as a line for the operator: the variable, where it was set, what is wrong. Never the value."""
    field = str(detail["loc"][0])
    source = sources.of(field)
    return f"{field.upper()}{f' ({source})' if source else ''}: {_fault(detail)}"


def _fault(detail: ErrorDetails) -> str:
    limits = detail.get("ctx", {})
    match detail["type"]:
        case "value_error":
            return str(limits["error"])
        case "int_parsing" | "int_from_float" | "int_type":
            return "is not a whole number"
        case "float_parsing" | "float_type" | "finite_number":
            return "is not a number"
        case "bool_parsing" | "bool_type":
            return "is neither true nor false"
        case "greater_than_equal":
            return f"is too small; the least is {limits['ge']:g}"
        case "less_than_equal":
            return f"is too large; the most is {limits['le']:g}"
        case "literal_error":
            return f"is not one of {limits['expected']}"
        case "dict_type":
            return 'is not a set of headers; write an object of texts, as in {"X-Title": "Parley"}'
        case _:
            return "is not a text"
