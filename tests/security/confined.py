"""The program as a container runs it, without one: another user, no capability, and nothing writable but the folder of its data."""

from __future__ import annotations

import asyncio
import os
import shutil
import site
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

ROOT = Path(__file__).parents[2]
USER = 10001
Level = Literal["read-only root, user 10001, no capability", "user 10001, no capability", "no new privileges"]
FULLY: Final = "read-only root, user 10001, no capability"
SHUT = """
set -e
bound() { mkdir -p "$2"; mount --bind "$1" "$2"; }
bound "$PYTHON" "$BOX/python"; bound "$SITE" "$BOX/site"; bound "$SOURCE" "$BOX/source"; bound "$BOX/data" "$BOX/data"
for place in $(cut -d' ' -f2 /proc/self/mounts); do
    case $place in "$BOX/data" | /proc* | /dev | /dev/pts | /dev/mqueue | /sys*) ;; *) mount -o remount,bind,ro "$place" || true ;; esac
done
"""
"""Everything that it reads is put where any user may read; then all is shut but the data."""
BARE = "setpriv --reuid $UID_OF --regid $UID_OF --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all"
PROBE = """
for place in / "$BOX" "$BOX/source" "$BOX/source/bot" "$BOX/site" /tmp /var/tmp /dev/shm; do
    if $BARE touch "$place/probe" 2>/dev/null; then echo "$place can be written" >&2; exit 99; fi
done
$BARE touch "$BOX/data/probe"; rm "$BOX/data/probe"
"""


def level() -> Level:
    """The most that this machine lets a test do."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return "no new privileges"
    unshare = shutil.which("unshare")
    if unshare and subprocess.run([unshare, "-m", "true"], check=False, capture_output=True).returncode == 0:  # noqa: S603 - a fixed command
        return FULLY
    nobody = ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups"]
    reads = subprocess.run([*nobody, sys.executable, "-c", "import bot.__main__"], cwd=ROOT, check=False, capture_output=True)  # noqa: S603
    return "user 10001, no capability" if reads.returncode == 0 else "no new privileges"


def _script(at: Level) -> str:
    python = f"python3.{sys.version_info.minor}"
    match at:
        case "read-only root, user 10001, no capability":
            told = f'cd "$BOX/data"; exec {BARE} "$BOX/python/bin/{python}" -m bot "$@"'
            return f'BARE="{BARE}"\n{SHUT}\n{PROBE}\nexport PYTHONPATH="$BOX/source:$BOX/site" LD_LIBRARY_PATH="$BOX/python/lib"\n{told}'
        case "user 10001, no capability":
            return f'cd "$BOX/data"; export PYTHONPATH="$SOURCE"; exec {BARE} "$EXECUTABLE" -m bot "$@"'
        case _:
            return 'cd "$BOX/data"; export PYTHONPATH="$SOURCE"; exec "$EXECUTABLE" -m bot "$@"'


async def confined(box: Path, at: Level, words: Sequence[str], settings: dict[str, str]) -> asyncio.subprocess.Process:
    """Starts it; its database belongs into `box`/data, which is the only place that it may write to."""
    data = _data(box)
    if at != "no new privileges":
        os.chown(data, USER, USER)
    given = {
        "PATH": os.environ["PATH"],
        "BOX": str(box),
        "PYTHON": sys.base_prefix,
        "SITE": site.getsitepackages()[0],
        "SOURCE": str(ROOT),
        "EXECUTABLE": sys.executable,
        "UID_OF": str(USER),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PARLEY_DATABASE": str(data / "parley.db"),
        "TMPDIR": str(data),  # in the shared one stand locks of other users' tests
    }
    front = ["unshare", "-m", "--propagation", "private"] if at == FULLY else []
    return await asyncio.create_subprocess_exec(
        *front,
        "sh",
        "-c",
        _script(at),
        "parley",
        *words,
        env=given | settings,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def _data(box: Path) -> Path:
    """The folder of the data; another user can come to it."""
    box.chmod(0o755)
    data = box / "data"
    data.mkdir(mode=0o700)
    return data


def status(pid: int) -> dict[str, str]:
    """What the kernel says of a process."""
    lines = (Path("/proc") / str(pid) / "status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
