"""Turns a database back into one of the first version, as somebody has it who comes from there."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from storage.sqlite.database import Database
from storage.sqlite.migrations import FOLDER

FIRST = FOLDER / "0001_initial.sql"


async def turn_back(path: Path) -> None:
    """Nobody may have it open. What the first version had no place for is gone."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(FIRST, folder)
        old = Path(folder) / "old.db"
        await (await Database.open(old, driver="inline", folder=Path(folder))).close()
        with closing(sqlite3.connect(old, isolation_level=None)) as connection:
            connection.execute("ATTACH ? AS newest", (str(path),))
            connection.execute("BEGIN")
            for table in _tables(connection):
                _copy(connection, table)
            connection.execute("COMMIT")
        for name in ("-wal", "-shm"):
            path.with_name(path.name + name).unlink(missing_ok=True)
        shutil.copy(old, path)


def _tables(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]


def _copy(connection: sqlite3.Connection, table: str) -> None:
    shapes = [{row[1] for row in connection.execute(f"PRAGMA {where}.table_info({table})")} for where in ("main", "newest")]
    columns = ", ".join(sorted(shapes[0] & shapes[1]))
    connection.execute(f"DELETE FROM main.{table}")  # noqa: S608
    connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newest.{table}")  # noqa: S608
