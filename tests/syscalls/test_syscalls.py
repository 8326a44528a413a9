"""Death at some of the system calls of some kinds of turns. All of them, of all kinds, are `python -m tests.syscalls`, and a part of
`make torture`."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.sqlite.store import SqliteStore
from tests.contracts.store_builders import owe
from tests.fakes.discord import places as posts
from tests.fakes.openai_script import Reply
from tests.fakes.telegram import Message
from tests.syscalls.campaign import Plan, Tally, carry_out, count
from tests.syscalls.guests import Guests
from tests.syscalls.kinds import KINDS, Steady
from tests.syscalls.old import turn_back
from tests.syscalls.strace import Site, counted, missing
from tests.torture.discord import DiscordSide
from tests.torture.nursery import Nursery
from tests.torture.telegram import TelegramSide
from tests.torture.world import world

pytestmark = pytest.mark.timeout(300)
traced = pytest.mark.skipif(bool(missing()), reason=missing() or "never")

SAMPLE = {"answer": 12, "topic": 28, "migration": 50, "start": 100, "discord-answer": 30}
"""Of these kinds, every so many calls."""


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with Nursery() as nursery:
        yield nursery


@traced
async def test_p9_s6_s9_death_at_a_system_call_loses_nothing_and_answers_nothing_twice(nursery: Nursery) -> None:
    tallies: list[Tally] = []
    for kind, every in SAMPLE.items():
        tally = await carry_out(Plan(KINDS[kind], every), nursery)
        assert not tally.problems, "\n".join(tally.problems)
        tallies.append(tally)
    assert sum(tally.deaths for tally in tallies) > 12
    assert sum(tally.strays for tally in tallies if tally.kind.startswith("discord")) == 0


@traced
async def test_p9_death_at_a_system_call_shows_a_bot_that_acknowledges_before_it_stores(nursery: Nursery) -> None:
    tally = await carry_out(Plan(KINDS["answer"], 30, plant="acknowledges_first"), nursery)
    assert tally.deaths > 1
    assert tally.lost > 0
    assert "--plant acknowledges_first" in tally.problems[-1]


@traced
async def test_p9_s6_death_at_a_system_call_shows_two_commits_where_there_must_be_one(nursery: Nursery) -> None:
    """Nothing but a death between the two shows them: undisturbed turns end as they should, which `count` asserts."""
    plan = Plan(KINDS["answer"], SAMPLE["answer"], plant="in_two_commits")
    await count(plan, nursery)
    tally = await carry_out(plan, nursery)
    assert 0 < tally.lost < tally.deaths
    assert any(problem.startswith("after pwrite64") and "people see ()" in problem for problem in tally.problems)
    assert "--plant in_two_commits" in tally.problems[-1]


def test_each_thread_counts_for_itself_and_the_busiest_is_followed(tmp_path: Path) -> None:
    log = tmp_path / "calls"
    log.write_text('7  write(3, "a", 1) = 1\n8  write(3, "b", 1) = 1\n8  fsync(4) = 0\n8  write(3, "c", 1) = 1\n9  write(3, "d", 1) = 1\n')
    assert counted(log, 7, "main") == [Site("main", "write", 1)]
    assert counted(log, 7, "others") == [Site("others", "fsync", 1), Site("others", "write", 1), Site("others", "write", 2)]
    assert [site.call for site in counted(log, 7, "all")] == ["fsync", "write", "write"]


async def test_what_people_see_says_which_topic_it_stands_in_and_a_stub_elsewhere_is_seen(tmp_path: Path) -> None:
    async with world(tmp_path, 1) as around:
        side = around.sides[0]
        assert isinstance(side, TelegramSide)
        guests = Guests(side, KINDS["topic"])
        here = guests.meet().chat
        there = next(topic for topic in here.home.topics.values() if topic is not here)
        said = ((here.thread_id, "Answer to m1: yes."), (there.thread_id, "no"), (0, "well"), (here.thread_id, "Answ…"), (0, "Answ…"))
        for thread_id, text in said:
            side.fake.add(Message(side.fake.message_id(here.home), here.home, None, 0.0, text, thread_id=thread_id, by_bot=True))
        assert guests.seen(here) == ("here: Answer to #: yes.", "next door: no", "outside: well", "outside: Answ…")
        assert guests.strays(here) == 1


async def test_what_people_see_says_whether_it_stands_in_a_thread(tmp_path: Path) -> None:
    async with world(tmp_path, 1, "discord") as around:
        side = around.sides[0]
        assert isinstance(side, DiscordSide)
        guests = Guests(side, KINDS["discord-thread"])
        room, other = guests.meet().chat, guests.meet().chat
        for place in (room.thread("ours"), room, other.thread("theirs")):
            side.fake.add(posts.Message(side.fake.new_id(), place, side.fake.bot, 0.0, "yes"))
        assert guests.seen(room) == ("yes", "thread: yes")
        assert str(room.guild.id) in guests.environment()["PARLEY_THREADS"]


def test_the_model_says_what_it_was_given_to_read_before() -> None:
    asked = [{"role": "user", "content": f"m{number} how many"} for number in range(3)]
    reply = Steady()({"messages": [asked[0], {"role": "assistant", "content": "Answer to m0: yes."}, asked[1], asked[2]]})
    assert isinstance(reply, Reply)
    assert str(reply.text).endswith("after two messages.")
    alone = Steady()({"messages": [asked[2]]})
    assert isinstance(alone, Reply)
    assert str(alone.text).endswith("after nothing.")


async def test_a_database_is_turned_back_to_the_first_version_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    store = await SqliteStore.open(path, driver="inline")
    await owe(store)
    await store.close()
    await turn_back(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT status, not_before FROM turns").fetchall() == [("pending", None)]
    store = await SqliteStore.open(path, driver="inline")
    assert [turn.id for turn in await store.open_turns("aaaa000000000000")] == [12]
    await store.close()
