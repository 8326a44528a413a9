"""What the Discord tests stand on: options of an adapter before the loopback Discord."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from adapters.discord.options import DiscordOptions
from tests.fakes.discord import FakeDiscord


def options_for(fake: FakeDiscord, folder: Path, **changes: object) -> DiscordOptions:
    base = DiscordOptions(fake.token, fake.api_url, fake.gateway_url, state_folder=folder, lock_folder=str(folder))
    return replace(base, **changes)  # type: ignore[arg-type]
