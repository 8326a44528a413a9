"""The harness itself: both servers with the smallest bot of each, what counts as out of order, and databases with a past."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.events import Place
from storage.sqlite.store import SqliteStore
from tests.benchmarks.bench import Answer, Asked, Bench, Pace
from tests.benchmarks.on_discord import DISCORD
from tests.benchmarks.on_telegram import TELEGRAM
from tests.benchmarks.platforms import Platform, Seat
from tests.benchmarks.prepared import Library
from tests.benchmarks.process import baseline
from tests.benchmarks.scenarios import out_of_order

AT_ONCE = Pace(tokens=8, per_second=0.0)
platforms = pytest.mark.parametrize("platform", [TELEGRAM, DISCORD], ids=lambda platform: platform.name)


@platforms
async def test_the_smallest_bot_answers_whole_in_every_kind_of_place(platform: Platform) -> None:
    async with Bench(baseline(platform), pace=AT_ONCE, limited="all") as bench:
        asked = [await bench.ask(seat) for seat in bench.server.crowd(2)]
        assert await bench.whole(asked, within=20) == 2, bench.process.tail()
        assert bench.started_in > 0
        assert bench.process.cost().cpu > 0
        assert bench.server.refused == 0


@platforms
async def test_a_prepared_database_knows_who_sits_in_the_first_seats(platform: Platform, tmp_path: Path) -> None:
    path = await Library(tmp_path).make("sessions-2", platform)
    assert await Library(tmp_path).make("sessions-2", platform) == path
    home = platform.home(0)
    store = await SqliteStore.open(path)
    try:
        found = await store.find(Place(platform.name, home.chat), home.account, key="new")
        assert found.session is not None
        assert len(await store.branch(found.session.leaf or 0, 10)) == 4
    finally:
        await store.close()


def test_what_was_answered_after_a_later_message_is_out_of_order() -> None:
    async def says(text: str) -> None:
        raise AssertionError(text)

    nobody = Seat(says, str)
    answers = [Answer("", ("a",), 0.0, 3.0), Answer("", ("b", "c"), 0.0, 2.0), Answer("", ("d",), 0.0, 4.0)]
    tags = [("a", answers[0]), ("b", answers[1]), ("c", answers[1]), ("d", answers[2])]
    assert out_of_order([Asked(tag, nobody, 0.0, answer) for tag, answer in tags]) == 1
    assert out_of_order([Asked(tag, nobody, 0.0, answer) for tag, answer in tags[1:]]) == 0
