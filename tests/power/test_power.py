"""What a power cut leaves of the database. The long run is `python -m tests.power`, and a part of `make torture`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.power.campaign import Leg, judged
from tests.power.disk import Disk
from tests.power.recording import Cut, Make, Mark, Remove, Rename, Sync, Work, Write, record
from tests.power.replay import Verdict, replay
from tests.syscalls.strace import missing

traced = pytest.mark.skipif(bool(missing()), reason=missing() or "never")
DEEDS = 16
CHANCE = random.Random(1)  # noqa: S311 - repeatable, not secret


async def _play(synchronous: str, share: float) -> Verdict:
    verdict = await replay(Work(7, DEEDS, synchronous, 100), share=share)
    assert verdict.acknowledged > 40
    assert judged(Leg(synchronous, 0), verdict) == []
    return verdict


@traced
async def test_s7_a_power_cut_at_any_moment_takes_nothing_that_was_acknowledged() -> None:
    verdict = await _play("FULL", 0.1)
    assert verdict.states > 200
    assert (verdict.corrupt, verdict.lost) == (0, 0)


@traced
async def test_s7_the_check_sees_what_synchronous_normal_loses() -> None:
    """That is the product with this one word changed, which the leg of the product itself must not let pass."""
    verdict = await _play("NORMAL", 0.04)
    assert verdict.lost > verdict.states / 5
    assert "acknowledged transactions are gone" in judged(Leg("FULL", 0), verdict)[0]


@traced
async def test_s7_the_check_sees_what_synchronous_off_breaks() -> None:
    verdict = await _play("OFF", 0.04)
    assert verdict.corrupt > verdict.states / 10


@traced
def test_s7_the_recording_holds_all_that_can_happen_to_the_files(tmp_path: Path) -> None:
    """A recording without checkpoints, or without the making of the file, would prove nothing about them."""
    steps = record(Work(7, DEEDS, "FULL", 100), tmp_path)
    writes = [(number, step.name, step.offset) for number, step in enumerate(steps) if isinstance(step, Write)]
    database = [number for number, name, _ in writes if name == "parley.db"]
    assert len(database) > 20, "the WAL was never brought into the file"
    begun_anew = [number for number, name, offset in writes if (name, offset) == ("parley.db-wal", 0)]
    assert len(begun_anew) > 3
    assert any(number > database[0] for number in begun_anew)
    assert Rename("parley.db.new", "parley.db") in steps
    assert Remove("parley.db-wal") in steps
    assert Cut("parley.db-wal", 0) in steps
    assert Sync("") in steps
    assert steps.count(Make("parley.db.lock")) == 1
    assert sum(isinstance(step, Mark) for step in steps) > 40


def test_a_disk_keeps_what_was_synced_and_may_lose_the_rest() -> None:
    disk = Disk()
    for step in (Make("a"), Write("a", 0, b"x" * 1024), Sync("a"), Sync(""), Write("a", 0, b"y" * 1024)):
        disk.take(step)
    assert not disk.is_synced()
    assert disk.after_cut("nothing", CHANCE) == {"a": b"x" * 1024}
    assert disk.after_cut("everything", CHANCE) == {"a": b"y" * 1024}
    halves = {disk.after_cut("sectors", CHANCE)["a"] for _ in range(100)}
    assert halves == {first * 512 + second * 512 for first in (b"x", b"y") for second in (b"x", b"y")}
    torn = {disk.after_cut("prefix", CHANCE)["a"].count(b"y") for _ in range(100)}
    assert len(torn) > 20


def test_a_disk_keeps_names_in_the_order_of_their_making_once_the_folder_is_synced() -> None:
    disk = Disk()
    for step in (Make("a"), Sync("a"), Rename("a", "b"), Make("c")):
        disk.take(step)
    assert disk.after_cut("nothing", CHANCE) == {}
    found = {tuple(sorted(disk.after_cut("sectors", CHANCE))) for _ in range(100)}
    assert found == {(), ("a",), ("b",), ("b", "c")}
    disk.take(Sync(""))
    disk.take(Remove("b"))
    assert set(disk.after_cut("nothing", CHANCE)) == {"b", "c"}
    assert set(disk.after_cut("everything", CHANCE)) == {"c"}


def test_a_length_that_the_folder_does_not_know_takes_the_end_of_the_file() -> None:
    disk = Disk()
    for step in (Make("a"), Sync(""), Write("a", 0, b"x" * 512), Sync("a"), Write("a", 512, b"y" * 512)):
        disk.take(step)
    found = {disk.after_cut("sectors", CHANCE)["a"] for _ in range(100)}
    assert found == {b"x" * 512, b"x" * 512 + b"y" * 512, b"x" * 512 + bytes(512)}
    disk.take(Cut("a", 0))
    assert disk.after_cut("everything", CHANCE)["a"] == b""
