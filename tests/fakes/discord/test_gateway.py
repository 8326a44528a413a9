"""The fake Discord's gateway, checked with the real discord.py."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.gateway import ROUND_TRIP
from tests.fakes.discord_client import Bot, logged_in
from tests.fakes.rig import until


async def test_a_cut_socket_resumes_and_hears_what_it_missed(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    async with logged_in(fake) as bot:
        await ann.says(dm, "one")
        await bot.until(1)
        fake.gateway.cut()
        await ann.says(dm, "two")
        assert await bot.until(2) == ["one", "two"]
        fake.gateway.reconnect()
        await until(lambda: fake.gateway.resumes == 2)
        await ann.says(dm, "three")
        assert (await bot.until(3))[2] == "three"
    assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 2)


async def test_a_replay_may_come_in_the_wrong_order(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    fake.gateway.shuffles = True
    async with logged_in(fake) as bot:
        fake.gateway.cut()
        await ann.says(dm, "one")
        await ann.says(dm, "two")
        assert await bot.until(2) == ["two", "one"]


async def test_a_forgotten_session_loses_what_was_said(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    async with logged_in(fake) as bot:
        fake.gateway.forget_session()
        fake.gateway.cut()
        await ann.says(dm, "lost")
        await until(lambda: fake.gateway.identifies == 2 and fake.gateway.connected)
        await ann.says(dm, "heard")
        assert await bot.until(1) == ["heard"]
        assert fake.gateway.refused_resumes == 1
        channel = await bot.fetch_channel(dm.id)
        assert isinstance(channel, discord.DMChannel)
        assert [message.content async for message in channel.history()] == ["heard", "lost"]
    await ann.says(dm, "while down")
    async with logged_in(fake) as bot:
        await ann.says(dm, "after")
        assert await bot.until(1) == ["after"]
    assert fake.gateway.start_limit.remaining == 997


async def test_a_heartbeat_is_not_acknowledged_before_it_is_noted(fake: FakeDiscord) -> None:
    """discord.py would say that the connection is a whole interval behind (its thread is still waiting for the send to end)."""
    async with aiohttp.ClientSession() as http, http.ws_connect(fake.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 1, "d": None})
        sent = asyncio.get_running_loop().time()
        assert (await socket.receive_json(timeout=5))["op"] == 11
        assert asyncio.get_running_loop().time() - sent >= ROUND_TRIP * 0.9


async def test_a_muted_gateway_acknowledges_and_loses(fake: FakeDiscord) -> None:
    fake.gateway.heartbeat = 0.03
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    async with logged_in(fake) as bot:
        fake.gateway.mute()
        await ann.says(dm, "lost")
        beats = fake.gateway.heartbeats
        await until(lambda: fake.gateway.heartbeats > beats + 1)
        assert bot.heard == []
        fake.gateway.unmute()
        await ann.says(dm, "heard")
        assert await bot.until(1) == ["heard"]
        fake.gateway.repeat_last()
        assert await bot.until(2) == ["heard", "heard"]
        fake.gateway.acknowledges = False
        await until(lambda: fake.gateway.heartbeats > beats + 4)


async def test_a_silent_server_keeps_what_it_would_have_said(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    async with logged_in(fake) as bot:
        fake.gateway.silence()
        await ann.says(dm, "kept")
        await asyncio.sleep(0.03)
        assert bot.heard == []
        fake.gateway.cut()
        assert await bot.until(1) == ["kept"]
        fake.gateway.mute(resume_heals=True)
        await ann.says(dm, "lost")
        fake.gateway.cut()
        await until(lambda: fake.gateway.resumes == 2)
        await ann.says(dm, "heard")
        assert await bot.until(2) == ["kept", "heard"]


async def test_clients_may_die_at_any_moment(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    for head in (
        "GET /gateway?v=10 HTTP/1.1\r\nConnection: Upg",
        f"POST /api/v10/channels/{dm.id}/messages HTTP/1.1\r\nContent-Length: 900\r\n\r\n{{",
    ):
        _, writer = await asyncio.open_connection("127.0.0.1", fake.port)
        writer.write(head.encode())
        await writer.drain()
        writer.transport.abort()
    for _ in range(6):
        async with aiohttp.ClientSession() as session:
            socket = await session.ws_connect(fake.gateway_url)
            await socket.receive()
            await socket.send_json({"op": 2, "d": {"token": fake.token, "intents": 1 << 12}})
            await fake.gateway.wait_connected()
            response = socket._response.connection
            assert response is not None
            assert response.transport is not None
            response.transport.abort()
        await until(lambda: not fake.gateway.connected)
        await ann.says(dm, "to nobody")
    async with logged_in(fake) as bot:
        await ann.says(dm, "hello")
        assert await bot.until(1) == ["hello"]
    assert len(fake.gateway.sessions) <= 4


async def test_raw_and_malformed_events(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    async with logged_in(fake) as bot:
        fake.gateway.send_raw("SOMETHING_NEW", {"no": "shape"})
        await ann.says(dm, "hi")
        await bot.until(1)
        fake.gateway.send_raw("MESSAGE_DELETE", {"id": "5", "channel_id": str(dm.id)})
        assert (await bot.next(discord.RawMessageDeleteEvent)).message_id == 5
        fake.gateway.send_raw("MESSAGE_CREATE", {"id": "x"})
        assert bot.running is not None
        with pytest.raises(KeyError):  # discord.py's client ends over an event that it cannot read
            await asyncio.wait_for(bot.running, 5)


async def test_close_codes_and_counts(fake: FakeDiscord) -> None:
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with logged_in(fake, content=True):
            pass
    bot = Bot()
    await bot.login(fake.token)
    fake.revoked = True
    with pytest.raises(discord.ConnectionClosed) as caught:
        await bot.connect(reconnect=True)
    assert caught.value.code == 4004
    fake.revoked = False
    fake.gateway.start_limit.remaining = 7
    bot = Bot()
    await bot.login(fake.token)
    assert (await bot.http.get_bot_gateway())[0] == 1
    await bot.close()
    assert fake.gateway.identifies == 0


async def test_content_is_blank_without_the_intent(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    guild = fake.guild("Club", ann, admins=[ann])
    general = guild.channel("general")
    async with logged_in(fake) as bot:
        await ann.says(general, "secret", attachments=[("a.txt", b"a")])
        await ann.says(general, "to you", mention=True)
        assert await bot.until(2) == ["", f"<@{fake.bot.id}> to you"]
        assert bot.heard[0].attachments == []
        channel = bot.get_channel(general.id)
        assert isinstance(channel, discord.TextChannel)
        assert [message.content async for message in channel.history()] == [f"<@{fake.bot.id}> to you", ""]
    fake.message_content = True
    async with logged_in(fake, content=True) as bot:
        await ann.says(general, "open", forwarded="news")
        assert await bot.until(1) == ["open"]
        assert bot.heard[0].message_snapshots[0].content == "news"
        assert isinstance(bot.heard[0].author, discord.Member)
        assert bot.heard[0].author.guild_permissions.administrator


async def test_edits_unfurls_and_deletions(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    guild = fake.guild("Club", ann)
    dm = fake.dm(ann)
    async with logged_in(fake) as bot:
        first, second, third = [await ann.says(dm, text) for text in ("a", "b", "c")]
        await ann.unfurl(first)
        event = await bot.next(discord.RawMessageUpdateEvent)
        assert (event.message.edited_at, len(event.message.embeds)) == (None, 1)
        await ann.edits(first, "aa")
        event = await bot.next(discord.RawMessageUpdateEvent)
        assert event.message.content == "aa"
        assert event.message.edited_at is not None
        await ann.deletes(first)
        assert (await bot.next(discord.RawMessageDeleteEvent)).message_id == first.id
        await ann.deletes_bulk(second, third)
        assert (await bot.next(discord.RawBulkMessageDeleteEvent)).message_ids == {second.id, third.id}
        await ann.removes_bot(guild)
        assert (await bot.next(discord.Guild)).id == guild.id
        await ann.adds_bot(guild)
        await ann.says(guild.channel("general"), "welcome", mention=True)
        await bot.until(4)
        assert bot.get_guild(guild.id) is not None


async def test_replies_ping_or_do_not(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    general = fake.guild("Club", ann).channel("general")
    async with logged_in(fake) as bot:
        await ann.says(general, "hi", mention=True)
        await bot.until(1)
        await bot.heard[0].channel.send("yes?", nonce="n", suppress_embeds=True)
        await ann.says(general, "loud", reply_to=general.last)
        await ann.says(general, "silent", reply_to=general.last, mention_reply=False)
        assert (await bot.until(3))[1:] == ["loud", ""]
        assert bot.heard[1].reference is not None
        assert bot.heard[1].reference.message_id == general.last.id


async def test_two_processes_and_one_that_died(fake: FakeDiscord) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    async with logged_in(fake) as one, logged_in(fake) as two:
        await ann.says(dm, "both")
        assert await one.until(1) == await two.until(1) == ["both"]
        assert len(fake.gateway.connected) == 2
    await until(lambda: not fake.gateway.connected)
    async with logged_in(fake) as bot:
        await ann.says(dm, "again")
        assert await bot.until(1) == ["again"]
