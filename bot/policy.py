"""What the operator decided, as the core needs it: plain data, made from the settings by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Policy:
    """`allow` holds ids such as `telegram:123`, of people, chats or roles; everyone may when it is empty. `shared` holds those of chats.
    `rate` is messages a minute a person. `late_after` is the age from which an answer says that it is late."""

    model: str = "gpt-4o-mini"
    temperature: float = 0.7
    max_tokens: int = 1000
    context_tokens: int = 8000
    system_prompt: str = ""
    timezone: ZoneInfo = UTC
    time_format: str = "%d/%m/%Y %H:%M:%S"
    allow: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    rate: int = 20
    titles: bool = True
    delete_grace: timedelta = timedelta(hours=24)
    ask_timeout: timedelta = timedelta(minutes=10)
    late_after: timedelta = timedelta(minutes=30)
