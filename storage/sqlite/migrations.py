"""The steps from an older shape of the database to this one: numbered SQL files, each one transaction under `user_version`."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from bot.errors import DatabaseRefused

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Migration:
    """The step that leads to `version`."""

    version: int
    sql: str


def migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """All steps, in order. Raises ValueError unless they are numbered 1, 2, 3 ..."""
    files = sorted(path for path in folder.glob("*.sql") if re.match(r"\d{4}_", path.name))
    steps = tuple(Migration(int(path.name[:4]), path.read_text(encoding="utf-8")) for path in files)
    if [step.version for step in steps] != list(range(1, len(steps) + 1)):
        raise ValueError(f"the migrations in {folder} are not numbered one after the other")
    return steps


def refuse_newer(connection: sqlite3.Connection, steps: tuple[Migration, ...]) -> int:
    """The version of the file. Raises DatabaseRefused when it is newer than the newest step."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > len(steps):
        raise DatabaseRefused(
            f"the database has version {found}, this Parley knows versions up to {len(steps)}: start the newer Parley that made it, "
            "or restore the backup from before the update."
        )
    return found


def migrate(connection: sqlite3.Connection, steps: tuple[Migration, ...]) -> int:
    """Takes the steps that are missing, and returns how many.

    A crash between two statements leaves the shape as it was before the step. Raises DatabaseRefused when the file is newer than the
    newest step, sqlite3.Error when a step fails.
    """
    found = refuse_newer(connection, steps)
    for step in steps[found:]:
        try:
            # executescript commits what is open before it begins, so the transaction stands inside the script.
            connection.executescript(f"BEGIN IMMEDIATE;\n{step.sql}\n;PRAGMA user_version = {step.version};\nCOMMIT;")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    return len(steps) - found
