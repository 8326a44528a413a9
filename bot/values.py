"""What the values of settings may be: each kind with its check, and with the sentence that says how to mend a wrong one."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_core import from_json
from pydantic_settings import NoDecode

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


def _discord_token(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", secret.get_secret_value(), re.ASCII):
        raise ValueError(
            "does not look like a bot token: three words with full stops between; copy it again from the Bot page of the developer portal"
        )
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


def _of_discord(ids: frozenset[str]) -> frozenset[str]:
    if not all(entry.startswith("discord:") for entry in ids):
        raise ValueError("names something beside Discord, and threads are opened there alone; write discord:123456")
    return ids


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
TelegramToken = Annotated[SecretStr, AfterValidator(_token)]
DiscordToken = Annotated[SecretStr, AfterValidator(_discord_token)]
Ids = Annotated[frozenset[str], BeforeValidator(_ids), NoDecode]
DiscordIds = Annotated[Ids, AfterValidator(_of_discord)]
Headers = Annotated[dict[str, SecretStr], BeforeValidator(_headers), NoDecode]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Level = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
