"""Writes the file anew after words were erased: when SQLite moves rows between pages it leaves copies of them in the room between rows,
which `secure_delete` does not reach."""

from __future__ import annotations

import logging
import sqlite3
import time
from functools import partial

from bot.errors import DatabaseBroken, StorageError
from storage.sqlite.database import Database

LARGEST = 256 * 2**20
"""Bytes of a file that is written anew: it is held in memory meanwhile, and nothing else can be stored (a second for 150 MiB)."""
REST = 20
"""How many times as long as it took nothing is written anew because of a person: whoever asks for it again and again holds up nobody."""

_log = logging.getLogger(__name__)


class Rewriter:
    """What was erased is marked as unclean in the same transaction, so that a crash only puts the writing off to the next start."""

    def __init__(self, database: Database, largest: int = LARGEST) -> None:
        self._database = database
        self._largest = largest
        self._rests_until = float("-inf")

    async def rewrite(self, *, asked: bool = False) -> None:
        """Empties the WAL, and where words were erased writes the file anew; where it was `asked` for too often, not now. Raises
        DatabaseBroken only."""
        started = time.monotonic()
        try:
            if asked and started < self._rests_until:
                await self._database.checkpoint()
                return
            await self._database.outside(partial(_rewrite, self._largest))
        except DatabaseBroken:
            raise
        except StorageError as error:
            _log.warning("the database was not written anew after something was erased, and will be in an hour: %s", error)
        self._rests_until = time.monotonic() + REST * (time.monotonic() - started)


def _rewrite(largest: int, connection: sqlite3.Connection) -> None:
    (unclean,) = connection.execute("SELECT unclean FROM erased").fetchone()
    small = _size(connection) <= largest
    if unclean and small:
        connection.execute("VACUUM")
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if unclean and not small:
        _log.warning("words were erased, and remains of them may lie between rows: stop Parley, and run VACUUM on the database")
    if unclean and busy:
        _log.warning("words were erased, and stay in the WAL while another program reads the database; it is emptied in an hour")
    elif unclean and small:
        connection.execute("UPDATE erased SET unclean = 0")


def _size(connection: sqlite3.Connection) -> int:
    (pages,), (size,) = connection.execute("PRAGMA page_count").fetchone(), connection.execute("PRAGMA page_size").fetchone()
    total: int = pages * size
    return total
