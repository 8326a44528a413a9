"""Room on the disk that is kept for the day when it is full, so that what is under way then can still be stored and shown."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

SIZE = 16 * 2**20
"""Bytes: hundreds of answers."""

if sys.platform == "linux":

    def _fill(descriptor: int, size: int) -> None:
        os.posix_fallocate(descriptor, 0, size)
else:

    def _fill(descriptor: int, size: int) -> None:
        for _ in range(0, size, 2**20):
            os.write(descriptor, os.urandom(2**20))  # zeros take no room on some disks


class Reserve:
    """A file of `size` bytes beside the database. `spent`: it was given up, and could not be made again since."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self._size = size
        self.spent = False

    def make(self) -> bool:
        """Takes the room, unless it is there; says whether it is. Less than all of it is given back: others may need it now."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except OSError:
            return False
        try:
            if os.fstat(descriptor).st_size < self._size:
                _fill(descriptor, self._size)
        except OSError:
            self._remove()
            return False
        finally:
            os.close(descriptor)
        self.spent = False
        return True

    def give_up(self) -> bool:
        """Gives the room to whoever writes next; says whether there was any."""
        self.spent = True
        try:
            held = self.path.stat().st_size >= self._size
        except OSError:
            return False
        return self._remove() and held

    def _remove(self) -> bool:
        with suppress(OSError):
            self.path.unlink()
            return True
        return False
