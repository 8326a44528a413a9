"""One process on this machine for each token: a lock that the kernel frees even after kill -9."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator

from bot.errors import SecondInstance


@contextlib.contextmanager
def token_lock(token: str, folder: str = "") -> Iterator[None]:
    """Holds the token's lock. Raises SecondInstance when another process has it."""
    name = hashlib.sha256(token.encode()).hexdigest()[:24]
    path = os.path.join(folder or tempfile.gettempdir(), f"parley-telegram-{name}.lock")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except PermissionError:
        raise SecondInstance("another account on this machine uses the same Telegram token") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SecondInstance("another process on this machine uses the same Telegram token") from None
        yield
    finally:
        os.close(descriptor)
