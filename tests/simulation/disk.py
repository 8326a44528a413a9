"""The database, which outlives the program: the real store on a connection in memory, each transaction a moment before and one after."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from functools import cache, partial
from typing import TypeVar

from bot.errors import BotError
from storage.sqlite.database import Work
from storage.sqlite.migrations import FOLDER, migrations
from storage.sqlite.opening import open_memory
from tests.simulation.life import Life

T = TypeVar("T")

TABLES = ("current", "asks", "posts", "turns", "messages", "sessions", "accounts", "places", "users", "events", "cursors")
"""Those that point to others first."""
LONGEST = 0.003
"""Seconds that a transaction takes at most."""


@cache
def _connection() -> sqlite3.Connection:
    connection = open_memory(migrations(FOLDER))
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert tables == {*TABLES, "erased"}, f"tables that are not emptied: {tables.difference(TABLES)}"
    return connection


def empty_disk() -> sqlite3.Connection:
    """A database in its newest shape, with nothing in it. It is the same one each time: what takes long is to make it."""
    connection = _connection()
    connection.execute("BEGIN")
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    connection.execute("UPDATE erased SET highest = 0, unclean = 0")
    connection.execute("COMMIT")
    return connection


class SlowDriver:
    """Does one transaction after the other, in the order asked for, each a little later than asked: as the thread of the real driver does.

    What was asked for is done though nobody may wait for it any more. `full` says whether there is room for what is written.
    """

    def __init__(self, connection: sqlite3.Connection, life: Life, takes: Callable[[], float], full: Callable[[], bool]) -> None:
        self._connection = connection
        self._life = life
        self._takes = takes
        self._full = full
        self._free_at = 0.0

    async def run(self, work: Work[T]) -> T:
        loop = self._life.loop
        done: asyncio.Future[T] = loop.create_future()
        # Never the same time twice: a heap does not keep the order of equals.
        self._free_at = max(loop.time(), self._free_at + 1e-7) + self._takes()
        loop.call_at(self._free_at, self._do, work, done)
        return await done

    async def close(self) -> None:
        """The connection outlives the program."""

    def _do(self, work: Work[T], done: asyncio.Future[T]) -> None:
        writes = _writes(work)
        if not self._life.steps_on() or self._life.dead or (writes and self._life.ends()):
            return
        try:
            if writes and self._full():
                raise _no_room()
            result = work(self._connection)
        except (sqlite3.Error, BotError) as error:
            if not done.cancelled():
                done.set_exception(error)
            return
        if writes and self._life.ends():
            return
        if not done.cancelled():
            done.set_result(result)


def _writes(work: Callable[..., object]) -> bool:
    """All but a transaction that is begun to read; what stands outside of transactions writes the file anew."""
    return not (isinstance(work, partial) and work.args[:1] == ("BEGIN",))


def _no_room() -> sqlite3.Error:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    return error
