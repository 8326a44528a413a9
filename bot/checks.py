"""What `parley check` finds: questions asked side by side, each within its time, and one line for each answer."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.config import Settings
from bot.errors import BotError, ModelError
from bot.models.steady import PRIMARY, look_at
from bot.ports import Adapter, Model, Verdict
from bot.replies import texts

LONGEST_CHECK = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    verdict: Verdict
    line: str

    def __str__(self) -> str:
        return f"{self.verdict:<5} {self.line}"


Check = Callable[[], Awaitable[Sequence[Finding]]]


async def carry_out(checks: Sequence[tuple[str, Check]], within: float = LONGEST_CHECK) -> list[Finding]:
    """All findings, in the order of the checks. A check that takes longer than `within` seconds has failed."""
    found = await asyncio.gather(*(_within(name, check, within) for name, check in checks))
    return [finding for findings in found for finding in findings]


async def _within(name: str, check: Check, within: float) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(within):
            return await check()
    except TimeoutError:
        return [Finding("fail", f"{name}: no answer within {within:g} s")]
    except BotError as error:
        return [Finding("fail", f"{name}: {error}")]


class CheckedAdapter(Adapter, Protocol):
    """An adapter that can say how it stands."""

    async def check(self) -> list[tuple[Verdict, str]]:
        """Lines, each with what it comes to. Never raises."""


async def check_adapter(adapter: CheckedAdapter) -> Sequence[Finding]:
    """Asks the platform, and closes the adapter."""
    try:
        return [Finding(verdict, line) for verdict, line in await adapter.check()]
    finally:
        await adapter.close()


async def check_model(model: Model, setting: str = PRIMARY) -> Sequence[Finding]:
    """`setting` is what names the model."""
    instead = "" if setting == PRIMARY else f"{setting}: "
    try:
        return [Finding("ok", f"Model: {instead}{await model.check()}")]
    except ModelError as error:
        return [Finding("fail", f"Model: {instead}{_for_operator(error, setting)}")]


def _for_operator(error: ModelError, setting: str) -> str:
    """People are told that the operator has to look; the operator is told at what."""
    if reason := look_at(error.kind, setting):
        return reason
    match error.kind:
        case "unreachable" | "timeout":
            return "the server does not answer; look at OPENAI_BASE_URL, and whether it runs"
        case _:
            return texts.model_failure(error.kind, error.retry_after)


def check_access(settings: Settings) -> Sequence[Finding]:
    """Says what an open door may cost."""
    if settings.parley_allow:
        return [Finding("ok", f"Access: {len(settings.parley_allow)} people or chats may use the bot (PARLEY_ALLOW)")]
    tokens = settings.parley_rate * (settings.parley_context_tokens + settings.parley_max_tokens)
    return [
        Finding(
            "warn",
            f"Access: PARLEY_ALLOW is empty, so everybody who finds the bot may use it, and each could cost up to {tokens:,} tokens a"
            " minute; list who may, as in PARLEY_ALLOW=telegram:123456 or discord:123456 (whoever is not listed is told their id)",
        )
    ]


def check_files(folder: Path) -> Sequence[Finding]:
    """Settings files hold keys, so others should not be able to read them."""
    return [
        Finding("warn", f"Files: {path.name} can be read by others on this machine; chmod 600 {path.name}")
        for path in (folder / ".env", folder / "parley.toml")
        if path.is_file() and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)
    ]
