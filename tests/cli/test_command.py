"""The `parley` command as a person meets it: a real process, told apart by what it prints where, and by its exit status."""

from __future__ import annotations

import asyncio
import re
import stat
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Parley, parley
from tests.fakes.busy import within
from tests.fakes.openai_faults import FAULTS
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram

SECRET = "sk-CANARY-0123456789abcdef"


async def test_a_piped_conversation_prints_itself_and_nothing_else(tmp_path: Path) -> None:
    ended = await parley(tmp_path, "run", typed="hello\n/history\nexit\n")
    assert ended.status == 0
    answer, *rest = ended.out.partition("\n\n")
    assert "demo" in answer
    assert re.search(r"\*\*1\. \w+\*\* · \d\d/\d\d/\d{4} \d\d:\d\d:\d\d\nhello\n", ended.out)
    assert "Session ended." in "".join(rest)
    assert "\x1b" not in ended.out
    assert "TELEGRAM_TOKEN" in ended.told
    assert "TELEGRAM_TOKEN" not in ended.out


async def test_a_conversation_goes_on_after_the_end_of_the_input(tmp_path: Path) -> None:
    await parley(tmp_path, "chat", typed="remember the word marzipan\n")
    ended = await parley(tmp_path, "chat", typed="/history\n")
    assert "remember the word marzipan" in ended.out


async def test_exit_at_an_open_question_leaves_and_changes_nothing(tmp_path: Path) -> None:
    ended = await parley(tmp_path, "chat", typed="hello\n/edit 1\nexit\n/help\n")
    assert ended.status == 0
    assert "new text for message 1" in ended.out
    assert "Session ended." in ended.out
    assert "/history" not in ended.out  # nothing is read after the word
    later = await parley(tmp_path, "chat", typed="a new beginning\n/history\n/sessions\n")
    assert re.search(r"\*\*1\. \w+\*\* .*\na new beginning\n", later.out)
    assert "exit" not in later.out


async def test_x20_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    await parley(tmp_path, "chat", typed="hello\n")
    files = list((tmp_path / "data").iterdir())
    assert files
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


async def test_neither_the_list_nor_the_rate_is_for_who_sits_at_the_terminal(tmp_path: Path) -> None:
    ended = await parley(tmp_path, "chat", typed="/help\n/help\n/help\n", PARLEY_ALLOW="telegram:1", PARLEY_RATE="1")
    assert ended.out.count("/history") == 3


async def test_wrong_settings_are_all_named_and_nothing_starts(tmp_path: Path) -> None:
    ended = await parley(tmp_path, "run", PARLEY_RATE="often", OPENAI_API_KEY=f"{SECRET} x", PARLEY_MODLE="y")
    assert ended.status == 2
    assert {"PARLEY_RATE", "OPENAI_API_KEY", "PARLEY_MODEL"} <= set(re.findall(r"\w+", ended.told))
    assert "CANARY" not in ended.told
    assert "Traceback" not in ended.told
    assert not (tmp_path / "data").exists()


async def test_r3_a_second_process_is_told_so_and_offered_a_file_of_its_own(tmp_path: Path) -> None:
    async with Parley(tmp_path, "chat") as first:
        async with asyncio.timeout(60):
            while not (tmp_path / "data/parley.db").exists():
                await asyncio.sleep(0.02)
        second = await parley(tmp_path, "chat", typed="hello\n")
        assert second.status == 1
        assert "is in use by another Parley" in second.told
        assert "parley chat --database" in second.told
        assert "Traceback" not in second.told
        beside = await parley(tmp_path, "chat", "--database", "data/terminal.db", typed="/help\n")
        assert beside.status == 0
        assert (await first.end()).status == 0


async def test_help_needs_no_settings(tmp_path: Path) -> None:
    ended = await parley(tmp_path, "--help", PARLEY_RATE="often")
    assert ended.status == 0
    assert all(word in ended.out for word in ("run", "chat", "check"))


