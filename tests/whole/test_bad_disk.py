"""Rows S2 to S16 as an operator meets them: one plain line of `parley run`, and nothing is lost once what is wrong is mended."""

# ruff: noqa: ASYNC240 (a test may wait for its own small files)

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.command import Ended, Parley, environment, parley
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram
from tests.whole.plan import until
from tests.whole.small_disk import small_disk

pytestmark = pytest.mark.timeout(300)  # for machines that are busy with something else

PATIENT = 60.0
"""Seconds for what takes one or two where nothing else runs."""

BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "s3": (lambda path: path.write_bytes(path.read_bytes()[:40960]), "is damaged: restore the last good backup"),
    "s4": (lambda path: path.write_bytes(b""), "is empty, but held a database before"),
    "s8": (lambda path: _sql(path, "PRAGMA user_version = 99"), "has version 99, this Parley knows versions up to"),
}
"""By its row: a file cut short, one of no length, and one of a Parley that is yet to come."""


def _sql(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(sql)


def _settings(telegram: FakeTelegram, openai: FakeOpenAI) -> dict[str, str]:
    return {
        "TELEGRAM_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "OPENAI_API_KEY": "sk-of-nobody",
        "OPENAI_BASE_URL": openai.base_url,
        "PARLEY_TITLES": "false",
    }


def _is_one_plain_line(ended: Ended, said: str) -> None:
    assert ended.status == 1
    assert said in ended.told
    assert "Traceback" not in ended.told
    assert len([line for line in ended.told.splitlines() if said in line]) == 1


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept") / "data" / "parley.db"


@pytest.mark.parametrize("row", BAD)
async def test_a_start_on_a_bad_file_is_refused_and_leaves_it(
    row: str, tmp_path: Path, kept: Path, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    if not kept.exists():
        assert (await parley(kept.parents[1], "chat", typed="hello\nexit\n")).status == 0
    shutil.copytree(kept.parent, tmp_path / "data")
    path = tmp_path / "data" / "parley.db"
    spoil, said = BAD[row]
    spoil(path)
    content = path.read_bytes()
    ended = await parley(tmp_path, "run", **_settings(telegram, openai))
    _is_one_plain_line(ended, said)
    assert path.read_bytes() == content
    assert telegram.calls == [], "the platforms are left alone"


async def test_s10_a_disk_that_became_read_only_is_told_of_and_nothing_is_taken(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    ann = telegram.person(1001, "Ann")
    chat = telegram.private_chat(ann)
    async with small_disk(tmp_path) as disk:
        life = await disk.start(_settings(telegram, openai))
        await ann.says(chat, "one")
        await until(lambda: chat.texts == ["You said: one"], PATIENT)  # and no preview of it, which would stay one
        assert await life.end() == 0
        await disk.read_only()
        await ann.says(chat, "two")
        refused_life = await disk.start(_settings(telegram, openai))
        assert await asyncio.wait_for(refused_life.process.wait(), PATIENT) == 1
        assert "give this user the right to write" in refused_life.told
        assert "Traceback" not in refused_life.told
        assert chat.texts == ["You said: one"]
        assert len(telegram.updates.waiting) == 1, "Telegram keeps what nobody could store"


FSYNC = "exec strace -f -qq -o /dev/null -e trace=fdatasync,fsync -e inject=fdatasync,fsync:error=EIO:when=60+ "
MOST_WAITING = 20  # messages: no heap of them while a slow machine starts a process
WRITE = "ulimit -f 600; exec "  # writing beyond is an error that SQLite does not take for a full disk


async def test_s16_an_error_of_the_disk_ends_it_with_a_line_and_nothing_that_was_taken_is_lost(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    """An fsync that fails; where there is no strace to make it fail, a write that does."""
    ann = telegram.person(1001, "Ann")
    chat = telegram.private_chat(ann)
    own = {**_settings(telegram, openai), "PARLEY_RATE": "100000"}
    line = f'{WRITE if shutil.which("strace") is None else FSYNC}"{sys.executable}" -m bot run'
    process = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        line,
        cwd=tmp_path,
        env=environment(tmp_path, own),
        stderr=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
    )
    assert process.stderr is not None
    reading = asyncio.ensure_future(process.stderr.read())
    said = 0
    async with asyncio.timeout(2 * PATIENT):
        while process.returncode is None:
            if len(telegram.updates.waiting) < MOST_WAITING:
                said += 1
                await ann.says(chat, f"word{said}.")
            await asyncio.sleep(0.05)
    told = (await reading).decode()
    assert process.returncode == 1
    assert len(re.findall(r"^.* CRITICAL .*the disk failed \(SQLITE_IOERR\w*\): check it, and start again$", told, re.MULTILINE)) == 1, told
    assert "Traceback" not in told, told
    async with Parley(tmp_path, "run", **own):
        await until(lambda: all("".join(chat.texts).count(f"word{number}.") == 1 for number in range(1, said + 1)), PATIENT)


async def test_r3_s2_of_two_processes_the_second_is_told_so_and_the_first_goes_on(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    """With one database, and with databases of their own and one token."""
    ann = telegram.person(1001, "Ann")
    chat = telegram.private_chat(ann)
    own = _settings(telegram, openai)
    async with Parley(tmp_path, "run", **own) as first:
        await ann.says(chat, "one")
        await until(lambda: chat.texts == ["You said: one"], PATIENT)
        for more, said in (({}, "is in use by another Parley"), ({"PARLEY_DATABASE": "other/parley.db"}, "telegram stays down")):
            _is_one_plain_line(await parley(tmp_path, "run", **own, **more), said)
            assert first.process.returncode is None
        await ann.says(chat, "two")
        await until(lambda: chat.texts == ["You said: one", "You said: two"], PATIENT)
