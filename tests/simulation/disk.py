"""The database, which outlives the program: the real store on a connection in memory, each transaction a moment before and one after."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from bot.errors import StorageError
from storage.sqlite.database import Database, Work
from storage.sqlite.migrations import FOLDER, migrations
from storage.sqlite.opening import open_memory, settle
from tests.simulation.life import Life

T = TypeVar("T")

LONGEST = 0.003
"""Seconds that a transaction takes at most."""


@cache
def _empty() -> bytes:
    connection = open_memory(migrations(FOLDER))
    try:
        return connection.serialize()
    finally:
        connection.close()


def empty_disk() -> sqlite3.Connection:
    """A database in its newest shape, with nothing in it."""
    connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=256)
    connection.deserialize(_empty())
    settle(connection)
    return connection


class SlowDatabase(Database):
    """Does one transaction after the other, in the order asked for, each a little later than asked: as the thread of the real driver does.

    What was asked for is done though nobody may wait for it any more. `full` says whether there is room for what is written.
    """

    life: Life
    takes: Callable[[], float]
    full: Callable[[], bool]
    _free_at = 0.0

    async def read(self, work: Work[T]) -> T:
        return await self._in_turn(lambda: super(SlowDatabase, self).read(work), writes=False)

    async def write(self, work: Work[T]) -> T:
        return await self._in_turn(lambda: super(SlowDatabase, self).write(work), writes=True)

    async def checkpoint(self) -> None:
        """There is no file."""

    async def _in_turn(self, transaction: Callable[[], object], *, writes: bool) -> T:
        loop = self.life.loop
        done: asyncio.Future[T] = loop.create_future()
        # Never the same time twice: a heap does not keep the order of equals.
        self._free_at = max(loop.time(), self._free_at + 1e-7) + self.takes()
        loop.call_at(self._free_at, self._do, transaction, done, writes)
        return await done

    def _do(self, transaction: Callable[[], object], done: asyncio.Future[T], writes: bool) -> None:
        if self.life.dead or (writes and self.life.ends()):
            return
        try:
            if writes and self.full():
                raise StorageError("the disk is full: free some space")
            result = _at_once(transaction())
        except StorageError as error:
            if not done.cancelled():
                done.set_exception(error)
            return
        if writes and self.life.ends():
            return
        if not done.cancelled():
            done.set_result(result)


def _at_once(coroutine: object) -> object:
    """The result of a coroutine that waits for nothing."""
    try:
        coroutine.send(None)  # type: ignore[attr-defined]
    except StopIteration as stop:
        return stop.value
    raise AssertionError("a transaction waited for something")
