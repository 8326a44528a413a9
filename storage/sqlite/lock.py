"""The lock that keeps a second process from a database: the kernel frees it when its holder dies, however it dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.errors import DatabaseInUse, DatabaseRefused

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_MADE = b"A Parley database was made beside this file.\n"


class Lock:
    """Held from its making until `release`. The file also remembers that a database was once made beside it."""

    def __init__(self, path: Path) -> None:
        """Raises DatabaseRefused when another process holds it, or when the file cannot be made."""
        self.path = path
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DatabaseRefused(f"{path} cannot be written ({error.strerror}): give this user the right to write there.") from error
        try:
            _take(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            message = f"{path.with_suffix('')} is in use by another Parley: stop that one first, or give this one a database of its own."
            raise DatabaseInUse(message) from error

    def remembers(self) -> bool:
        """Whether a database was made here before."""
        return os.fstat(self._descriptor).st_size > 0

    def remember(self) -> None:
        """From now on an empty or missing file is a loss, and not a beginning."""
        if not self.remembers():
            os.write(self._descriptor, _MADE)
            os.fsync(self._descriptor)

    def release(self) -> None:
        """Gives the lock back; the file stays."""
        os.close(self._descriptor)
