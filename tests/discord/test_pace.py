"""How fast answers may grow, alone and beside others, and that Discord's limits do not delay final texts for which there is room."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.pace import OVERALL, ROOM, SHORTEST, Pace
from adapters.discord.places import place_of
from bot.errors import RateLimited
from tests.discord.rig import options_for
from tests.fakes.discord import FakeDiscord, Limits
from tests.fakes.rig import RealClock, plain


class HandClock(RealClock):
    """Stands still."""

    def __init__(self) -> None:
        self.at = 100.0

    def monotonic(self) -> float:
        return self.at


async def test_p32_a_final_text_finds_the_room_that_there_is(tmp_path: Path) -> None:
    async with FakeDiscord(limits=Limits()) as fake:
        channel = fake.guild("Club", fake.person(1001, "Ann")).channel("general")
        adapter = DiscordAdapter(options_for(fake, tmp_path), RealClock())
        try:
            ref = await adapter.send(place_of(channel.id), plain("1"), key="a")
            began = time.monotonic()
            for number in range(2, ROOM + 2):
                await adapter.edit(ref, plain(str(number)))
            took = time.monotonic() - began
            assert took < 4.0  # seconds; whoever waited for room would wait for five
            assert channel.texts == [str(ROOM + 1)]
            with pytest.raises(RateLimited) as refused:
                await adapter.edit(ref, plain("no room"))
            assert 3.0 - took < refused.value.retry_after <= 5.0
            assert fake.limits is not None
            assert fake.limits.refused == 0
        finally:
            await adapter.close()


def test_previews_are_refused_where_the_whole_bot_is_busy() -> None:
    pace = Pace(clock := HandClock())
    for channel in range(OVERALL):
        pace.ask("send", channel)
        pace.took("send", channel)
    with pytest.raises(RateLimited) as refused:
        pace.ask("send", 1000)
    assert refused.value.retry_after == 1.0
    clock.at += 1.0
    pace.ask("send", 1000)


def test_typing_takes_room_as_well() -> None:
    pace = Pace(HandClock())
    for _ in range(OVERALL):
        pace.took_other()
    with pytest.raises(RateLimited):
        pace.ask("edit", 1)


def test_a_wave_of_answers_halves_the_pace_of_previews_at_most() -> None:
    pace = Pace(clock := HandClock())
    alone = pace.interval(1)
    for channel in range(500):
        pace.took("send", channel)
    assert pace.interval(1) == 2 * SHORTEST
    clock.at += 3.0
    assert pace.interval(1) == alone < 2 * SHORTEST
