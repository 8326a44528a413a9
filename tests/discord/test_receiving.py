"""Receiving live: who is heard, in what order, and what a message brings."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.events import CommandInvoked, PlaceChanged, Quotation
from tests.discord.receiving import ListCore, alive
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import until


async def test_a_direct_message_is_for_the_bot(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path) as life:
        ann = fake.person(1001, "Ann")
        sent = await ann.says(fake.dm(ann), "hello")
        await until(lambda: life.core.messages)
        event = life.core.messages[0]
        assert (event.text, event.addressed, event.ref.place.kind, event.key) == ("hello", True, "private", f"discord:m:{sent.id}")
        assert (event.author.id, event.author.name, event.author.roles) == ("1001", "Ann", ())
        assert life.core.caught == ["discord"]
        assert life.receiver.name == "parley"


async def test_in_a_server_a_mention_addresses_and_is_left_out(tmp_path: Path) -> None:
    async with FakeDiscord(message_content=True) as fake:
        ann = fake.person(1001, "Ann")
        guild = fake.guild("Home", ann, admins=[ann])
        channel = guild.channel("talk")
        async with alive(fake, tmp_path) as life:
            await ann.says(channel, "not for you")
            await ann.says(channel, "what is <@1001> doing?", mention=True)
            await until(lambda: len(life.core.messages) == 2)
            first, second = life.core.messages
            assert (first.addressed, second.addressed, second.text) == (False, True, "what is @Ann doing?")
            assert second.author.roles[0] == str(guild.id)
            assert second.author.is_admin


async def test_no_intent_then_only_mentions_are_heard(tmp_path: Path) -> None:
    async with FakeDiscord(message_content=False) as fake:
        ann = fake.person(1001, "Ann")
        channel = fake.guild("Home", ann).channel("talk")
        async with alive(fake, tmp_path) as life:
            await ann.says(channel, "secret")
            await ann.says(channel, "hi", mention=True)
            await until(lambda: life.core.messages)
            assert life.core.texts == ["hi"]


async def test_everyone_is_nobody_in_particular_and_other_names_stay(tmp_path: Path) -> None:
    async with FakeDiscord(message_content=True) as fake:
        ann = fake.person(1001, "Ann")
        channel = fake.guild("Home", ann).channel("talk")
        async with alive(fake, tmp_path) as life:
            await ann.says(channel, f"@everyone see <#{channel.id}> </edit:12> <:wave:5> <@404>")
            await ann.says(channel, f"ask <@{fake.bot.id}> <@{ann.id}>")
            await until(lambda: len(life.core.messages) == 2)
            assert life.core.texts == ["@everyone see #talk /edit :wave: <@404>", "ask @parley @Ann"]
            assert [event.addressed for event in life.core.messages] == [False, True]


async def test_u19_bots_are_marked_and_the_own_words_are_nothing(tmp_path: Path) -> None:
    async with FakeDiscord(message_content=True) as fake:
        ann, other = fake.person(1001, "Ann"), fake.person(1002, "Robot", is_bot=True)
        channel = fake.guild("Home", ann, other).channel("talk")
        async with alive(fake, tmp_path) as life:
            told = {"content": "mine", "flags": 4, "allowed_mentions": {"parse": []}, "nonce": "1", "enforce_nonce": True}
            await life.rest.create_message(channel.id, told)
            await other.says(channel, "beep", mention=True)
            await ann.says(channel, "hi", mention=True)
            await until(lambda: len(life.core.messages) == 2)
            assert [event.author.is_bot for event in life.core.messages] == [True, False]
            assert channel.texts == ["mine"]


async def test_reply_quotation_forward_files_and_sticker(tmp_path: Path) -> None:
    async with FakeDiscord(message_content=True) as fake:
        ann, bob = fake.person(1001, "Ann"), fake.person(1002, "Bob")
        dm, channel = fake.dm(ann), fake.guild("Home", ann, bob).channel("talk")
        async with alive(fake, tmp_path) as life:
            told = await bob.says(channel, "the moon is cheese")
            await ann.says(channel, "is it?", reply_to=told, mention=True)
            await ann.says(dm, "", attachments=[("cat.png", b"png", "image/png")])
            await ann.says(dm, "", sticker="Wave")
            await ann.says(dm, "", forwarded="news from afar")
            await until(lambda: len(life.core.messages) == 5)
            asked = next(event for event in life.core.messages if event.text == "is it?")
            assert asked.quoted == Quotation("the moon is cheese", "Bob")
            assert asked.reply_to is not None
            assert asked.reply_to.message_id == str(told.id)
            kinds = [event.attachments[0].kind for event in life.core.messages if event.attachments]
            assert kinds == ["photo", "sticker"]
            assert [event.text for event in life.core.messages if event.forwarded] == ["news from afar"]


async def test_a_command_typed_in_a_direct_message(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path) as life:
        ann = fake.person(1001, "Ann")
        sent = await ann.says(fake.dm(ann), "/edit\n3 new words")
        await until(lambda: life.core.events)
        event = life.core.events[0]
        assert isinstance(event, CommandInvoked)
        assert (event.name, event.args) == ("edit", "3 new words")
        await ann.edits(sent, "/stop")
        await ann.says(fake.dm(ann), "after")
        await until(lambda: life.core.messages)
        assert not life.core.edits, "an edited command runs nothing"


async def test_p35_edits_and_deletions_and_no_link_previews(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path) as life:
        ann = fake.person(1001, "Ann")
        dm = fake.dm(ann)
        first, second = await ann.says(dm, "one"), await ann.says(dm, "two")
        await ann.unfurl(first)
        await ann.edits(first, "one more")
        await ann.deletes(first)
        await ann.deletes_bulk(second)
        await until(lambda: len(life.core.deletions) == 2)
        assert [(event.ref.message_id, event.text) for event in life.core.edits] == [(str(first.id), "one more")]
        assert [event.ref.message_id for event in life.core.deletions] == [str(first.id), str(second.id)]
        assert all(event.ref.place.kind == "private" for event in life.core.deletions)


async def test_p28_d5_the_same_event_twice_is_one(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path) as life:
        ann = fake.person(1001, "Ann")
        await ann.says(fake.dm(ann), "hello")
        fake.gateway.repeat_last()
        await ann.says(fake.dm(ann), "end")
        await until(lambda: "end" in life.core.texts)
        assert life.core.texts == ["hello", "end"]


async def test_one_slow_channel_holds_up_no_other(tmp_path: Path) -> None:
    go_on = asyncio.Event()
    core = ListCore(gate=lambda event: go_on if event.author.id == "1001" else None)  # type: ignore[union-attr]
    async with FakeDiscord() as fake, alive(fake, tmp_path, core) as life:
        ann, bob = fake.person(1001, "Ann"), fake.person(1002, "Bob")
        await ann.says(fake.dm(ann), "slow")
        await ann.says(fake.dm(ann), "slow too")
        await bob.says(fake.dm(bob), "quick")
        await until(lambda: life.core.texts == ["quick"])
        go_on.set()
        await until(lambda: life.core.texts == ["quick", "slow", "slow too"])


async def test_a_storage_that_fails_loses_nothing(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path) as life:
        ann = fake.person(1001, "Ann")
        life.core.failures = 3
        await ann.says(fake.dm(ann), "one")
        await ann.says(fake.dm(ann), "two")
        await until(lambda: life.core.texts == ["one", "two"])
        pauses = [pause for pause in life.clock.slept if 0.5 <= pause <= 4.0]
        assert [most / 2 <= pause <= most for pause, most in zip(pauses, (1.0, 2.0, 4.0), strict=True)] == [True] * 3


async def test_p22_x18_a_payload_the_library_cannot_read_loses_nothing_else(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        async with alive(fake, tmp_path, core) as life:
            await ann.says(fake.dm(ann), "before")
            await until(lambda: core.texts == ["before"])
            fake.gateway.send_raw("MESSAGE_CREATE", {"id": "1", "channel_id": str(fake.dm(ann).id)})
            await ann.says(fake.dm(ann), "after")
            await until(lambda: core.texts == ["before", "after"])
            assert not life.task.done()


async def test_p36_removed_from_a_server_or_channel(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        guild = fake.guild("Home", ann)
        talk, other = guild.channel("talk"), guild.channel("other")
        async with alive(fake, tmp_path) as life:
            await ann.says(talk, "hi", mention=True)
            await ann.says(other, "hi", mention=True)
            await until(lambda: len(life.core.messages) == 2)
            fake.deletes_channel(other)
            await until(lambda: any(isinstance(event, PlaceChanged) for event in life.core.events))
            await ann.removes_bot(guild)
            await until(lambda: len([event for event in life.core.events if isinstance(event, PlaceChanged)]) == 2)
            changes = [event for event in life.core.events if isinstance(event, PlaceChanged)]
            assert {event.change for event in changes} == {"removed"}
            await ann.adds_bot(guild)
            await until(lambda: any(isinstance(event, PlaceChanged) and event.change == "added" for event in life.core.events))
