"""What every test shares: one asyncio backend, a wall against the world outside, where files lie, and how the work is shared out."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import socket
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import WorkStealingScheduling

LONGEST = ("torture", "syscalls", "soak", "power")
"""Folders whose tests take long, and mostly wait."""
MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder there that nobody else can look into
ROOM = 2 * 1024**3
"""Bytes that must be free there; a run takes a few hundred million."""

ROOMS = ("bot", "adapters", "storage", "discord", "telegram", "openai")
"""Whose loggers a test may change for itself."""


def pytest_configure() -> None:
    """Databases of tests lie in memory where there is such a place: each transaction is synced, and a disk takes half of the run for that.
    What a disk may lose is tried in tests/power."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Half a million objects come to stay meanwhile. To look through them again and again was a quarter of what it cost each worker, and
    made every later search dear."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Two more workers than there are cores: half of its time a test waits for a process, a server or a clock."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    return len(os.sched_getaffinity(0)) + 2 if hasattr(os, "sched_getaffinity") else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WorkStealingScheduling | None:
    """Who has nothing left takes from others, so that nobody's last tests are waited for."""
    return WorkStealingScheduling(config, log) if config.getvalue("dist") == "load" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, on one worker; the others have work for both cores meanwhile."""
    items.sort(key=lambda item: item.path.parent.name not in LONGEST)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """A test that silences a part of the program silences it for nobody else."""
    before = _levels()
    yield
    for name, _level in _levels().items() - before.items():
        logging.getLogger(name).setLevel(before.get(name, logging.NOTSET))


def _levels() -> dict[str, int]:
    known = logging.root.manager.loggerDict.items()
    return {name: one.level for name, one in known if name.startswith(ROOMS) and isinstance(one, logging.Logger)}


_connect = socket.socket.connect


def _local_only(self: socket.socket, address: object) -> None:
    host = address[0] if isinstance(address, tuple) else "unix"
    if host not in ("127.0.0.1", "::1", "localhost", "unix"):
        raise AssertionError(f"a test tried to reach {host}")
    _connect(self, address)  # type: ignore[arg-type]


@pytest.fixture(autouse=True, scope="session")
def no_real_service() -> None:
    """No test may reach a real service: sockets connect to this machine only."""
    socket.socket.connect = _local_only  # type: ignore[method-assign,assignment]
