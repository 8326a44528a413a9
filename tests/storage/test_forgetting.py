"""That what was forgotten is on the disk no more: between rows, in the WAL, after a death at any statement, beside another reader."""

from __future__ import annotations

import logging
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.changes import AddMessage, AddSession, Change, FillMessage, ForgetUser, KnowAccount, SetCurrent, SetDeleted
from bot.messages import Account
from bot.post_changes import AddPost
from bot.posts import Content
from storage.sqlite.database import Database
from storage.sqlite.rewriting import Rewriter
from storage.sqlite.store import SqliteStore
from tests.contracts.store_builders import HERE, LATER, NOW, begin, chain, message, post, session

CANARY, OTHERS = b"canary-5f1e", b"albatross-90bc"
GONE = ForgetUser(1, LATER)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "parley.db"


def holding(path: Path, words: bytes = CANARY) -> list[str]:
    return [each.name for each in path.parent.iterdir() if words in each.read_bytes()]


async def crowd(store: SqliteStore, seed: int) -> None:
    """Many people talk at once, so that answers are filled in between others, and pages are arranged anew."""
    rng, open_ones, changes = random.Random(seed), [], list[Change]()  # noqa: S311 - a seed that can be run again
    for user in range(1, 6):
        changes += [KnowAccount(Account("telegram", str(user), user, _words(user, rng)[:12]))]
        opened = session(f"{user:016x}", user_id=user, title=_words(user, rng)[:90])
        changes += [AddSession(opened), SetCurrent(HERE, user, opened.id)]
    for number in range(10, 1200, 3):
        user = rng.randint(1, 5)
        prompt = replace(message(number, None, _words(user, rng), session_id=f"{user:016x}"), user_id=user)
        reply = replace(message(number + 1, prompt, "", session_id=f"{user:016x}", status="open"), user_id=user)
        said = replace(post(number, number + 2), content=Content(_words(user, rng)), user_id=user)
        changes += [AddMessage(prompt), AddMessage(reply), AddPost(said)]
        open_ones.append((number + 1, user))
        if len(open_ones) > 8:
            filled, whose = open_ones.pop(rng.randrange(len(open_ones)))
            changes.append(FillMessage(filled, _words(whose, rng), "complete"))
    await store.apply(changes, at=NOW)


def _words(user: int, rng: random.Random) -> str:
    return f"{(CANARY if user == 1 else OTHERS).decode()} " * rng.choice((1, 1, 3, 10, 60, 400))


@pytest.mark.parametrize("seed", range(6))
async def test_x22_nothing_stays_between_rows(path: Path, seed: int) -> None:
    store = await SqliteStore.open(path)
    await crowd(store, seed)
    assert holding(path) != []
    await store.apply([GONE], at=LATER)
    assert holding(path) == []
    assert holding(path, OTHERS) == ["parley.db"]
    await store.close()
    assert holding(path) == []


@pytest.mark.parametrize("seed", range(3))
async def test_x22_nor_of_a_session_that_was_deleted(path: Path, seed: int) -> None:
    store = await SqliteStore.open(path)
    await crowd(store, seed)
    await store.apply([SetDeleted(f"{1:016x}", NOW)])
    await store.purge(LATER)
    left = holding(path)
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        texts = "".join(text for (text,) in connection.execute("SELECT text FROM messages"))
    assert CANARY.decode() not in texts
    assert left == ["parley.db"], "the account of a person who deleted a session is still there"
    assert path.read_bytes().count(CANARY) == 1  # noqa: ASYNC240


_DYING = """
import asyncio, os, sys
from pathlib import Path
from bot.changes import ForgetUser
from storage.sqlite.store import SqliteStore
from tests.contracts.store_builders import LATER

def dies_after(left):
    def dies(statement):
        nonlocal left
        left -= 1
        if left < 0:
            os._exit(9)
    return dies

async def forgets(path, left):
    store = await SqliteStore.open(path, driver="inline")
    store._database._driver._connection.set_trace_callback(dies_after(left))
    await store.apply([ForgetUser(1, LATER)], key="forget", at=LATER)
    os._exit(0)

template = Path(sys.argv[1]).read_bytes()
for left in range(1000):
    path = Path(sys.argv[2]) / f"{left:03}" / "parley.db"
    path.parent.mkdir()
    path.write_bytes(template)
    child = os.fork()
    if child == 0:
        asyncio.run(forgets(path, left))
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        break
"""


async def test_x22_s6_who_dies_at_any_statement_has_forgotten_all_or_nothing(tmp_path: Path) -> None:
    """After the next start, that is: what a death left in the WAL, or between rows, is erased then."""
    template = tmp_path / "template" / "parley.db"
    store = await SqliteStore.open(template)
    await crowd(store, 2)
    await store.close()
    lives = tmp_path / "lives"
    lives.mkdir()
    subprocess.run([sys.executable, "-c", _DYING, str(template), str(lives)], check=True, timeout=60, cwd=Path(__file__).parents[2])  # noqa: ASYNC221, S603
    outcomes, unclean = [], 0
    for path in sorted(lives.glob("*/parley.db")):
        unclean += holding(path) != []
        store = await SqliteStore.open(path, driver="inline")
        await store.recover()
        found = await store.find(HERE, "1", key="forget")
        assert (found.account is None) == (found.session is None) == found.seen
        assert (holding(path) == []) == found.seen
        outcomes.append(found.seen)
        await store.close()
    assert outcomes == sorted(outcomes)
    assert outcomes.count(False) > 10
    assert outcomes.count(True) > 3
    assert unclean > outcomes.count(False), "no death left anything for the next start"


async def test_x22_who_reads_the_file_holds_it_up_until_the_next_round(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As a backup does."""
    store = SqliteStore(await Database.open(path, busy_timeout=0.05))
    await crowd(store, 1)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchone()
        await store.apply([GONE], at=LATER)
        assert holding(path) != []
        reader.execute("ROLLBACK")
    assert "another program reads the database" in caplog.text
    await store.purge(NOW)
    assert holding(path) == []
    await store.close()


async def test_x22_who_is_forgotten_again_and_again_holds_up_nobody(path: Path) -> None:
    """What is left between rows then goes with the next round, at the latest an hour later."""
    store = await SqliteStore.open(path)
    for user in (1, 2):
        await begin(store, session(f"{user:016x}", user_id=user), Account("telegram", str(user), user))
    await chain(store, 50, session_id=f"{1:016x}")
    await store.apply([GONE])
    before = path.stat().st_size  # noqa: ASYNC240
    await store.apply([ForgetUser(2, LATER)])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT unclean FROM erased").fetchone() == (1,)
    assert path.with_name("parley.db-wal").stat().st_size == 0
    await store.purge(NOW - timedelta(days=1))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT unclean FROM erased").fetchone() == (0,)
    assert path.stat().st_size <= before  # noqa: ASYNC240
    await store.close()


async def test_x22_a_file_too_large_to_be_held_in_memory_is_left_and_that_is_said(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = await Database.open(path)
    store = SqliteStore(database)
    await begin(store)
    await store.apply([GONE])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE erased SET unclean = 1")  # as it is until the next round, which a busy machine may have had
    await Rewriter(database, largest=10_000).rewrite()
    assert "run VACUUM on the database" in caplog.text
    await database.close()
    with caplog.at_level(logging.WARNING):
        caplog.clear()
        await Rewriter(database).rewrite()
    assert "will be in an hour: the database is closed" in caplog.text
