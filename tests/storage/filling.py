"""Rows that fill a database, and how many there are, for the tests of disks and interruptions."""

from __future__ import annotations

import sqlite3


def count(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("SELECT count(*) FROM cursors").fetchone()[0]
    return found


def write(connection: sqlite3.Connection, length: int = 100_000) -> None:
    connection.execute("INSERT INTO cursors SELECT lower(hex(randomblob(8))), hex(zeroblob(?))", (length,))


def limit_pages(connection: sqlite3.Connection, pages: int) -> None:
    connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()
