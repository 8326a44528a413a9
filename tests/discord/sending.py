"""An adapter whose clock may be wrong, before a channel on the loopback Discord, for the tests of single calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.places import InteractionRef, place_of, snowflake_at
from bot.events import MessageRef
from tests.discord.rig import options_for
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import FastClock, ListCore


class Wrong(FastClock):
    """Real time and more."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class Bench:
    def __init__(self, fake: FakeDiscord, folder: Path) -> None:
        self.fake = fake
        self.clock = Wrong()
        self.adapter = DiscordAdapter(options_for(fake, folder), self.clock)
        self.ann = fake.person(1001, "Ann")
        self.channel = fake.guild("Club", self.ann).channel("general")
        self.place = place_of(self.channel.id)
        self.core = ListCore()
        self.adapter._sender.core = self.core

    def passes(self, seconds: float) -> None:
        """Time passes, here and there."""
        self.fake.advance(seconds)
        self.clock.ahead += timedelta(seconds=seconds)

    def over(self, *, here: bool = True, private: bool = False) -> MessageRef:
        """An interaction of twenty minutes ago."""
        number = snowflake_at(self.clock.now() - timedelta(minutes=20))
        return InteractionRef(number, "old", "command", here, private).in_place(self.place)
