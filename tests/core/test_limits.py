"""Who may use the bot and how often: nothing of anybody else reaches the model or the database (X4, X5, U15)."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot.access import may_use
from bot.changes import Change
from bot.clock import SystemClock
from bot.errors import DatabaseBlocked
from bot.events import (
    Attachment,
    Author,
    CommandInvoked,
    Event,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    MessageRef,
    Place,
    Quotation,
)
from bot.policy import Policy
from bot.sessions.admission import Admission
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.core.talk import GROUP, Talk, TestClock, talking
from tests.fakes.memory_adapter import MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel

EVE = Author("666", "Eve", is_admin=True)
OWN = Place("memory", "666")
CANARY = "canary-7f3a"
ALLOWED = Policy(titles=False, allow=frozenset({"memory:7"}))


@pytest.mark.parametrize(
    ("allow", "author", "place", "may"),
    [
        ((), EVE, OWN, True),
        (("memory:7",), EVE, OWN, False),
        (("memory:666",), EVE, OWN, True),
        (("memory:666",), EVE, GROUP, True),
        (("memory:-5",), EVE, GROUP, True),
        (("memory:-5",), EVE, OWN, False),
        (("discord:666",), EVE, OWN, False),
        (("memory:Eve", "Eve", "@Eve"), EVE, OWN, False),
        (("memory:7",), Author("666", "7", roles=("memory:7",), is_admin=True), OWN, False),
        (("memory:66",), EVE, OWN, False),
    ],
)
def test_x4_ids_count_and_names_never(allow: tuple[str, ...], author: Author, place: Place, may: bool) -> None:
    assert may_use(Policy(allow=frozenset(allow)), author, place) is may


KINDS = [
    "message", "caption", "forwarded", "quotation", "reply", "edit", "edit of somebody's",
    "command", "unknown command", "retry", "stop", "press", "open",
]  # fmt: skip


def _events(talk: Talk, place: Place, post: MessageRef) -> dict[str, Event]:
    now, ref = talk.clock.now(), MessageRef(place, "90")
    file = (Attachment("photo", "image/png", 10, CANARY, "f"),)
    return {
        "message": MessageReceived(ref, EVE, CANARY, now, "1"),
        "caption": MessageReceived(ref, EVE, CANARY, now, "2", attachments=file),
        "forwarded": MessageReceived(ref, EVE, CANARY, now, "3", forwarded=True),
        "quotation": MessageReceived(ref, EVE, CANARY, now, "4", quoted=Quotation(CANARY)),
        "reply": MessageReceived(ref, EVE, CANARY, now, "5", reply_to=post),
        "edit": MessageEdited(ref, EVE, CANARY, now, "6"),
        "edit of somebody's": MessageEdited(MessageRef(place, "1"), EVE, CANARY, now, "7"),
        "command": CommandInvoked(ref, EVE, "title", CANARY, now, "8"),
        "unknown command": CommandInvoked(ref, EVE, CANARY, CANARY, now, "9"),
        "retry": CommandInvoked(ref, EVE, "retry", "", now, "10"),
        "stop": CommandInvoked(ref, EVE, "stop", "", now, "11"),
        "press": CommandInvoked(post, EVE, "retry", "#1", now, "12", pressed=True),
        "open": CommandInvoked(ref, EVE, "open", "#7f3a", now, "13"),
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("where", ["private", "group", "shared"])
async def test_x5_who_is_not_allowed_reaches_nothing(tmp_path: Path, kind: str, where: str) -> None:
    place = OWN if where == "private" else GROUP
    shared = frozenset({"memory:-5"}) if where == "shared" else frozenset()
    policy = Policy(titles=False, allow=frozenset({"memory:7"}), shared=shared)
    async with talking(tmp_path / "parley.db", policy=policy) as talk:
        await talk.says("hello", place=GROUP)
        post = MessageRef(GROUP, talk.chat(GROUP)[0].id)
        before = _contents(tmp_path / "parley.db")
        line = await talk.core.accept(_events(talk, place, post)[kind])
        await talk.settle()
        assert len(talk.model.requests) == 1
        assert talk.texts(GROUP)[0].endswith("hello")
        if line is None and kind not in ("edit", "edit of somebody's"):
            assert "not on this bot's list" in talk.texts(place)[-1]
        assert _contents(tmp_path / "parley.db") == before
        assert CANARY not in _dump(tmp_path / "parley.db")


def _contents(path: Path) -> list[int]:
    with sqlite3.connect(path) as connection:
        counts = [f"(SELECT count(*) FROM {table})" for table in ("messages", "sessions", "turns", "accounts")]  # noqa: S608
        return list(connection.execute(f"SELECT {', '.join(counts)}").fetchone())


def _dump(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        return "\n".join(connection.iterdump())


async def test_the_refusal_is_said_once_a_minute(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db", policy=ALLOWED, speed=10.0) as talk:
        for _ in range(5):
            await talk.says("let me in", place=OWN, author=EVE)
        assert len(talk.texts(OWN)) == 1
        assert "`memory:666`" in talk.texts(OWN)[0]
        talk.clock.skipped += 61
        await talk.says("let me in", place=OWN, author=EVE)
        assert len(talk.texts(OWN)) == 2


async def test_u15_a_flood_is_counted_by_person_and_refused_once_a_minute(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db", policy=Policy(titles=False, rate=3), speed=10.0) as talk:
        for number in range(20):
            await talk.hears(f"m{number}")
        await talk.hears("other", place=Place("memory", "8"), author=Author("8", "Bob"))
        await talk.settle()
        assert [text for text in talk.texts() if text.startswith("Echo")] == ["Echo: m0\n\nm1\n\nm2"]
        assert len([text for text in talk.texts() if "a lot at once" in text]) == 1
        assert talk.texts(Place("memory", "8")) == ["Echo: other"]
        talk.clock.skipped += 61
        await talk.says("again")
        assert talk.last.text == "Echo: again"


async def test_the_limit_lets_stop_and_cancel_pass(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db", policy=Policy(titles=False, rate=1), speed=100.0) as talk:
        talk.model.says("held back", gate=asyncio.Event())
        await talk.hears("one")
        await talk.says("/stop")
        assert talk.last.text == "Stopped."
        await talk.says("/cancel")
        assert "no open question" in talk.last.text


async def test_deletions_need_no_leave(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db", policy=ALLOWED) as talk:
        await talk.core.accept(MessageDeleted(MessageRef(OWN, "1"), "k"))
        await talk.settle()
        assert talk.texts(OWN) == []


@pytest.mark.parametrize(("place", "ids"), [(OWN, ["memory:666"]), (GROUP, ["memory:666", "memory:-5"])])
def test_x4_who_is_refused_is_told_the_ids_that_the_list_wants(place: Place, ids: list[str]) -> None:
    clock = SystemClock()
    line = Admission(ALLOWED, clock).refusal(MessageReceived(MessageRef(place, "1"), EVE, "hi", clock.now(), "k"))
    assert re.findall(r"memory:-?\d+", line or "") == ids


class FullStore:
    """A store that has no room for an event the first times it is asked."""

    def __init__(self, inside: SqliteStore, tries: int) -> None:
        self._inside = inside
        self.tries = tries

    def __getattr__(self, name: str) -> object:
        return getattr(self._inside, name)

    async def apply(self, changes: Sequence[Change], *, key: str = "", at: datetime | None = None) -> None:
        if key and self.tries:
            self.tries -= 1
            raise DatabaseBlocked("the disk is full: free some space")
        await self._inside.apply(changes, key=key, at=at)


async def test_s1_how_far_was_read_waits_for_no_room(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db") as talk:
        await talk.store._database.read(lambda connection: connection.execute("PRAGMA max_page_count = 60").fetchone())
        with pytest.raises(DatabaseBlocked):
            await asyncio.wait_for(talk.core.keep({"far": "1" * 300_000}), 1)
        assert await talk.core.cursors("far") == {}
        await talk.core.keep({"far": "1"})
        assert await talk.core.cursors("far") == {"far": "1"}


async def test_s1_an_event_that_is_refused_leaves_its_place_as_it_was(tmp_path: Path) -> None:
    """What the settings say of a shared place is stored with the event that is the first to come under them."""
    club = Place("memory", "-5", kind="group")
    shared = Policy(titles=False, shared=frozenset({"memory:-5"}))
    for number, (policy, asked) in enumerate(
        (
            (Policy(titles=False), ["words 0"]),
            (shared, ["words 1"]),
            (Policy(titles=False), ["words 0", "Echo: words 0", "words 2"]),
        )
    ):
        async with talking(tmp_path / "parley.db", policy=policy) as talk:
            before = (await talk.store.find(club, "")).place
            talk.core._desk.store = FullStore(talk.store, 1)  # type: ignore[assignment]
            event = MessageReceived(MessageRef(club, f"{number}"), talk.person, f"words {number}", talk.clock.now(), f"memory:{number}")
            with pytest.raises(DatabaseBlocked):
                await talk.core.accept(event)
            assert (await talk.store.find(club, "")).place == before
            await talk.core.accept(event)
            await talk.settle()
            assert ((await talk.store.find(club, "")).place.owner_id is not None) == (policy is shared)
            assert talk.asked()[-1].endswith(asked[-1])
            assert len(talk.asked()) == len(asked)


async def test_s1_u15_what_comes_again_since_there_was_no_room_is_counted_once(tmp_path: Path) -> None:
    inside = await SqliteStore.open(tmp_path / "parley.db", driver="inline")
    adapter, clock, store = MemoryAdapter(), TestClock(), FullStore(inside, 30)
    core = Dispatcher(store, ScriptedModel(), {adapter.platform: adapter}, Policy(titles=False), clock)  # type: ignore[arg-type]
    await core.start()
    await core.caught_up(adapter.platform)
    event = MessageReceived(MessageRef(OWN, "1"), EVE, "one", clock.now(), "memory:1")
    while store.tries:
        with pytest.raises(DatabaseBlocked):
            await core.accept(event)
    await core.accept(event)
    async with asyncio.timeout(5):
        await core.idle()
    assert [seen.text for seen in adapter.chats[OWN]] == ["Echo: one"]
    await core.stop(0.2)
    await inside.close()
