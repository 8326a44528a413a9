"""The door to everything that is written: one small function for each kind of change, registered by the module of its subject."""

from __future__ import annotations

import sqlite3
from functools import singledispatch

from bot.changes import Change


@singledispatch
def carry_out(change: Change, connection: sqlite3.Connection) -> None:
    """Writes one change. Raises Conflict where an expectation in it does not hold."""
    raise TypeError(f"the store does not know the change {type(change).__name__}")
