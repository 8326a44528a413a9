"""Measures the SQLite store in a small and in a large database: `python -m tests.benchmarks.storage [messages ...]`.

Prints, for each size, the time of a call (median and 99th percentile, in microseconds) and the processor time of one call in both
threads together. A turn should cost the same in both.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bot.changes import AddMessage, AddTurn, Change, ExpectLeaf, FillMessage, KnowAccount, SetLeaf, SetTurn
from bot.events import MessageRef, Place
from bot.messages import Account, Message, Usage
from storage.sqlite.store import SqliteStore
from tests.contracts.store_builders import NOW, message, opening, session, turn

LENGTH = 100  # messages of a session
ROUNDS = 500
WORDS = "The quick brown fox jumps over the lazy dog. " * 8

Call = Callable[[int], Awaitable[None]]


def _place(number: int) -> Place:
    return Place("telegram", str(number), "", "private")


def _session_id(number: int) -> str:
    return f"{number:016x}"


async def _fill(store: SqliteStore, count: int) -> None:
    """Sessions that grow side by side, as people talk: the messages of one lie far from each other."""
    sessions = count // LENGTH
    leaves: dict[int, Message] = {}
    changes: list[Change] = []
    for number in range(sessions):
        changes.extend(opening(session(_session_id(number), user_id=number + 1, place=_place(number)), _account(number)))
    for index in range(count):
        number = index % sessions
        ref = MessageRef(_place(number), str(index))
        added = message(sessions + index + 1, leaves.get(number), WORDS, session_id=_session_id(number))
        leaves[number] = replace(added, source=ref if added.role == "user" else None)
        changes.append(AddMessage(leaves[number]))
        if len(changes) > 20_000:
            await store.apply(changes)
            changes = []
    await store.apply([*changes, *(SetLeaf(leaf.session_id, leaf.id) for leaf in leaves.values())])


def _account(number: int) -> Account:
    return Account("telegram", str(number), number + 1, "Bo")


class Bench:
    """What a turn asks of the store, each as one call."""

    def __init__(self, store: SqliteStore, ids: Iterator[int], numbers: list[int]) -> None:
        self.store = store
        self.ids = ids
        self.numbers = numbers
        self.leaves: dict[int, Message] = {}
        self.owed: list[tuple[int, int]] = []

    async def prepare(self) -> None:
        for number in self.numbers:
            found = await self.store.session(_session_id(number))
            leaf = await self.store.message(found.leaf) if found and found.leaf else None
            if leaf is not None:
                self.leaves[number] = leaf

    async def find(self, number: int) -> None:
        ref = MessageRef(_place(number), str(number))
        await self.store.find(_place(number), str(number), key=f"telegram:{number}", subject=ref, post=ref)

    async def accept(self, number: int) -> None:
        leaf = self.leaves[number]
        prompt = replace(message(next(self.ids), leaf, WORDS, session_id=leaf.session_id), source=MessageRef(_place(number), f"n{number}"))
        reply = message(next(self.ids), prompt, "", session_id=leaf.session_id, status="open")
        owed = turn(next(self.ids), prompt, reply, place=_place(number))
        self.leaves[number] = prompt
        self.owed.append((owed.id, reply.id))
        changes = (
            KnowAccount(_account(number)),
            ExpectLeaf(leaf.session_id, leaf.id),
            AddMessage(prompt),
            SetLeaf(leaf.session_id, prompt.id),
            AddMessage(reply),
            AddTurn(owed),
        )
        await self.store.apply(changes, key=f"telegram:{owed.id}", at=NOW)

    async def finish(self, _number: int) -> None:
        turn_id, reply_id = self.owed.pop()
        filled = FillMessage(reply_id, WORDS * 3, "complete", "stop", "a-model", Usage(100, 100))
        await self.store.apply([SetTurn(turn_id, ("pending",), "complete"), filled])

    async def branch(self, number: int) -> None:
        await self.store.branch(self.leaves[number].id, 40)

    async def sessions(self, number: int) -> None:
        await self.store.sessions(number + 1, [], 0, 10)


async def _measure(name: str, call: Call, numbers: list[int]) -> None:
    times = []
    cpu = time.process_time()
    for number in numbers:
        began = time.perf_counter()
        await call(number)
        times.append((time.perf_counter() - began) * 1e6)
    cpu = (time.process_time() - cpu) / len(numbers) * 1e6
    print(f"  {name:10} median {statistics.median(times):8.0f}   p99 {statistics.quantiles(times, n=100)[98]:8.0f}   cpu {cpu:8.0f}")


async def _run(folder: Path, count: int) -> None:
    path = folder / f"{count}.db"
    store = await SqliteStore.open(path)
    try:
        await _fill(store, count)
    finally:
        await store.close()
    began = time.perf_counter()
    store = await SqliteStore.open(path)
    opened = time.perf_counter() - began
    print(f"{count:,} messages, {path.stat().st_size / 2**20:.0f} MiB, opened and checked in {opened * 1000:.0f} ms; microseconds:")
    numbers = list(range(count // LENGTH))
    random.Random(1).shuffle(numbers)  # noqa: S311
    numbers = (numbers * (ROUNDS // len(numbers) + 1))[:ROUNDS]
    try:
        await _measure_all(store, numbers)
    finally:
        await store.close()


async def _measure_all(store: SqliteStore, numbers: list[int]) -> None:
    bench = Bench(store, iter(range(10_000_000, 20_000_000)), numbers)
    await bench.prepare()
    for name, call in (
        ("find", bench.find),
        ("accept", bench.accept),
        ("finish", bench.finish),
        ("branch 40", bench.branch),
        ("sessions", bench.sessions),
    ):
        await _measure(name, call, numbers)


async def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="parley-storage-"))
    try:
        for count in [int(word) for word in sys.argv[1:]] or [1_000, 1_000_000]:
            await _run(folder, count)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    asyncio.run(main())
