"""The `parley` command where its input or output is closed, or is left by who reads it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.cli.command import Ended, environment
from tests.fakes.telegram import FakeTelegram


async def test_closed_input_ends_it_well(tmp_path: Path) -> None:
    script = f"exec {sys.executable} -m bot run <&-"
    process = await asyncio.create_subprocess_exec("sh", "-c", script, cwd=tmp_path, env=environment(tmp_path, {}))
    async with asyncio.timeout(60):
        assert await process.wait() == 0


async def test_a_reader_that_leaves_ends_it_without_a_traceback(tmp_path: Path) -> None:
    script = f"yes /help | {sys.executable} -m bot chat 2>told | head -1; cat told"
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", script, cwd=tmp_path, env=environment(tmp_path, {}), stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    assert b"Parley" in out
    assert b"Traceback" not in out
    assert b"Exception" not in out


@pytest.mark.parametrize(
    ("closed", "status", "said"), [(">&-", 1, "output is closed"), ("<&-", 0, ""), (">&- 2>&-", 1, ""), ("2>&-", 0, "")]
)
async def test_a_stream_that_is_closed_is_no_crash(tmp_path: Path, closed: str, status: int, said: str) -> None:
    """Whatever is opened next takes the number of a closed stream: no database may, nor the event loop."""
    ended = await _through_shell(tmp_path, f"chat {closed}", typed="hello\nexit\n")
    assert ended.status == status
    assert said in ended.told
    assert "Traceback" not in ended.told
    assert "Assertion" not in ended.told
    assert "Model:" not in ended.out  # what is told to the operator goes nowhere else


async def test_a_bot_whose_streams_are_all_closed_serves(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        settings = {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}
        shell = await _shell(tmp_path, "run <&- >&- 2>&-", settings)
        try:
            async with asyncio.timeout(60):
                while not telegram.calls_of("getUpdates"):
                    assert shell.returncode is None
                    await asyncio.sleep(0.02)
            shell.terminate()
            async with asyncio.timeout(60):
                assert await shell.wait() == 0
        finally:
            if shell.returncode is None:
                shell.kill()
                await shell.wait()


async def _shell(folder: Path, words: str, settings: dict[str, str]) -> asyncio.subprocess.Process:
    line = f'exec "{sys.executable}" -m bot {words}'
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", line, cwd=folder, env=environment(folder, settings), stdin=pipe, stdout=pipe, stderr=pipe
    )


async def _through_shell(folder: Path, words: str, typed: str) -> Ended:
    process = await _shell(folder, words, {})
    async with asyncio.timeout(60):
        out, told = await process.communicate(typed.encode())
    return Ended(process.returncode, out.decode(), told.decode())
