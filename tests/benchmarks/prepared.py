"""Databases with a past, written through the store itself, so that they are what Parley would have made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.changes import AddMessage, AddSession, Change, KnowAccount, SetCurrent, SetCursor, SetLeaf
from bot.events import Place
from bot.messages import Account, Message, Session, Usage
from storage.sqlite.store import SqliteStore
from tests.benchmarks.platforms import Home, Platform

PEOPLE = 20
BATCH = 20_000
OTHERS = 2_500  # sessions of 400 messages
FIRST_OTHER = 5_000_000  # nobody of them writes while it is measured
OTHERS_MESSAGES = 400
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = "Rain falls when air that holds water cools down and can hold it no longer, so that drops grow and fall. "


class Library:
    """Makes each database once; they stay in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def make(self, name: str, platform: Platform) -> Path:
        """`sessions-N`: 20 people, each with a session of N turns; `million`: the same with 100 turns, and 1,000,000 messages of others."""
        path = self.folder / f"{platform.name}-{name}.db"
        if path.exists():
            return path
        turns = 100 if name == "million" else int(name.removeprefix("sessions-"))
        draft = self.folder / f"{platform.name}-{name}-draft-{os.getpid()}.db"
        store = await SqliteStore.open(draft)
        try:
            changes: list[Change] = []
            for change in _past(platform, turns, OTHERS if name == "million" else 0):
                changes.append(change)
                if len(changes) >= BATCH:
                    await store.apply(changes)
                    changes.clear()
            await store.apply(changes)
        finally:
            await store.close()
        draft.with_name(draft.name + ".lock").unlink()
        return draft.rename(path)


def _past(platform: Platform, turns: int, others: int) -> Iterator[Change]:
    ids = iter(range(1, 10**9))
    yield from (SetCursor(name, value) for name, value in platform.cursors)
    for number in range(PEOPLE):
        yield from _talk(ids, platform.name, platform.home(number), turns * 2)
    for number in range(others):
        yield from _talk(ids, platform.name, platform.home(FIRST_OTHER + number), OTHERS_MESSAGES)


def _talk(ids: Iterator[int], platform: str, home: Home, length: int) -> Iterator[Change]:
    """One person's session, with so many messages."""
    user, place, session = next(ids), Place(platform, home.chat), f"{int(home.account):016x}"
    yield KnowAccount(Account(platform, home.account, user, "Somebody", "en"))
    yield AddSession(Session(session, user, place, "Rain", BEGAN, "person"))
    leaf: int | None = None
    for number in range(1, length + 1):
        asks, identity = number % 2 == 1, next(ids)
        message = Message(
            id=identity,
            session_id=session,
            parent_id=leaf,
            number=number,
            role="user" if asks else "assistant",
            text=f"Why does it rain, number {number}?" if asks else WORDS * 3,
            status="complete",
            created_at=BEGAN + timedelta(minutes=number),
            first_version=identity,
            user_id=user,
            finish="" if asks else "stop",
            usage=None if asks else Usage(50, 64),
        )
        leaf = identity
        yield AddMessage(message)
    yield SetLeaf(session, leaf)
    yield SetCurrent(place, user, session)
    if home.cursor is not None:
        yield SetCursor(*home.cursor)
