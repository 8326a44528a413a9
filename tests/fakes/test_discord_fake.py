"""The fake Discord's REST half, checked with the real discord.py."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route

from tests.fakes.discord import FakeDiscord, Limits
from tests.fakes.discord_client import Bot, logged_in, playing

SAFE: dict[str, Any] = {"allowed_mentions": {"parse": []}, "enforce_nonce": True, "flags": 4}


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with playing() as server:
        yield server


@pytest.fixture
async def bot(fake: FakeDiscord) -> AsyncIterator[Bot]:
    client = Bot()
    await client.login(fake.token)
    yield client
    await client.close()


async def refusal(bot: Bot, method: str, path: str, body: object = None) -> tuple[int, int]:
    """Status and code with which a call is refused."""
    with pytest.raises(discord.HTTPException) as caught:
        await bot.call(method, path, body)
    return caught.value.status, caught.value.code


async def test_a_conversation(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    dm, general = fake.dm(ann), fake.guild("Club", ann).channel("general")
    async with logged_in(fake) as bot:
        assert isinstance(bot.get_channel(general.id), discord.TextChannel)
        asked = await ann.says(dm, "hello")
        await ann.says(general, "you there?", mention=True)
        assert await bot.until(2) == ["hello", f"<@{fake.bot.id}> you there?"]
        keys = discord.ui.View(timeout=None)
        keys.add_item(discord.ui.Button(label="Retry", custom_id="retry #1"))
        sent = await bot.heard[0].reply("…", nonce="n-1", suppress_embeds=True, view=keys)
        assert (await sent.edit(content="Hi")).edited_at is not None
        assert dm.texts == ["Hi"]
        assert [text for _, text in dm.last.history] == ["…", "Hi"]
        assert fake.answers_to(asked) == [dm.last]
        assert dm.last.labels() == ["Retry"]
        assert "(edited 1x): Hi\n    [Retry]" in dm.transcript(ann)
        async with bot.heard[1].channel.typing():
            await bot.heard[1].channel.send("yes", nonce="n-2", suppress_embeds=True)
        await general.wait_for("yes")
        assert general.typed == 1
        await sent.delete()
    assert dm.texts == []
    assert fake.violations == []
    assert len(fake.calls_of("create message")) == len(fake.calls_of("POST /channels/{id}/messages")) == 2


async def test_a_wrong_and_a_revoked_token(fake: FakeDiscord, bot: Bot) -> None:
    stranger = Bot()
    with pytest.raises(discord.LoginFailure):
        await stranger.login("wrong")
    await stranger.close()
    await fake.revoke_token()
    assert await refusal(bot, "GET", "/users/@me") == (401, 0)


async def test_the_application_is_told(fake: FakeDiscord, bot: Bot) -> None:
    fake.application["interactions_endpoint_url"] = "https://example.org/x"
    fake.message_content = True
    info = await bot.application_info()
    assert info.interactions_endpoint_url == "https://example.org/x"
    assert info.flags.gateway_message_content_limited
    assert info.id == fake.application_id == bot.application_id


async def test_a_nonce_makes_a_message_once(fake: FakeDiscord, bot: Bot) -> None:
    dm = fake.dm(fake.person(1001, "Ann"))
    path, body = f"/channels/{dm.id}/messages", SAFE | {"content": "Hi", "nonce": "outbox-1"}
    first: Any = await bot.call("POST", path, body)
    again: Any = await bot.call("POST", path, body)
    assert again["id"] == first["id"]
    fake.advance(seconds=301)
    later: Any = await bot.call("POST", path, body)
    assert later["id"] != first["id"]
    assert dm.texts == ["Hi", "Hi"]


async def test_history_is_newest_first_and_after_takes_the_oldest(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    said = [await ann.says(dm, f"m{n}") for n in range(5)]
    raw: Any = await bot.call("GET", f"/channels/{dm.id}/messages?after={said[0].id}&limit=2")
    assert [message["content"] for message in raw] == ["m2", "m1"]
    raw = await bot.call("GET", f"/channels/{dm.id}/messages?before={said[3].id}&limit=2")
    assert [message["content"] for message in raw] == ["m2", "m1"]
    raw = await bot.call("GET", f"/channels/{dm.id}/messages?around={said[2].id}&limit=3")
    assert [message["content"] for message in raw] == ["m3", "m2", "m1"]
    channel = await bot.fetch_channel(dm.id)
    assert isinstance(channel, discord.DMChannel)
    assert [message.content async for message in channel.history(after=said[0])] == ["m1", "m2", "m3", "m4"]
    assert (await channel.fetch_message(said[4].id)).content == "m4"


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


async def test_files_come_and_go(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    said = await ann.says(dm, "see", attachments=[("notes.txt", b"abc", "text/plain")], sticker="Wave")
    channel = await bot.fetch_channel(dm.id)
    assert isinstance(channel, discord.DMChannel)
    seen = await channel.fetch_message(said.id)
    assert await seen.attachments[0].read() == b"abc"
    assert seen.stickers[0].name == "Wave"
    await channel.send("export", file=discord.File(io.BytesIO(b"{}"), "all.json"), nonce="n", suppress_embeds=True)
    assert [(file.name, file.data) for file in dm.last.attachments] == [("all.json", b"{}")]


async def test_threads_have_the_id_of_their_message(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    general = fake.guild("Club", ann).channel("general")
    async with logged_in(fake) as bot:
        said = await ann.says(general, "big thing", mention=True)
        await bot.until(1)
        thread = await bot.heard[0].create_thread(name="Big", auto_archive_duration=1440)
        assert thread.id == said.id
        assert (await bot.next(discord.Thread)).id == said.id
        with pytest.raises(discord.HTTPException) as caught:
            await bot.heard[0].create_thread(name="Big")
        assert caught.value.code == 160004
        await thread.send("in it", nonce="n", suppress_embeds=True)
        place = fake.channels[said.id]
        assert place.texts == ["in it"]
        await ann.says(place, "good", mention=True)
        await bot.until(3)  # one is the note at the head of the thread
        heard = next(message for message in bot.heard if message.content.endswith("good"))
        assert isinstance(heard.channel, discord.Thread)
        assert heard.channel.parent_id == general.id


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


async def test_commands_are_kept_and_checked(fake: FakeDiscord, bot: Bot) -> None:
    path = f"/applications/{fake.application_id}/commands"
    good: Any = {"name": "edit", "description": "Edits", "options": [{"name": "n", "description": "N", "type": 4}]}
    stored: Any = await bot.call("PUT", path, [good, {"name": "Versions", "type": 3}])
    assert [command["name"] for command in fake.commands] == ["edit", "Versions"]
    assert await bot.call("GET", path) == stored
    needed = {"name": "m", "description": "M", "type": 4, "required": True}
    for wrong in (
        [good | {"name": "Edit"}],
        [good | {"description": "x" * 101}],
        [good | {"options": [good["options"][0], needed]}],
        [good, good],
        [good | {"name": f"c{n}"} for n in range(101)],
        [{"name": f"m{n}", "type": 3} for n in range(16)],
    ):
        assert await refusal(bot, "PUT", path, wrong) == (400, 50035)
    assert len(fake.calls_of("put commands")) == 7
    assert len(fake.violations) == 6
