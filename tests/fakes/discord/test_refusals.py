"""What the fake Discord's REST half refuses, limits and breaks, checked with the real discord.py."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route

from tests.fakes.discord import FakeDiscord, Limits
from tests.fakes.discord_client import SAFE, Bot, playing, refusal


async def test_a_wrong_and_a_revoked_token(fake: FakeDiscord, bot: Bot) -> None:
    stranger = Bot()
    with pytest.raises(discord.LoginFailure):
        await stranger.login("wrong")
    await stranger.close()
    await fake.revoke_token()
    assert await refusal(bot, "GET", "/users/@me") == (401, 0)


async def test_what_is_refused_in_a_message(fake: FakeDiscord, bot: Bot) -> None:
    path = f"/channels/{fake.dm(fake.person(1001, 'Ann')).id}/messages"
    button = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
    rows = [{"type": 1, "components": [button]}]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"content": "x" * 2001}, "2001 code points"),
        ({"allowed_mentions": None}, "allowed_mentions"),
        ({"allowed_mentions": {"parse": ["users"]}}, "allowed_mentions"),
        ({"nonce": None}, "nonce"),
        ({"enforce_nonce": False}, "enforce_nonce"),
        ({"flags": 0}, "SUPPRESS_EMBEDS"),
        ({"components": rows * 6}, "6 rows"),
        ({"components": rows * 2}, "'go' twice"),
        ({"components": [{"type": 1, "components": [button | {"custom_id": str(n)} for n in range(6)]}]}, "6 buttons"),
        ({"components": [{"type": 1, "components": [button | {"custom_id": "x" * 101}]}]}, "101 characters"),
        ({"components": [{"type": 1, "components": [button | {"label": "x" * 81}]}]}, "81 characters"),
        ({"components": [{"type": 1, "components": [button | {"label": ""}]}]}, "without a label"),
        ({"components": [{"type": 1, "components": [{"type": 3, "custom_id": "s", "options": []}]}]}, "0 options"),
    ]
    for change, words in wrong:
        fake.violations.clear()
        assert await refusal(bot, "POST", path, {"content": "x", "nonce": "n"} | SAFE | change) == (400, 50035), words
        assert any(words in line for line in fake.violations), (words, fake.violations)
    assert await refusal(bot, "POST", path, SAFE | {"content": " ", "nonce": "n"}) == (400, 50006)
    await bot.call("POST", path, SAFE | {"content": "😀" * 2000, "nonce": "n"})


async def test_what_is_gone_closed_or_not_ours(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    guild = fake.guild("Club", ann)
    general, dm = guild.channel("general"), fake.dm(ann)
    said, body = await ann.says(general, "hi"), SAFE | {"content": "x", "nonce": "n"}
    path = f"/channels/{general.id}/messages"
    assert await refusal(bot, "PATCH", f"{path}/{said.id}", body) == (403, 50005)
    sent: Any = await bot.call("POST", path, body)
    await ann.deletes(general.last)
    assert await refusal(bot, "PATCH", f"{path}/{sent['id']}", body) == (404, 10008)
    reply: Any = {"message_reference": {"message_id": sent["id"]}, "nonce": "n2"}
    assert await refusal(bot, "POST", path, body | reply) == (400, 50035)
    reply["message_reference"]["fail_if_not_exists"] = False
    await bot.call("POST", path, body | reply)
    general.bot_may_write = False
    assert await refusal(bot, "POST", path, body) == (403, 50013)
    general.bot_may_see = False
    assert await refusal(bot, "GET", path) == (403, 50001)
    dm.closed = True
    assert await refusal(bot, "POST", f"/channels/{dm.id}/messages", body) == (403, 50007)
    thread = guild.channel("other").thread("x", by=ann)
    fake.archives(thread, locked=True)
    assert await refusal(bot, "POST", f"/channels/{thread.id}/messages", body) == (400, 50083)
    fake.deletes_channel(thread)
    assert await refusal(bot, "POST", f"/channels/{thread.id}/messages", body) == (404, 10003)
    await ann.removes_bot(guild)
    assert await refusal(bot, "GET", path) == (403, 50001)
    assert fake.violations == []


async def test_faults_before_and_after_the_effect(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm(fake.person(1001, "Ann"))
    path, body = f"/channels/{dm.id}/messages", SAFE | {"content": "Hi", "nonce": "n"}
    fake.faults.add("create message", error=503, after=True)
    assert await refusal(bot, "POST", path, body) == (503, 0)
    assert dm.texts == ["Hi"]
    fake.faults.add("POST /channels/{id}/messages", cut=True, after=True)
    with pytest.raises((aiohttp.ServerDisconnectedError, ConnectionResetError, aiohttp.ClientOSError)):
        await bot.call("POST", path, body)
    fake.faults.add("create message", retry_after=0.05)
    await bot.call("POST", path, body)
    fake.faults.add("create message", html=True)
    assert await refusal(bot, "POST", path, body) == (429, 0)
    fake.faults.add("create message", error=404, code=10003, skip=1, when=lambda call: call.body["content"] == "Hi")
    await bot.call("POST", path, body)
    assert await refusal(bot, "POST", path, body) == (404, 10003)
    assert [call.status for call in fake.calls_of("create message")] == [503, 0, 429, 200, 429, 200, 404]
    fake.faults.add("create message", hang=True)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bot.call("POST", path, body), 0.05)
    with pytest.raises(AssertionError):
        fake.faults.add("sendMessage", error=500)


async def test_limits_by_channel_and_for_all() -> None:
    async with playing(limits=Limits(seconds=0.3, overall=None)) as fake:
        bot = Bot()
        await bot.login(fake.token)
        dm, began = fake.dm(fake.person(1001, "Ann")), time.monotonic()
        for n in range(6):
            route = Route("POST", "/channels/{channel_id}/messages", channel_id=dm.id)
            await bot.http.request(route, json=SAFE | {"content": str(n), "nonce": str(n)})
        assert time.monotonic() - began >= 0.25, "discord.py waits, as the headers tell it"
        assert fake.limits is not None
        assert fake.limits.refused == 0
        async with aiohttp.ClientSession(headers={"Authorization": f"Bot {fake.token}"}) as session:
            url = f"{fake.api_url}/channels/{dm.id}/messages"
            for n in range(6):
                answer = await session.post(url, json=SAFE | {"content": "x", "nonce": f"m{n}"})
        assert (answer.status, answer.headers["Via"], answer.headers["X-RateLimit-Remaining"]) == (429, "1.1 google", "0")
        assert 0 < (await answer.json())["retry_after"] <= 0.3
        await bot.close()
    async with playing(limits=Limits(overall=2, html=True)) as fake:
        bot = Bot()
        await bot.login(fake.token)
        assert await refusal(bot, "GET", "/users/@me") == (429, 0)
        await bot.close()
