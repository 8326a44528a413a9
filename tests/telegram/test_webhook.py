"""The webhook: who is let in, and that nothing is confirmed before it is stored."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import orjson
import pytest

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.options import TelegramOptions
from adapters.telegram.webhook import HEADER
from bot.config import load
from bot.errors import SettingsError
from bot.events import Event, MessageReceived
from tests.fakes.rig import FastClock, ListCore, running, until
from tests.fakes.telegram import FakeTelegram, Person
from tests.telegram.rig import options_for

SECRET = "s" * 32


class Hook:
    """An adapter that receives by webhook, and a hand to post to it."""

    def __init__(self, fake: FakeTelegram, folder: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self.fake = fake
        self.ann: Person = fake.person(1001, "Ann")
        self.chat = fake.private_chat(self.ann)
        self.core = ListCore()
        options = options_for(fake, folder, webhook_url=self.url, webhook_secret=SECRET, webhook_port=self.port)
        self.adapter = TelegramAdapter(options, FastClock())

    async def post(self, body: bytes, secret: str | None = SECRET, path: str = "/hook") -> int:
        headers = {"Content-Type": "application/json"} | ({HEADER: secret} if secret is not None else {})
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"http://127.0.0.1:{self.port}{path}", data=io.BytesIO(body), headers=headers) as response,
        ):
            return response.status


@pytest.fixture
async def hook(tmp_path: Path) -> AsyncIterator[Hook]:
    async with FakeTelegram() as fake:
        fake.updates.webhook_pause = 0.01
        yield Hook(fake, str(tmp_path))


async def test_updates_come_by_post_and_the_backlog_first(hook: Hook) -> None:
    await hook.ann.says(hook.chat, "while down")
    async with running(hook.adapter, hook.core):
        await until(lambda: hook.core.caught)
        assert len(hook.core.events) == 1
        await hook.ann.says(hook.chat, "and now")
        await until(lambda: len(hook.core.events) == 2)
    (call,) = hook.fake.calls_of("setWebhook")
    assert call.params["secret_token"] == SECRET
    assert int(call.params["max_connections"]) == 1
    assert call.params["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
    assert not call.params.get("drop_pending_updates")


@pytest.mark.parametrize("secret", [None, "", "s" * 31, "S" * 32, "ß" * 32])
async def test_x6_without_the_secret_nothing_is_taken(hook: Hook, secret: str | None) -> None:
    async with running(hook.adapter, hook.core):
        await until(lambda: hook.core.caught)
        assert await hook.post(b'{"update_id": 1}', secret) == 403
        assert await hook.post(b'{"update_id": 1}', path="/other") == 404
    assert hook.core.attempts == 0


async def test_p21_the_answer_comes_after_the_event_is_stored(hook: Hook) -> None:
    confirmed: list[int] = []
    hook.core.failures = 3
    hook.core.before_accept = lambda event: confirmed.append(len(hook.fake.updates.confirmed))
    async with running(hook.adapter, hook.core):
        await until(lambda: hook.core.caught)
        await hook.ann.says(hook.chat, "hi")
        await until(lambda: hook.core.events and hook.fake.updates.confirmed)
    assert confirmed == [0, 0, 0, 0]
    assert len(hook.core.events) == 1


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"7", b"{}", b'{"update_id": 1, "message": {"text": "x"}}', b'"\\ud800"'])
async def test_p22_a_bad_update_is_confirmed_and_left_out(hook: Hook, body: bytes) -> None:
    async with running(hook.adapter, hook.core):
        await until(lambda: hook.core.caught)
        assert await hook.post(body) == 200
        await hook.ann.says(hook.chat, "next")
        await until(lambda: hook.core.events)
    assert len(hook.core.events) == 1


async def test_x15_a_huge_body_is_refused(hook: Hook) -> None:
    async with running(hook.adapter, hook.core):
        await until(lambda: hook.core.caught)
        assert await hook.post(b'"' + b"x" * (2 * 2**20) + b'"') == 413
    assert hook.core.attempts == 0


async def test_p8_a_post_that_comes_twice_has_the_same_key(hook: Hook) -> None:
    async with running(hook.adapter, hook.core):
        await until(lambda: hook.core.caught)
        await hook.ann.says(hook.chat, "once")
        await until(lambda: hook.core.events)
        event = hook.core.events[0]
        assert isinstance(event, MessageReceived)
        update = {"update_id": 100_000_001, "message": hook.chat.messages[0].to_json()}
        async with aiohttp.ClientSession() as client:
            await client.post(hook.url, json=update, headers={HEADER: SECRET})
    assert [other.key for other in hook.core.events] == [event.key, event.key]


async def test_p37_a_refused_registration_is_repeated(hook: Hook) -> None:
    hook.fake.faults.add("setWebhook", error=502, html=True, times=2)
    hook.fake.faults.add("setWebhook", retry_after=2)
    async with running(hook.adapter, hook.core):
        await until(lambda: hook.core.caught)
    assert len(hook.fake.calls_of("setWebhook")) == 4


async def test_the_port_is_free_again_afterwards(hook: Hook) -> None:
    async with running(hook.adapter, hook.core):
        await until(lambda: hook.core.caught)
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", hook.port)
    server.close()
    await server.wait_closed()
    assert hook.adapter.heard_at is not None


async def test_p21_posts_side_by_side_are_taken_one_after_the_other(hook: Hook) -> None:
    """A post that Telegram gave up on may still be in hand when it comes again."""
    inside = most = 0

    class SlowCore(ListCore):
        async def accept(self, event: Event) -> str | None:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1
            return await super().accept(event)

    hook.core = SlowCore()
    async with running(hook.adapter, hook.core):
        await until(lambda: hook.core.caught)
        bodies = [orjson.dumps({"update_id": number, "message": _message(number)}) for number in range(1, 6)]
        assert await asyncio.gather(*(hook.post(body) for body in bodies)) == [200] * 5
    assert (most, len(hook.core.events)) == (1, 5)


def _message(number: int) -> dict[str, object]:
    ann = {"id": 1001, "is_bot": False, "first_name": "Ann"}
    return {
        "message_id": number,
        "date": 1_700_000_000,
        "chat": {"id": 1001, "type": "private", "first_name": "Ann"},
        "from": ann,
        "text": "x",
    }


@pytest.mark.parametrize("secret", ["", "a" * 31, "a" * 32, "a" * 256, "a" * 257, "a b" * 20, "ä" * 40, "A-_9" * 8])
def test_x6_the_settings_and_the_adapter_want_the_same_of_a_webhook(secret: str, tmp_path: Path) -> None:
    url = "https://bot.example.org/telegram"
    wrong = []
    try:
        load({"TELEGRAM_WEBHOOK_URL": url, "TELEGRAM_WEBHOOK_SECRET": secret}, tmp_path)
    except SettingsError as error:
        wrong.append(str(error))
    try:
        TelegramOptions(token="1:x", webhook_url=url, webhook_secret=secret).check()
    except SettingsError as error:
        wrong.append(str(error))
    assert len(wrong) in (0, 2), wrong
    options = TelegramOptions(token="1:x")
    assert f"{options.webhook_host}:{options.webhook_port}" == load({}, tmp_path).telegram_webhook_listen


async def test_p22_an_update_nested_deeper_than_the_library_can_follow_is_left_out(hook: Hook) -> None:
    """It is taken, or Telegram would send it again and again before all others."""
    plain = '{"message_id": 1, "date": 1795262400, "chat": {"id": 1, "type": "private"}, "text": "x"'
    body = f'{{"update_id": 5, "message": {(plain + ", " + chr(34) + "reply_to_message" + chr(34) + ": ") * 900}{plain}{"}" * 902}'
    async with running(hook.adapter, hook.core):
        await until(lambda: hook.fake.updates.webhook is not None)
        assert await hook.post(body.encode()) == 200
    assert hook.core.events == []
