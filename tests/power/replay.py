"""Cuts the power after every step of a recording, opens what is found then, and says what became of what was acknowledged."""

from __future__ import annotations

import logging
import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import StorageError
from storage.sqlite.database import Database
from tests.power.content import content_of, problems_of
from tests.power.disk import Disk, Kind
from tests.power.recording import Mark, Step, Work, record
from tests.power.workload import DATABASE

SHOWN = 10
STALE_INDEX = 0.25
"""The share of states in which the WAL's index is found as well, with anything in it."""


@dataclass(slots=True)
class Verdict:
    """`corrupt`: it does not open, is unsound, or holds half a transaction. `lost`: it is as it was before something acknowledged;
    `most` is how many transactions at once."""

    states: int = 0
    corrupt: int = 0
    lost: int = 0
    most: int = 0
    acknowledged: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def add(self, other: Verdict) -> None:
        self.states += other.states
        self.corrupt += other.corrupt
        self.lost += other.lost
        self.most = max(self.most, other.most)
        self.acknowledged += other.acknowledged
        self.kinds += other.kinds
        self.problems += other.problems[: SHOWN - len(self.problems)]

    def blame(self, what: str) -> None:
        if len(self.problems) < SHOWN:
            self.problems.append(what)

    def line(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))
        lost = f"{self.lost} lost what was acknowledged" + (f" (up to {self.most} transactions)" if self.most else "")
        return f"{self.states} states ({kinds}) of {self.acknowledged} transactions: {self.corrupt} corrupt, {lost}"


async def replay(work: Work, *, share: float = 1.0) -> Verdict:
    """Records and cuts; at a `share` of the moments, chosen by the seed."""
    with _folder() as recorded:
        steps = record(work, recorded)
    chance = random.Random(work.seed)  # noqa: S311 - repeatable, not secret
    contents = [step.content for step in steps if isinstance(step, Mark)]
    verdict = Verdict(acknowledged=len(contents))
    with _folder() as folder:
        for number, acknowledged, kind, files in _cuts(steps, share, chance):
            verdict.states += 1
            verdict.kinds[kind] += 1
            found = await _opened(folder, files, chance)
            _judge(found, contents, acknowledged, f"{work}, step {number}, {kind}", verdict)
    return verdict


def _cuts(steps: Sequence[Step], share: float, chance: random.Random) -> Iterator[tuple[int, int, Kind, Mapping[str, bytes]]]:
    """The number of the step, how many contents were acknowledged before, what was kept, and the files. States that cannot differ from
    the one before are left out."""
    disk, acknowledged, told = Disk(), 0, False
    for number, step in enumerate(steps):
        disk.take(step)
        if isinstance(step, Mark):
            acknowledged += 1
        if acknowledged == 0 or chance.random() >= share:
            continue
        if disk.is_synced():
            if not told or isinstance(step, Mark):
                yield number, acknowledged, "nothing", disk.after_cut("nothing", chance)
            told = True
            continue
        told = False
        kinds: tuple[Kind, ...] = ("nothing", "everything") if isinstance(step, Mark) else (chance.choice(("nothing", "everything")),)
        for kind in (*kinds, "prefix", "sectors"):
            yield number, acknowledged, kind, disk.after_cut(kind, chance)


def _lay_out(folder: Path, files: Mapping[str, bytes], chance: random.Random) -> None:
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    if chance.random() < STALE_INDEX:
        (folder / f"{DATABASE}-shm").write_bytes(chance.randbytes(32768))


async def _opened(folder: Path, files: Mapping[str, bytes], chance: random.Random) -> str:
    """What the database holds, or what is wrong with it after a space."""
    _lay_out(folder, files, chance)
    try:
        database = await Database.open(folder / DATABASE, driver="inline")
    except StorageError as error:
        return f"refused: {error}"
    try:
        problems = await database.read(problems_of)
        return f"unsound: {problems[:3]}" if problems else await database.read(content_of)
    except StorageError as error:
        return f"failed: {error}"
    finally:
        await database.close()


def _judge(found: str, contents: Sequence[str], acknowledged: int, where: str, verdict: Verdict) -> None:
    """It may hold what was acknowledged last, or the transaction that was under way besides."""
    if found in contents[acknowledged - 1 : acknowledged + 1]:
        return
    if found in contents[:acknowledged]:
        behind = acknowledged - 1 - max(number for number, content in enumerate(contents[:acknowledged]) if content == found)
        verdict.lost += 1
        verdict.most = max(verdict.most, behind)
        verdict.blame(f"{behind} acknowledged transactions are gone: {where}")
    else:
        verdict.corrupt += 1
        verdict.blame(f"{found if ' ' in found else 'half a transaction'}: {where}")


@contextmanager
def _folder() -> Iterator[Path]:
    """In memory where there is such a place: what is played here is the disk."""
    memory = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="parley-power-", dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def quiet() -> None:
    """Says nothing about the version of SQLite, thousands of times."""
    logging.getLogger("storage").setLevel(logging.ERROR)
