"""What was said and edited while nobody listened."""

from __future__ import annotations

import json
from pathlib import Path

from adapters.discord.backfill import DIRECT_FIRST
from adapters.discord.identifies import FILE_NAME
from bot.errors import TokenRefused
from bot.events import PlaceChanged
from tests.discord.receiving import ListCore, alive
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import until


async def test_d1_p25_what_was_said_while_the_bot_was_down(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord(message_content=True) as fake:
        ann = fake.person(1001, "Ann")
        guild = fake.guild("Home", ann, admins=[ann])
        dm, talk, quiet = fake.dm(ann), guild.channel("talk"), guild.channel("quiet")
        async with alive(fake, tmp_path, core):
            await ann.says(dm, "0")
            await ann.says(talk, "1", mention=True)
            await until(lambda: len(core.texts) == 2)
        for number in range(3):
            await ann.says(dm, f"dm {number}")
            await ann.says(talk, f"talk {number}", mention=True)
        await ann.says(quiet, "first words", mention=True)
        async with alive(fake, tmp_path, core) as life:
            missed = [event for event in core.messages[2:]]
            assert [event.text for event in missed if event.ref.place.chat_id == str(dm.id)] == ["dm 0", "dm 1", "dm 2"]
            assert [event.text for event in missed if event.ref.place.chat_id == str(talk.id)] == ["talk 0", "talk 1", "talk 2"]
            assert "first words" in core.texts, "a channel where nobody had spoken to the bot before"
            assert all(event.author.is_admin for event in missed if event.ref.place.kind == "group"), "roles are asked for"
            assert len([call for call in life.rest.calls if "/members/" in call]) == 2, "once for each author and channel"
        assert len(core.events) == len(set(core.keys))


async def test_nothing_old_is_answered_at_the_very_first_start(tmp_path: Path) -> None:
    async with FakeDiscord(message_content=True) as fake:
        ann = fake.person(1001, "Ann")
        talk = fake.guild("Home", ann).channel("talk")
        await ann.says(talk, "long ago", mention=True)
        async with alive(fake, tmp_path) as life:
            await ann.says(talk, "now", mention=True)
            await until(lambda: life.core.messages)
            assert life.core.texts == ["now"]


async def test_d3_a_session_that_is_gone_loses_nothing(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path) as life:
        ann = fake.person(1001, "Ann")
        await ann.says(fake.dm(ann), "0")
        await until(lambda: life.core.messages)
        fake.gateway.forget_session()
        fake.gateway.cut()
        for number in range(1, 4):
            await ann.says(fake.dm(ann), str(number))
        await until(lambda: len(life.core.messages) == 4)
        assert life.core.texts == ["0", "1", "2", "3"]
        assert life.core.caught == ["discord"], "told once"
        assert len(json.loads((tmp_path / FILE_NAME).read_text())) == fake.gateway.identifies == 2


async def test_p35_edits_made_while_the_bot_was_down(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        dm = fake.dm(ann)
        async with alive(fake, tmp_path, core):
            first = await ann.says(dm, "one")
            await ann.says(dm, "two")
            await until(lambda: len(core.texts) == 2)
            await until(lambda: any(name.endswith("alive") for name in core.kept))
        await ann.edits(first, "one more")
        async with alive(fake, tmp_path, core):
            assert [(event.ref.message_id, event.text) for event in core.edits] == [(str(first.id), "one more")]


async def test_a_long_absence_comes_in_pages_and_in_order(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        async with alive(fake, tmp_path, core):
            await ann.says(fake.dm(ann), "start")
            await until(lambda: core.texts)
        for number in range(230):
            await ann.says(fake.dm(ann), str(number))
        async with alive(fake, tmp_path, core):
            assert core.texts == ["start", *map(str, range(230))]


async def test_rest_that_fails_for_a_while_only_delays(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        async with alive(fake, tmp_path, core):
            await ann.says(fake.dm(ann), "0")
            await until(lambda: core.texts)
        await ann.says(fake.dm(ann), "1")
        for _ in range(3):
            fake.faults.add("GET /channels/{id}/messages", error=500)
        async with alive(fake, tmp_path, core):
            assert core.texts == ["0", "1"]


async def test_p25_one_channel_that_cannot_be_read_for_long_does_not_keep_the_bot_silent(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        talk, other = (fake.guild("Home", ann).channel(name) for name in ("talk", "other"))
        async with alive(fake, tmp_path, core):
            for channel in (talk, other):
                await ann.says(channel, f"in {channel.name}", mention=True)
            await until(lambda: len(core.texts) == 2)
        await ann.says(talk, "missed in talk", mention=True)
        await ann.says(other, "missed in other", mention=True)
        mark = next(name for name in core.kept if name.endswith("/alive"))
        core.kept[mark] = "1700000000"
        path = f"/channels/{talk.id}/messages"
        fake.faults.add("GET /channels/{id}/messages", error=503, times=None, when=lambda call: call.path == path)
        async with alive(fake, tmp_path, core, faster=1000.0):
            assert core.texts[2:] == ["missed in other"]
            assert core.kept[mark] == "1700000000", "what is not read yet is looked for in the next life too"
            fake.faults.clear()
            await until(lambda: "missed in talk" in core.texts)


async def test_a_channel_that_may_not_be_read_is_forgotten(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        talk = fake.guild("Home", ann).channel("talk")
        async with alive(fake, tmp_path, core):
            await ann.says(talk, "hi", mention=True)
            await until(lambda: core.texts)
        name = next(name for name in core.kept if "/channel/" in name)
        fake.faults.add("GET /channels/{id}/messages", error=403, code=50001, times=2)
        async with alive(fake, tmp_path, core):
            pass
        assert core.kept[name] == ""


async def test_p31_a_server_that_the_bot_was_removed_from_is_not_asked(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        guild = fake.guild("Home", ann)
        talk = guild.channel("talk")
        async with alive(fake, tmp_path, core):
            await ann.says(talk, "hi", mention=True)
            await until(lambda: core.texts)
        name = next(name for name in core.kept if "/channel/" in name)
        await ann.removes_bot(guild)
        fake.calls.clear()
        async with alive(fake, tmp_path, core):
            assert fake.calls_of("GET /channels/{id}/messages") == []
        assert core.kept[name]


async def test_what_is_unreadable_by_rest_stops_nothing(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        async with alive(fake, tmp_path, core):
            await ann.says(fake.dm(ann), "0")
            await until(lambda: core.texts)
        odd = await ann.says(fake.dm(ann), "odd")
        odd.extra["attachments"] = [{"id": "no number"}]
        await ann.says(fake.dm(ann), "1")
        async with alive(fake, tmp_path, core):
            assert core.texts == ["0", "1"]
        assert not [event for event in core.events if isinstance(event, PlaceChanged)]


async def test_p25_with_the_adapters_own_rest_client(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord(message_content=True) as fake:
        ann = fake.person(1001, "Ann")
        talk = fake.guild("Home", ann, admins=[ann]).channel("talk")
        wanted = frozenset({f"discord:{talk.id}"})
        async with alive(fake, tmp_path, core, whole=True, threads=wanted):
            first = await ann.says(talk, "one", mention=True)
            await until(lambda: core.texts)
        thread = fake.channels[first.id]
        await ann.says(thread, "two")
        await ann.says(talk, "three", mention=True)
        async with alive(fake, tmp_path, core, whole=True, threads=wanted) as life:
            assert sorted(core.texts[1:]) == ["three", "two"]
            assert all(event.author.is_admin and event.addressed for event in core.messages)
            assert core.messages[1].ref.place.thread_id
            await fake.revoke_token()
            await until(life.task.done)
            assert isinstance(life.task.exception(), TokenRefused)


async def test_p25_who_speaks_after_a_start_does_not_wait_for_thousands_of_others(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord() as fake:
        people = [fake.person(1001 + number, f"Person {number}") for number in range(DIRECT_FIRST + 10)]
        async with alive(fake, tmp_path, core):
            for person in people:
                await person.says(fake.dm(person), "hello")
            await until(lambda: len(core.texts) == len(people))
        first, second = people[0], people[1]  # spoke longest ago
        await first.says(fake.dm(first), "while it was away")
        fake.faults.add("GET /channels/{id}/messages", hang=True, times=None, when=lambda call: call.ids[0] == str(fake.dm(second).id))
        fake.faults.add("GET /channels/{id}/messages", hang=True, times=None, when=lambda call: call.ids[0] == str(fake.dm(people[2]).id))
        async with alive(fake, tmp_path, core):
            await first.says(fake.dm(first), "now")
            await until(lambda: core.texts[len(people) :] == ["while it was away", "now"])


async def test_what_follows_later_comes_all_the_same_with_one_call_each(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord() as fake:
        people = [fake.person(1001 + number, f"Person {number}") for number in range(DIRECT_FIRST + 10)]
        async with alive(fake, tmp_path, core):
            for person in people:
                await person.says(fake.dm(person), "hello")
            await until(lambda: len(core.texts) == len(people))
        for person in people:
            await person.says(fake.dm(person), f"from {person.name}")
        fake.calls.clear()
        async with alive(fake, tmp_path, core):
            await until(lambda: len(core.texts) == 2 * len(people))
        assert set(core.texts[len(people) :]) == {f"from {person.name}" for person in people}
        assert len([call for call in fake.calls if call.route == "GET /channels/{id}/messages"]) == len(people)
