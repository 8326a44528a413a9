"""Threads that the bot opens: where it may, where it may not, and what is said in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.discord.rest import Rest
from bot.errors import PlaceUnavailable
from tests.discord.receiving import ListCore, alive, options_for
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import FastClock, until


async def test_a_thread_that_an_earlier_life_opened_is_success(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord(message_content=True) as fake:
        ann = fake.person(1001, "Ann")
        guild = fake.guild("Home", ann)
        talk = guild.channel("talk")
        wanted = frozenset({f"discord:{talk.id}"})
        async with alive(fake, tmp_path, core, threads=wanted):
            await until(lambda: any(name.endswith("alive") for name in core.kept))
        asked = await ann.says(talk, "why?", mention=True)
        talk.thread("why?", starter=asked, by=fake.bot)  # and killed before it was accepted
        async with alive(fake, tmp_path, core, threads=wanted):
            assert [event.ref.place.thread_id for event in core.messages] == [str(asked.id)]
            assert len([call for call in fake.calls if call.method == "POST" and "threads" in call.path]) == 1


async def test_p34_a_thread_that_cannot_be_looked_at_just_now_is_looked_at_again(tmp_path: Path) -> None:
    """Else what opened it is answered beside it."""
    core = ListCore()
    async with FakeDiscord(message_content=True) as fake:
        ann = fake.person(1001, "Ann")
        talk = fake.guild("Home", ann).channel("talk")
        async with alive(fake, tmp_path, core, threads=frozenset({f"discord:{talk.id}"})):
            fake.faults.add("POST /channels/{id}/messages/{id}/threads", cut=True, after=True)
            fake.faults.add("GET /channels/{id}", cut=True, times=4)
            asked = await ann.says(talk, "why?", mention=True)
            await until(lambda: core.messages)
        assert core.messages[0].ref.place.thread_id == str(asked.id)


async def test_an_edit_of_what_began_a_thread_goes_there_after_a_restart_too(tmp_path: Path) -> None:
    core = ListCore()
    async with FakeDiscord(message_content=True) as fake:
        ann = fake.person(1001, "Ann")
        talk = fake.guild("Home", ann).channel("talk")
        wanted = frozenset({f"discord:{talk.id}"})
        async with alive(fake, tmp_path, core, threads=wanted):
            asked = await ann.says(talk, "why?", mention=True)
            await until(lambda: core.texts)
            place = core.messages[0].ref.place
        await ann.edits(asked, f"<@{fake.bot.id}> why not?")
        async with alive(fake, tmp_path, core, threads=wanted):
            assert place.thread_id == str(asked.id)
            assert place in [event.ref.place for event in core.edits]
            assert all(event.author.roles for event in core.edits), "who may use the bot by a role may edit by it too"


async def test_what_may_not_open_a_thread_is_answered_in_the_channel(tmp_path: Path) -> None:
    async with FakeDiscord(message_content=True) as fake:
        ann = fake.person(1001, "Ann")
        talk = fake.guild("Home", ann).channel("talk")
        fake.faults.add("POST /channels/{id}/messages/{id}/threads", error=403, code=50013)
        async with alive(fake, tmp_path, threads=frozenset({f"discord:{talk.id}"})) as life:
            await ann.says(talk, "why?", mention=True)
            await until(lambda: life.core.messages)
            assert life.core.messages[0].ref.place.thread_id == ""
            await ann.says(talk, "and why?", mention=True)
            await until(lambda: len(life.core.messages) == 2)
            assert len(fake.calls_of("POST /channels/{id}/messages/{id}/threads")) == 1, "each refusal counts (P31)"


async def test_p31_where_no_thread_may_be_opened_the_bot_may_write_all_the_same(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        talk = fake.guild("Home", fake.person(1001, "Ann")).channel("talk")
        rest = Rest(options_for(fake, tmp_path), FastClock())
        fake.faults.add("POST /channels/{id}/messages/{id}/threads", error=403, code=50013)
        with pytest.raises(PlaceUnavailable):
            await rest.create_thread(talk.id, 1, "why?")
        await rest.typing(talk.id)
        await rest.close()


@pytest.mark.parametrize("whole_server", [True, False])
async def test_a_mention_opens_a_thread_where_it_is_wanted(tmp_path: Path, whole_server: bool) -> None:
    async with FakeDiscord(message_content=True) as fake:
        ann = fake.person(1001, "Ann")
        guild = fake.guild("Home", ann)
        channel = guild.channel("talk")
        wanted = frozenset({f"discord:{guild.id if whole_server else channel.id}"})
        async with alive(fake, tmp_path, threads=wanted) as life:
            sent = await ann.says(channel, "**why** is the sky blue?", mention=True)
            await until(lambda: life.core.messages)
            place = life.core.messages[0].ref.place
            assert (place.chat_id, place.thread_id) == (str(channel.id), str(sent.id))
            thread = guild.threads[sent.id]
            assert thread.name == "why is the sky blue?"
            await ann.says(thread, "and red at night?")
            await until(lambda: len(life.core.messages) == 2)
            assert life.core.messages[1].addressed, "a thread that the bot opened is followed"
            assert life.core.messages[1].ref.place == place
            await ann.edits(sent, f"<@{fake.bot.id}> why is grass green?")
            await until(lambda: life.core.edits)
            assert place in [event.ref.place for event in life.core.edits]
            await ann.deletes(sent)
            await until(lambda: len(life.core.deletions) == 2)
            assert place in [event.ref.place for event in life.core.deletions]


async def test_what_is_written_in_a_new_thread_comes_after_what_it_began_with(tmp_path: Path) -> None:
    async with FakeDiscord(message_content=True) as fake:
        ann = fake.person(1001, "Ann")
        guild = fake.guild("Home", ann)
        talk = guild.channel("talk")
        async with alive(fake, tmp_path, threads=frozenset({f"discord:{talk.id}"})) as life:
            fake.faults.add("POST /channels/{id}/messages/{id}/threads", slow=0.2)
            sent = await ann.says(talk, "one", mention=True)
            await until(lambda: sent.id in guild.threads)
            await ann.says(guild.threads[sent.id], "two")
            await until(lambda: len(life.core.messages) == 2)
            assert life.core.texts == ["one", "two"]
            assert len({event.ref.place for event in life.core.messages}) == 1
