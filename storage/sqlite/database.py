"""One connection to one database, over which whole transactions run one after the other."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import aiosqlite

from bot.errors import DatabaseBlocked, DatabaseBroken, StorageError
from storage.sqlite.lock import Lock
from storage.sqlite.migrations import FOLDER, migrations
from storage.sqlite.opening import lock_of, open_file, open_memory
from storage.sqlite.reserve import Reserve

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
DriverName = Literal["aiosqlite", "inline"]

_FULL = "the disk is full: free some space, 32 MiB at the least"
_FOR_GOOD = ("SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_READONLY")

AGAIN = 1.0
"""Seconds until a write that is owed is tried again."""
TOLD_EVERY = 60.0
"""Seconds between two lines about what blocks the database."""

_log = logging.getLogger(__name__)

# At DEBUG it writes every statement with its parameters, which are what people wrote.
logging.getLogger("aiosqlite").setLevel(logging.WARNING)


class _Driver(Protocol):
    """Runs functions on the connection, one after the other, each to its end."""

    async def run(self, work: Work[T]) -> T: ...

    async def close(self) -> None: ...


class _Thread(aiosqlite.Connection):
    """aiosqlite's thread. A whole function is one hop into it, since hops cost more than statements.

    The thread runs what it was given even when nobody waits for it any more: a cancelled caller leaves no half transaction.
    """

    async def begin(self) -> None:
        """Connects, or ends the thread: it must not outlive the loop that it answers to."""
        try:
            await self
        finally:
            if self._connection is None:
                self._thread.join()

    async def run(self, work: Work[T]) -> T:
        result: T = await self._execute(partial(work, self._conn))  # type: ignore[no-untyped-call]
        return result


class _Inline:
    """No thread: the same order of events every time, for the simulator and for fast tests."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def run(self, work: Work[T]) -> T:
        return work(self._connection)

    async def close(self) -> None:
        self._connection.close()


class Database:
    """Runs each transaction as a whole: a synchronous function of the connection, which must touch nothing else.

    The driver's queue is the lock: no second transaction can begin before the first has ended, and no cancellation can stop one.
    After an error of the disk nothing is run any more, since nobody knows what was kept.
    """

    def __init__(self, driver: _Driver, lock: Lock | None, reserve: Reserve | None = None) -> None:
        self._driver = driver
        self._lock = lock
        self._reserve = reserve
        self._told_at = float("-inf")
        self._blocked = False
        self._broken = ""
        self._closed = False

    @classmethod
    async def open(
        cls,
        path: Path | str,
        *,
        driver: DriverName = "aiosqlite",
        busy_timeout: float = 5.0,
        folder: Path = FOLDER,
        reserve: int = 0,
    ) -> Database:
        """Opens the file, or makes it; `:memory:` is a database without a file. `busy_timeout` is in seconds; `folder` holds the
        migrations; `reserve` bytes are kept free for a full disk. Raises DatabaseRefused, which says what to do."""
        steps = migrations(folder)
        if str(path) == ":memory:":
            return cls(await _drive(partial(open_memory, steps), driver), None)
        lock = lock_of(Path(path))
        room = Reserve(Path(f"{path}.reserve"), reserve) if reserve else None
        with ExitStack() as undo:
            undo.callback(lock.release)
            connected = await _drive(partial(open_file, Path(path), lock, steps, busy_timeout, room), driver)
            undo.pop_all()
        return cls(connected, lock, room)

    async def read(self, work: Work[T]) -> T:
        """One transaction that reads. Raises StorageError, and DatabaseBroken where it is no use to try again."""
        return await self._run("BEGIN", work)

    async def write(self, work: Work[T]) -> T:
        """One transaction that writes: what `work` raises undoes it. Once called it runs to its end, whoever is cancelled.

        Raises StorageError when the database did not take it, DatabaseBlocked where that may pass; then nothing was written. Raises
        DatabaseBroken when nobody knows.
        """
        try:
            await self._have_reserve()
            return await self._written(work)
        except DatabaseBlocked as error:
            self._tell(error)
            raise

    async def write_owed(self, work: Work[T]) -> T:
        """The same for what nobody would hand over again: it has the reserve, and waits until there is room. Raises StorageError for what
        does not pass."""
        while True:
            try:
                return await self._written(work)
            except DatabaseBlocked as error:
                self._tell(error)
                if not (error.args == (_FULL,) and self._reserve is not None and await self._guarded(partial(_given_up, self._reserve))):
                    await asyncio.sleep(AGAIN)

    async def checkpoint(self) -> None:
        """Brings all of the WAL into the file and empties it, so that nothing erased stays there."""
        await self._guarded(_checkpoint)

    async def outside(self, work: Work[T]) -> T:
        """Runs what must stand outside of transactions, as a whole. Raises StorageError."""
        return await self._guarded(work)

    async def close(self) -> None:
        """Ends the connection and frees the lock; what was begun is finished first."""
        self._closed = True
        try:
            await self._driver.close()
        finally:
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    async def _have_reserve(self) -> None:
        """Raises DatabaseBlocked while it is spent: what room there is then belongs to what is owed."""
        if self._reserve is not None and self._reserve.spent and not await self._guarded(partial(_taken, self._reserve)):
            raise DatabaseBlocked(_FULL)

    async def _written(self, work: Work[T]) -> T:
        result = await self._run("BEGIN IMMEDIATE", work)
        if self._blocked and not (self._reserve is not None and self._reserve.spent):
            self._blocked, self._told_at = False, float("-inf")
            _log.warning("the database takes what is written again")
        return result

    def _tell(self, error: DatabaseBlocked) -> None:
        """A line for the operator, now and then while it lasts."""
        self._blocked = True
        if time.monotonic() - self._told_at >= TOLD_EVERY:
            self._told_at = time.monotonic()
            _log.error("%s. Nothing is lost: what is owed waits, and no new message is taken until then", error)

    async def _run(self, begin: str, work: Work[T]) -> T:
        return await self._guarded(partial(_transaction, begin, work))

    async def _guarded(self, work: Work[T]) -> T:
        if self._broken:
            raise DatabaseBroken(self._broken)
        if self._closed:
            raise StorageError("the database is closed")
        try:
            return await self._driver.run(work)
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            raise self._translated(error) from error

    def _translated(self, error: Exception) -> StorageError:
        """Only the error's name: its text may quote what people wrote."""
        name: str = getattr(error, "sqlite_errorname", "") or type(error).__name__
        if isinstance(error, UnicodeDecodeError):  # a message of SQLite's quotes a name that is damaged
            name = "SQLITE_CORRUPT"
        if name.startswith("SQLITE_FULL"):
            return DatabaseBlocked(_FULL)
        if name.startswith("SQLITE_BUSY"):
            return DatabaseBlocked("another program holds the database: close it there")
        if name.startswith(_FOR_GOOD):
            self._broken = f"the disk failed ({name}): check it, and start again"
            return DatabaseBroken(self._broken)
        return StorageError(f"the database did not do it ({name})")


async def _drive(connect: Callable[[], sqlite3.Connection], driver: DriverName) -> _Driver:
    if driver == "inline":
        return _Inline(connect())
    thread = _Thread(connect, iter_chunk_size=64)
    await thread.begin()
    return thread


def _transaction(begin: str, work: Work[T], connection: sqlite3.Connection) -> T:
    connection.execute(begin)
    try:
        result = work(connection)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return result


def _taken(reserve: Reserve, _connection: sqlite3.Connection) -> bool:
    return reserve.make()


def _given_up(reserve: Reserve, _connection: sqlite3.Connection) -> bool:
    return reserve.give_up()


def _checkpoint(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
