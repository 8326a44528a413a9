"""One process on this machine for each platform's token: a lock that the kernel frees even after kill -9."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator

from bot.errors import SecondInstance, SettingsError


@contextlib.contextmanager
def token_lock(platform: str, token: str, folder: str = "") -> Iterator[None]:
    """Holds the token's lock, in the folder or the one that fits best. Raises SecondInstance when another process has it, and
    SettingsError where there is no folder to keep it in.
    """
    name = hashlib.sha256(token.encode()).hexdigest()[:24]
    descriptor = _opened(os.path.join(folder or _folder(platform), f"parley-{platform}-{name}.lock"), platform)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SecondInstance(f"another process on this machine uses the same {platform.title()} token") from None
        yield
    finally:
        os.close(descriptor)


def _opened(path: str, platform: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if isinstance(error, PermissionError) and os.path.lexists(path):
            raise SecondInstance(f"another account on this machine uses the same {platform.title()} token") from None
        raise _no_folder(os.path.dirname(path), platform) from None


def _folder(platform: str) -> str:
    """The temporary folder that all accounts share, where they notice each other; or else the one that belongs to this login."""
    with contextlib.suppress(FileNotFoundError):
        if os.path.isdir(shared := tempfile.gettempdir()):
            return shared
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    if not os.path.isdir(own):
        raise _no_folder("/tmp", platform)  # noqa: S108 - named to the operator, not used
    return own


def _no_folder(tried: str, platform: str) -> SettingsError:
    return SettingsError(
        (f"There is no folder for the lock on the {platform.title()} token: {tried} cannot be written. Set TMPDIR to one that can.",)
    )
