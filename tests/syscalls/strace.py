"""Whether strace is here and may look into other processes: without it neither deaths at syscalls nor power cuts can be played."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

STRACE = shutil.which("strace") or ""


@cache
def missing() -> str:
    """Why it cannot be used, in one line; empty where it can."""
    if not STRACE:
        return "strace is not installed (apt install strace)"
    tried = subprocess.run([STRACE, "-o", "/dev/null", "true"], check=False, capture_output=True, text=True, timeout=20)  # noqa: S603
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip().splitlines()[-1:]}"
