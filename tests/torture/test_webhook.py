"""Telegram that posts to the bot: that it does, that people are heard while the bot is dead, and who does not take the posts is told on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.fakes.telegram import Message
from tests.torture.records import Records
from tests.torture.sides import Side
from tests.torture.telegram_webhook import SECRET, WebhookSide
from tests.torture.verdict import Verdict
from tests.torture.world import world


def _side_of(sides: Sequence[Side]) -> WebhookSide:
    (side,) = sides
    assert isinstance(side, WebhookSide)
    return side


async def _until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.002)


async def test_the_world_posts_where_the_bot_listens_and_a_bot_that_polls_is_told_on(tmp_path: Path) -> None:
    async with world(tmp_path, 1, webhook=True) as around:
        side, got = _side_of(around.sides), list[tuple[str, int]]()

        async def hook(request: web.Request) -> web.Response:
            got.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], (await request.json())["update_id"]))
            await asyncio.sleep(0.05)
            return web.Response()

        settings = around.environment()
        app = web.Application()
        app.router.add_post("/telegram", hook)
        runner = web.AppRunner(app)
        await runner.setup()
        host, _, port = settings["TELEGRAM_WEBHOOK_LISTEN"].partition(":")
        told = {"url": settings["TELEGRAM_WEBHOOK_URL"], "secret_token": settings["TELEGRAM_WEBHOOK_SECRET"], "max_connections": 1}
        async with aiohttp.ClientSession(f"{side.fake.url}/bot{side.fake.token}/") as client:
            looks = side.looks()
            await client.post("setWebhook", json=told)
            await client.post("getWebhookInfo")
            assert side.looks() == looks + 2
            await side.crowd.says(side.crowd.talkers[0])
            await asyncio.sleep(0.05)
            assert side.waits(()) == "1 updates wait at Telegram"
            await web.TCPSite(runner, host, int(port)).start()  # the port is held, and the bot's all the same
            await _until(lambda: got)
            side.disturb(side.crowd.random)
            await _until(lambda: side.waits(()) == "")
            assert got == [(SECRET, 100_000_001)] * 2
            verdict, books = Verdict(), Records([], {f"telegram:{side.fake.bot.id}:100000001:1"}, {}, [], [], {})
            side.check(books, verdict)
            assert (verdict.problems, verdict.again) == ([], 1)
            await client.post("getUpdates")
            side.check(books, verdict)
            assert verdict.problems == ["the bot polled 1 times beside its webhook"]
        await runner.cleanup()


async def test_what_was_posted_and_taken_but_never_stored_is_lost(tmp_path: Path) -> None:
    async with world(tmp_path, 1, webhook=True) as around:
        side, verdict = _side_of(around.sides), Verdict()
        await side.crowd.says(side.crowd.talkers[0])
        side.check(Records([], set(), {}, [], [], {}), verdict)
        assert verdict.lost == 1


async def test_a_command_that_was_carried_out_each_time_it_was_handed_out_is_told_on(tmp_path: Path) -> None:
    async with world(tmp_path, 1, webhook=True) as around:
        side, verdict = _side_of(around.sides), Verdict()
        ann = side.crowd.talkers[0]
        await side.crowd.command(ann, "new")
        (asked,) = ann.chat.messages
        books = Records([], {f"telegram:{side.fake.bot.id}:100000001:{asked.id}"}, {}, [], [], {})
        for text in ("…", "A fresh session.", "A fresh session."):
            side.check(books, verdict)
            assert (verdict.doubled, verdict.problems) == (0, [])
            side.fake.add(Message(side.fake.message_id(ann.chat), ann.chat, side.fake.bot, 0.0, text, by_bot=True, reply_to=asked))
        side.check(books, verdict)
        assert verdict.doubled == 1