async def test_r1_telegram_is_asked_soon_after_the_start_and_sigterm_ends_it_in_time(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram, Parley(tmp_path, "run", TELEGRAM_TOKEN=telegram.token, TELEGRAM_API_URL=telegram.url) as process:
        async with asyncio.timeout(60):
            while not telegram.calls_of("getUpdates"):
                await asyncio.sleep(0.01)
        asked = time.monotonic() - process.started
        ended, took = await process.terminate()
    assert ended.status == 0
    assert took < within(2.0)
    assert asked < within(5.0)  # seconds; 1.5 on a machine that does nothing else
    assert telegram.token not in ended.told


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
async def test_x7_no_secret_is_ever_printed(tmp_path: Path, level: str) -> None:
    async with FakeTelegram() as telegram, FakeOpenAI() as openai:
        settings = {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "PARLEY_LOG_LEVEL": level}
        settings |= {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": openai.base_url, "PARLEY_MODEL": "fake-1"}
        checked = await parley(tmp_path, "check", **settings)
        async with Parley(tmp_path, "run", **settings) as process:
            ann = telegram.person(1001, "Ann")
            chat = telegram.private_chat(ann)
            await ann.says(chat, "say marzipan")
            await chat.wait_for("marzipan")
            ended, _ = await process.terminate()
    printed = checked.out + checked.told + ended.out + ended.told
    assert "Telegram" in printed
    assert telegram.token not in printed
    assert telegram.token.partition(":")[2] not in printed
    assert "CANARY" not in printed
    assert "marzipan" not in printed


async def test_a_refused_token_ends_a_bot_that_has_no_other_platform(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        ended = await parley(tmp_path, "run", TELEGRAM_TOKEN="999999:not-the-one", TELEGRAM_API_URL=telegram.url)
    assert ended.status == 1
    assert "telegram stays down" in ended.told
    assert "no platform is left" in ended.told
    assert "Traceback" not in ended.told


async def test_check_says_what_works_and_what_not(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PARLEY_RATE=10\n")
    (tmp_path / ".env").chmod(0o644)
    async with FakeTelegram() as telegram:
        well = await parley(tmp_path, "check", TELEGRAM_TOKEN=telegram.token, TELEGRAM_API_URL=telegram.url)
        bad = await parley(tmp_path, "check", TELEGRAM_TOKEN="999999:not-the-one", TELEGRAM_API_URL=telegram.url)
    assert well.status == 0
    lines = {room: verdict for verdict, room in re.findall(r"^(ok|warn|fail) +(\w+)", well.out, re.MULTILINE)}
    assert lines == {"Files": "warn", "Access": "warn", "Database": "ok", "Telegram": "ok", "Discord": "ok", "Model": "warn"}
    assert "90,000 tokens a minute" in well.out
    assert bad.status == 1
    assert re.search(r"^fail +Telegram: .*@BotFather", bad.out, re.MULTILINE)


async def test_check_of_a_model_that_is_not_there_fails_with_what_to_look_at(tmp_path: Path) -> None:
    ended = await parley(tmp_path, "check", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert ended.status == 1
    assert re.search(r"^fail +Model: .*OPENAI_BASE_URL", ended.out, re.MULTILINE)


async def test_m16_check_looks_both_models_up(tmp_path: Path) -> None:
    async with FakeOpenAI() as openai:
        openai.always = lambda body: FAULTS["m16_no_such_model"].step
        named = {"PARLEY_MODEL": "fake-1", "PARLEY_FALLBACK_MODEL": "not-there"}
        ended = await parley(tmp_path, "check", OPENAI_API_KEY="sk-of-nobody", OPENAI_BASE_URL=openai.base_url, **named)
    assert ended.status == 1
    assert re.search(r"^ok +Model: fake-1 at 127.0.0.1 is there", ended.out, re.MULTILINE)
    assert re.search(r"^fail +Model: PARLEY_FALLBACK_MODEL: .*look at PARLEY_FALLBACK_MODEL", ended.out, re.MULTILINE)


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("not a database, but somebody's notes\n" * 10)
    ended = await parley(tmp_path, "chat", typed="hello\n", PARLEY_DATABASE="notes.db")
    assert ended.status == 1
    assert ended.out == ""
    assert "notes.db is no database" in ended.told
    assert "Traceback" not in ended.told
    assert (tmp_path / "notes.db").read_text().startswith("not a database")


async def test_a_model_library_that_cannot_be_loaded_ahead_is_one_line(tmp_path: Path) -> None:
    """The first answer tells the person; the log needs no traceback of a task that nobody waits for."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/openai.py").write_text("raise ImportError('broken on purpose')\n")
    settings = {"OPENAI_API_KEY": "sk-0", "PYTHONPATH": f"{tmp_path / 'broken'}:{ROOT}"}
    async with (
        FakeTelegram() as telegram,
        Parley(tmp_path, "run", TELEGRAM_TOKEN=telegram.token, TELEGRAM_API_URL=telegram.url, **settings) as process,
    ):
        assert process.process.stderr is not None
        lines: list[str] = []
        async with asyncio.timeout(60):
            while not any("ahead" in line for line in lines):
                lines.append((await process.process.stderr.readline()).decode())
        (line,) = [line for line in lines if "ahead" in line]
        assert "ERROR bot." in line
        assert "ImportError" in line
        ended, _ = await process.terminate()
    assert "never retrieved" not in "".join(lines) + ended.told
    assert "Traceback" not in "".join(lines) + ended.told


async def test_r1_sigterm_before_anything_has_begun_is_an_ordinary_end() -> None:
    program = (
        "import os, signal; from bot.process import run\n"
        "async def work():\n    os.kill(os.getpid(), signal.SIGTERM)\n    return 1\n"
        "raise SystemExit(run(work()))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    assert await process.wait() == 0
