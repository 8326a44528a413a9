"""The backup of the manual, run to the letter beside a running Parley: whole, and for its owner alone (X23, S12)."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from storage.sqlite.store import SqliteStore
from tests.core.talk import talking

MANUAL = (Path(__file__).parents[2] / "docs/operating.md").read_text("utf-8")
SECTION = MANUAL.partition("\n## Backups\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```\n(.*?)```", SECTION, re.DOTALL)
DOCKER = """docker() { case $1 in exec) shift 2; "$@" ;; cp) cp "${2#parley:}" "$3" ;; esac; }
"""
"""What Docker would do of it: run it, and copy it out."""


def command(kind: str) -> str:
    """As it stands in the manual; where a container is meant, its folder is ours and its program is this one."""
    block = next(block for block in BLOCKS if "VACUUM INTO" in block and ("docker" in block) == (kind == "docker"))
    return DOCKER + block.replace("/data/", "$PWD/data/") if kind == "docker" else block


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        return {name: list(db.execute(f"SELECT * FROM {name}")) for name in names}  # noqa: S608 - names of our own


def programs(folder: Path) -> str:
    """A PATH on which `python` is this one, and `sqlite3` is there: where the machine has none, Python's stands in for it."""
    programs = folder / "programs"
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    if shutil.which("sqlite3") is None:
        stand_in = programs / "sqlite3"
        stand_in.write_text(f"#!{sys.executable}\nimport sqlite3, sys\nsqlite3.connect(sys.argv[1]).execute(sys.argv[2])\n")
        stand_in.chmod(0o755)
    return f"{programs}:{os.environ['PATH']}"


@pytest.mark.parametrize("kind", ["plain", "docker"])
async def test_x23_s12_the_backup_of_the_manual_is_whole_and_for_its_owner_alone(tmp_path: Path, kind: str) -> None:
    """While people write, under the umask of most machines, and to be opened again as a database of Parley."""
    (tmp_path / "data").mkdir(mode=0o700)
    database = tmp_path / "data/parley.db"
    async with talking(database) as talk:
        for number in range(5):
            await talk.says(f"words {number}")
        before = tables(database)
        environment = {"PATH": programs(tmp_path), "PWD": str(tmp_path)}
        process = await asyncio.create_subprocess_exec("sh", "-c", f"set -e; umask 022\n{command(kind)}", cwd=tmp_path, env=environment)
        number = 5
        while process.returncode is None and number < 50:
            await talk.says(f"words {number}")
            number += 1
            await asyncio.sleep(0.01)
        async with asyncio.timeout(60):
            assert await process.wait() == 0
        await talk.says("afterwards")
        after = tables(database)
    (copy,) = (tmp_path / "backup").iterdir() if kind == "plain" else [tmp_path / "copy.db"]
    if kind == "plain":
        assert copy.stat().st_mode & 0o777 == 0o600
        assert copy.parent.stat().st_mode & 0o777 == 0o700
    else:
        assert not (tmp_path / "data/copy.db").exists()
    kept = tables(copy)
    for name in ("messages", "events", "sessions", "accounts", "users", "places"):
        assert {row[0] for row in before[name]} <= {row[0] for row in kept[name]} <= {row[0] for row in after[name]}, name
    copy.chmod(0o600)
    store = await SqliteStore.open(copy, driver="inline")
    try:
        assert await store.last_id() > 0
    finally:
        await store.close()


def test_x23_the_manual_says_who_may_read_a_backup_and_for_how_long() -> None:
    told = " ".join(SECTION.split())
    for said in (
        "as safe as the original",
        "what somebody deletes is in older backups still",
        "Never with `cp`",
        "as the user that Parley runs as",
    ):
        assert said in told
    assert all("umask" in block for block in BLOCKS if "VACUUM" in block)
