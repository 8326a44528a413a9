"""The fake Discord's REST half, checked with the real discord.py."""

from __future__ import annotations

import io
from typing import Any

import discord
import pytest

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_client import SAFE, Bot, logged_in, refusal


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
