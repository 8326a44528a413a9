"""The fake's posts to a webhook: in order, kept while nobody listens, made again whenever Telegram cannot know that they were taken."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Unpack

import pytest
from aiohttp import web
from telegram import Bot

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.faults import POST, What

ADDRESS = "https://parley.example.org/hook"
SECRET = "X-Telegram-Bot-Api-Secret-Token"


class Listener:
    """A bot's end of the webhook: notes each post, and answers once it is let go."""

    def __init__(self) -> None:
        self.held = socket.socket()
        self.held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.held.bind(("127.0.0.1", 0))
        self.port: int = self.held.getsockname()[1]
        self.got: list[str] = []
        self.secrets: set[str | None] = set()
        self.go = asyncio.Event()
        self.go.set()
        self.at_once = self.most = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/hook", self._post)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def close(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _post(self, request: web.Request) -> web.Response:
        self.secrets.add(request.headers.get(SECRET))
        self.got.append((await request.json())["message"]["text"])
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.go.wait()
        self.at_once -= 1
        return web.Response()


@pytest.fixture
async def listener(fake: FakeTelegram) -> AsyncIterator[Listener]:
    listener = Listener()
    fake.updates.front = f"http://127.0.0.1:{listener.port}"
    fake.updates.webhook_pause = 0.01
    yield listener
    listener.go.set()
    await listener.close()
    listener.held.close()


async def _said(fake: FakeTelegram, *texts: str) -> None:
    ann = fake.person(1, "Ann")
    for text in texts:
        await ann.says(fake.private_chat(ann), text)


async def _until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.002)


async def test_what_is_said_while_the_bot_is_down_waits_and_comes_in_order(fake: FakeTelegram, bot: Bot, listener: Listener) -> None:
    await bot.set_webhook(ADDRESS, secret_token="s-1", max_connections=1)
    await _said(fake, "a", "b", "c")
    await _until(lambda: fake.updates.webhook and fake.updates.webhook.last_error)
    await asyncio.sleep(0.05)
    info = await bot.get_webhook_info()
    assert (info.pending_update_count, info.max_connections, info.url) == (3, 1, ADDRESS)
    assert info.last_error_message == "Connection refused"
    await listener.start()
    await _until(lambda: not fake.updates.waiting)
    assert (listener.got, listener.secrets) == (["a", "b", "c"], {"s-1"})
    assert fake.updates.confirmed == [100_000_001, 100_000_002, 100_000_003]
    assert set(fake.updates.handed_out.values()) == {1}, "a post that found nobody was not handed out"


@pytest.mark.parametrize(
    ("what", "got"),
    [
        (What(error=502), ["a", "b"]),
        (What(cut=True, after=True), ["a", "a", "b"]),
        (What(slow=0.05, after=True), ["a", "a", "b"]),
    ],
    ids=["before it arrives", "its answer is lost", "it is given up"],
)
async def test_a_post_that_fails_is_made_again_before_the_next(
    fake: FakeTelegram, bot: Bot, listener: Listener, what: What, got: list[str]
) -> None:
    await listener.start()
    if "slow" in what:
        listener.go.clear()
    _fault(fake, **what)
    await bot.set_webhook(ADDRESS, max_connections=1)
    await _said(fake, "a", "b")
    await _until(lambda: len(listener.got) >= got.count("a"))
    listener.go.set()
    await _until(lambda: not fake.updates.waiting)
    assert (listener.got, fake.updates.confirmed) == (got, [100_000_001, 100_000_002])


def _fault(fake: FakeTelegram, **what: Unpack[What]) -> None:
    fake.faults.add(POST, **what)
    fake.faults.add("*", error=500, when=lambda call: call.method == POST)  # the star is for the bot's own calls


async def test_a_post_that_is_given_up_is_made_again_though_the_bot_has_it(fake: FakeTelegram, bot: Bot, listener: Listener) -> None:
    await listener.start()
    listener.go.clear()
    await bot.set_webhook(ADDRESS, max_connections=1)
    assert fake.updates.give_up() == 0
    await _said(fake, "a")
    await _until(lambda: listener.got)
    assert (fake.updates.give_up(), fake.updates.confirmed) == (1, [])
    await _until(lambda: listener.got == ["a", "a"])
    assert (await bot.get_webhook_info()).last_error_message == "Read timeout expired"
    listener.go.set()
    await _until(lambda: fake.updates.confirmed)
    assert (fake.updates.handed_out, listener.most) == ({100_000_001: 2}, 2)


@pytest.mark.parametrize("connections", [1, 3])
async def test_so_many_posts_at_a_time_as_the_bot_asked_for(fake: FakeTelegram, bot: Bot, listener: Listener, connections: int) -> None:
    await listener.start()
    listener.go.clear()
    await _said(fake, *"abcde")
    await bot.set_webhook(ADDRESS, max_connections=connections)
    await _until(lambda: len(listener.got) == connections)
    await asyncio.sleep(0.05)
    assert listener.most == connections
    listener.go.set()
    await _until(lambda: not fake.updates.waiting)
    assert sorted(listener.got) == list("abcde")
    assert set(fake.updates.handed_out.values()) == {1}
