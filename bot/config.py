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
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails, from_json
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import SettingsError
from bot.policy import Policy
from bot.sources import Sources

HIGHEST_PORT = 65535
PLATFORMS = ("telegram", "discord", "web", "terminal")


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not a web address; write it whole, as in https://example.org/v1")
    return text.rstrip("/")


def _gateway(text: str) -> str:
    if urlsplit(text).scheme not in ("ws", "wss"):
        raise ValueError("is not a gateway address; it begins with wss://")
    return text.rstrip("/")


def _token(secret: SecretStr) -> SecretStr:
    if secret.get_secret_value()[:1] in "\"'":
        raise ValueError("begins with a quotation mark; leave the quotation marks off")
    if not re.fullmatch(r"\d+:[\w-]+", secret.get_secret_value(), re.ASCII):
        raise ValueError("does not look like a bot token: digits, a colon, letters and digits; copy it whole from @BotFather")
    return secret


def _one_word(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", secret.get_secret_value()):
        raise ValueError("holds a blank, a line break or a letter that keys do not have; copy it again")
    return secret


def _ids(value: object) -> object:
    entries = value.split(",") if isinstance(value, str) else value
    if not isinstance(entries, list | tuple | set | frozenset):
        raise ValueError("is not a list of ids; write them as telegram:123456, with commas between")  # noqa: TRY004 (pydantic's contract)
    ids = [str(entry).strip() for entry in entries]
    for number, entry in enumerate((entry for entry in ids if entry), start=1):
        platform, colon, name = entry.partition(":")
        if "@" in entry:
            raise ValueError(f"names somebody by username (entry {number}); names can be given away, so write the number: telegram:123456")
        if not colon or platform not in PLATFORMS:
            raise ValueError(f"has an entry without its platform (entry {number}); write telegram:123456 or discord:123456")
        if platform != "terminal" and not re.fullmatch(r"-?\d+", name, re.ASCII):
            raise ValueError(f"has an entry whose id is not a number (entry {number}); write {platform}:123456")
    return frozenset(entry for entry in ids if entry)


def _headers(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return from_json(value)
    except ValueError:
        raise ValueError('is not JSON; write an object of texts, as in {"X-Title": "Parley"}') from None


def _zone(value: object) -> object:
    if isinstance(value, ZoneInfo):
        return value
    if value not in available_timezones():
        raise ValueError("is not a time zone that is known here; write one as Europe/Paris or UTC")
    return ZoneInfo(str(value))


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and 0 < int(port) <= HIGHEST_PORT):
        raise ValueError("is not host:port; write it as 127.0.0.1:8080")
    return text


Address = Annotated[str, AfterValidator(_address)]
Gateway = Annotated[str, AfterValidator(_gateway)]
Listen = Annotated[str, AfterValidator(_listen)]
Key = Annotated[SecretStr, AfterValidator(_one_word)]
Ids = Annotated[frozenset[str], BeforeValidator(_ids), NoDecode]


class Settings(BaseSettings):
    """Every setting. A field's name in capitals is its variable; `telegram_token` is also `token` under `[telegram]` in parley.toml."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True, validate_default=False, case_sensitive=True
    )

    telegram_token: Annotated[SecretStr, AfterValidator(_token)] | None = None
    telegram_api_url: Address = "https://api.telegram.org"
    telegram_webhook_url: Address | None = None
    telegram_webhook_secret: Annotated[Key | None, Field(validate_default=True)] = None
    telegram_webhook_listen: Listen = "127.0.0.1:8080"
    discord_token: Key | None = None
    discord_api_url: Address = "https://discord.com/api/v10"
    discord_gateway_url: Gateway | None = None
    openai_api_key: Key | None = None
    openai_base_url: Address | None = None
    openai_headers: Annotated[dict[str, SecretStr], BeforeValidator(_headers), NoDecode] = Field(default_factory=dict)
    parley_model: str = "gpt-4o-mini"
    parley_temperature: float = Field(0.7, ge=0, le=2, allow_inf_nan=False)
    parley_max_tokens: int = Field(1000, ge=1)
    parley_context_tokens: int = Field(8000, ge=200)
    parley_system_prompt: str = ""
    parley_database: Path = Path("data/parley.db")
    parley_timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("UTC")
    parley_allow: Ids = frozenset()
    parley_shared: Ids = frozenset()
    parley_rate: int = Field(20, ge=1)
    parley_titles: bool = True
    parley_delete_grace_hours: float = Field(24, ge=0, le=24 * 3650, allow_inf_nan=False)
    parley_log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"
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
