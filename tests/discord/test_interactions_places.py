"""Where an interaction comes from: private chats, groups, threads and servers, those included that the bot is not in."""

from __future__ import annotations

import pytest

from adapters.discord.commands import payload
from adapters.discord.places import interaction_of
from tests.discord.interacting import bench
from tests.discord.lab import world
from tests.fakes.discord import FakeDiscord


async def test_a_private_chat_is_private_and_a_group_of_people_is_not():
    fake, ada, _ = world()
    bob = fake.person(102, "Bob")
    dm, group = fake.dm(ada), fake.group_dm(ada, bob)
    async with bench(fake=fake) as it:
        await ada.slash(dm, "undo")
        await it.after()
        await ada.slash(group, "undo")
        await it.after()
        places = [event.ref.place for event in it.core.events]
        assert [(place.chat_id, place.kind) for place in places] == [(str(dm.id), "private"), (str(group.id), "group")]
        assert [ref.here for kind, ref, _ in it.answers.said if kind == "defer"] == [True, False]


async def test_a_thread_is_a_place_of_its_own():
    fake, ada, channel = world()
    thread = channel.thread("talk", by=ada)
    async with bench(fake=fake) as it:
        await ada.slash(thread, "undo")
        await it.after()
        (event,) = it.core.events
        assert (event.ref.place.chat_id, event.ref.place.thread_id) == (str(channel.id), str(thread.id))


async def test_a_server_that_the_bot_is_not_in_is_answered_by_the_interaction_alone():
    fake, ada, _ = world()
    elsewhere = fake.guild("Elsewhere", ada, owner=fake.person(103, "Other"), bot_in=False)
    channel = elsewhere.channel("general")
    async with bench(fake=fake) as it:
        await ada.slash(channel, "undo")
        await it.after()
        (event,) = it.core.events
        ref = interaction_of(event.via)
        assert ref is not None
        assert not ref.here
        assert event.author.roles[0] == str(elsewhere.id)
        assert not event.author.is_admin
        assert it.answers.kinds == ["defer"]


async def test_roles_are_told_of_a_server_too_that_the_bot_is_not_in():
    fake, ada, _ = world()
    elsewhere = fake.guild("Elsewhere", admins=[ada], bot_in=False)
    async with bench(fake=fake) as it:
        await ada.slash(elsewhere.channel("general"), "undo")
        await it.after()
        assert it.core.events[0].author.roles == (str(elsewhere.id), str(elsewhere.id + 1))


@pytest.mark.parametrize("lacking", ["bot_may_see", "bot_may_write"])
async def test_where_the_bot_may_not_write_it_is_not_there(lacking: str):
    fake, ada, channel = world()
    setattr(channel, lacking, False)
    async with bench(fake=fake) as it:
        await ada.slash(channel, "undo")
        await it.after()
        assert [ref.here for kind, ref, _ in it.answers.said if kind == "defer"] == [False]


async def test_who_administrates_the_server_is_an_admin():
    fake = FakeDiscord()
    boss = fake.person(101, "Boss")
    channel = fake.guild("Lab", admins=[boss], owner=fake.person(100, "Owner")).channel("general")
    fake.commands = [{**command, "id": str(index)} for index, command in enumerate(payload(), start=1)]
    async with bench(fake=fake) as it:
        await boss.slash(channel, "undo")
        await it.after()
        assert [event.author.is_admin for event in it.core.events] == [True]
