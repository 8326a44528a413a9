"""Settings and tokens that are changed while the program is down: the next start knows only the new ones."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.cli.command import Parley
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram

OLD, NEW = "123456:TEST-token-of-yesterday", "123456:TEST-token-of-today"


async def test_r9_the_next_start_knows_the_new_token_key_and_list_and_not_the_old_ones(tmp_path: Path) -> None:
    async with FakeTelegram(token=OLD) as telegram, FakeOpenAI() as openai:
        ann, bob = telegram.person(1001, "Ann"), telegram.person(1002, "Bob")
        chat, other = telegram.private_chat(ann), telegram.private_chat(bob)
        for token, key, allowed, hears, refused in ((OLD, "sk-old", 1001, chat, other), (NEW, "sk-new", 1002, other, chat)):
            (tmp_path / ".env").write_text(
                f"TELEGRAM_TOKEN={token}\nTELEGRAM_API_URL={telegram.url}\nOPENAI_BASE_URL={openai.base_url}\n"
                f"OPENAI_API_KEY={key}\nPARLEY_ALLOW=telegram:{allowed}\nPARLEY_TITLES=false\n"
            )
            (tmp_path / ".env").chmod(0o600)
            telegram.token = token
            telegram.calls.clear()
            openai.requests.clear()
            async with Parley(tmp_path, "run") as process:
                await ann.says(chat, "hello")
                await bob.says(other, "hello")
                await hears.wait_for("You said: hello")
                await refused.wait_for("not on this bot's list")
                ended, _ = await process.terminate()
            assert ended.status == 0
            assert [call.method for call in telegram.calls if call.code in (401, 404)] == []
            assert {request.headers["authorization"] for request in openai.requests} == {f"Bearer {key}"}
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert OLD.partition(":")[2].encode() not in stored
    assert b"sk-old" not in stored


async def test_r9_a_token_that_was_taken_back_while_it_runs_opens_nothing_more(tmp_path: Path) -> None:
    async with FakeTelegram(token=OLD) as telegram:
        settings = {"TELEGRAM_TOKEN": OLD, "TELEGRAM_API_URL": telegram.url}
        async with Parley(tmp_path, "run", **settings) as process:
            async with asyncio.timeout(60):
                while not telegram.calls_of("getUpdates"):
                    await asyncio.sleep(0.01)
            telegram.token = NEW
            ann = telegram.person(1001, "Ann")
            await ann.says(telegram.private_chat(ann), "anybody?")
            ended = await process.end()
        assert ended.status == 1
        assert "telegram stays down" in ended.told
        assert OLD not in ended.told
