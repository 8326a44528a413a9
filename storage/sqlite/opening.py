"""Opens a database file, or refuses it and leaves it as it is: every check that stands between a path and a connection."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sqlite3
from functools import partial
from pathlib import Path

from bot.errors import DatabaseRefused
from storage.sqlite.lock import Lock
from storage.sqlite.migrations import FOLDER, Migration, migrate, refuse_newer
from storage.sqlite.reserve import Reserve

APPLICATION_ID = 0x5061726C  # "Parl"

# Two connections that write at once may damage a WAL file before this version; Parley has one, so it only warns.
_SOUND_VERSION = (3, 51, 3)

_HEADER_LENGTH = 100
_LOG = logging.getLogger(__name__)


def holds(text: str, word: str) -> bool:
    """Whether the text holds the word (which is case-folded already): SQLite itself knows no case beyond ASCII."""
    return word in text.casefold()


def lock_of(path: Path) -> Lock:
    """Makes the folder (0700) where there is none, and takes the lock. Raises DatabaseRefused."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseRefused(f"the folder {path.parent} cannot be made ({error.strerror}): make it, or choose another one.") from error
    return Lock(path.with_name(path.name + ".lock"))


def open_file(
    path: Path, lock: Lock, steps: tuple[Migration, ...], busy_timeout: float, reserve: Reserve | None = None
) -> sqlite3.Connection:
    """A connection to a sound database in its newest shape. The caller holds the lock. Raises DatabaseRefused."""
    try:
        try:
            connection = _opened(path, lock, steps, busy_timeout)
        except (sqlite3.Error, OSError) as error:
            if not (_is_full(error) and reserve is not None and reserve.give_up()):
                raise
            connection = _opened(path, lock, steps, busy_timeout)
    except OSError as error:
        raise _unopened(path, error) from error
    except sqlite3.Error as error:
        raise _refusal(path, error) from error
    except UnicodeDecodeError as error:  # a message of SQLite's quotes a name that is damaged
        raise DatabaseRefused(f"{path} is damaged: restore the last good backup.") from error
    if reserve is not None and not reserve.make():
        _LOG.warning("there is no room for %s, which keeps some for when the disk is full: free some space", reserve.path)
    return connection


def _opened(path: Path, lock: Lock, steps: tuple[Migration, ...], busy_timeout: float) -> sqlite3.Connection:
    _look(path, lock)
    examined = _examine(path, steps, busy_timeout)
    connection = sqlite3.connect(path, timeout=busy_timeout, isolation_level=None, cached_statements=256)
    try:
        _prepare(connection, path, steps, examined=examined)
        lock.remember()
    except (sqlite3.Error, OSError, UnicodeDecodeError, DatabaseRefused):
        connection.close()
        raise
    return connection


def open_memory(steps: tuple[Migration, ...]) -> sqlite3.Connection:
    """A database that lives as long as its connection, for tests."""
    connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=256)
    migrate(connection, steps)
    settle(connection)
    return connection


def _look(path: Path, lock: Lock) -> None:
    """Makes a new file, or refuses one that is not Parley's, by its bytes alone: opening it would already change it."""
    if path.exists() and not path.is_file():
        raise DatabaseRefused(f"{path} is no file: give Parley another one.")
    size = path.stat().st_size if path.exists() else 0
    if size == 0 and lock.remembers():
        raise DatabaseRefused(f"{path} is empty, but held a database before: restore a backup, or delete {lock.path} to begin anew.")
    if size == 0:
        _make(path.resolve())  # where a link leads, it is to be kept
        return
    with path.open("rb") as file:
        header = file.read(_HEADER_LENGTH)
    if len(header) < _HEADER_LENGTH or not header.startswith(b"SQLite format 3\0"):
        raise DatabaseRefused(f"{path} is no database: restore a backup if it was one, or give Parley another file.")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise DatabaseRefused(f"{path} is the database of another program: give Parley another file.")
    with contextlib.suppress(PermissionError):  # somebody else's file that this user may write
        path.chmod(0o600)


def _make(path: Path) -> None:
    """An empty database, complete under another name before it gets its own: a crash leaves no half-made file."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(fresh, isolation_level=None)
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _examine(path: Path, steps: tuple[Migration, ...], busy_timeout: float) -> bool:
    """Reads the whole file over a connection that cannot write: one that can would bring its log into a damaged file, on closing it.

    Raises DatabaseRefused and sqlite3.Error. Returns False where what another program left has to be rolled back first.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=busy_timeout, isolation_level=None)) as connection:
        try:
            refuse_newer(connection, steps)
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_READONLY_ROLLBACK":
                return False
            raise
        _check(connection, path)
    return True


def _check(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA cache_size = -16384")
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise DatabaseRefused(f"{path} is damaged: restore the last good backup.")


def _prepare(connection: sqlite3.Connection, path: Path, steps: tuple[Migration, ...], *, examined: bool) -> None:
    version = sqlite3.sqlite_version
    _LOG.info("SQLite %s, %s", version, path)
    if sqlite3.sqlite_version_info < _SOUND_VERSION:
        _LOG.warning("SQLite %s is older than 3.51.3, which mends a rare fault: never write to %s beside Parley", version, path)
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise DatabaseRefused(f"{path} lies where SQLite cannot keep a WAL: move it to a local disk.")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA journal_size_limit = 16777216")
    connection.execute("PRAGMA cache_size = -16384")
    if not examined:
        _check(connection, path)
    taken = migrate(connection, steps)
    if taken:
        _LOG.info("the database was brought to version %s", len(steps))
    _probe(connection)
    settle(connection)


def _probe(connection: sqlite3.Connection) -> None:
    """Writes for once: a file that can only be read is found now, and not by the first message."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("UPDATE erased SET highest = highest")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def settle(connection: sqlite3.Connection) -> None:
    """What a connection needs, of a file or in memory. Foreign keys come after the migrations, which may make tables anew."""
    # A letter that is damaged on the disk must not cost the whole text, and each answer that needs it.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.create_function("holds", 2, holds, deterministic=True)
    connection.executescript((FOLDER / "views.sql").read_text(encoding="utf-8"))


def _is_full(error: sqlite3.Error | OSError) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return getattr(error, "sqlite_errorname", "") in ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")


def _unopened(path: Path, error: OSError) -> DatabaseRefused:
    if _is_full(error):
        return DatabaseRefused(f"{path} cannot be opened because the disk is full: free some space.")
    return DatabaseRefused(f"{path} cannot be opened ({error.strerror}): give this user the right to write there.")


def _refusal(path: Path, error: sqlite3.Error) -> DatabaseRefused:
    """What to do about an error at the start."""
    if _is_full(error):
        return DatabaseRefused(f"{path} cannot grow because the disk is full: free some space.")
    name = getattr(error, "sqlite_errorname", "")
    match name.split("_")[1:2]:
        case ["CORRUPT"]:
            return DatabaseRefused(f"{path} is damaged: restore the last good backup.")
        case ["NOTADB"]:
            return DatabaseRefused(f"{path} is no database: restore a backup if it was one, or give Parley another file.")
        case ["READONLY"] | ["CANTOPEN"] | ["PERM"]:
            return DatabaseRefused(f"{path} cannot be written ({name}): give this user the right to write the file and its folder.")
        case ["BUSY"]:
            return DatabaseRefused(f"{path} is in use by another program: close it there.")
        case ["IOERR"]:
            return DatabaseRefused(f"{path} cannot be read or written ({name}): check the disk, and whether a quota on it is used up.")
    return DatabaseRefused(f"{path} cannot be opened ({name or error}): check the disk, then restore the last good backup.")
