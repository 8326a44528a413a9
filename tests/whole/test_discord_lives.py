"""Several lives of Parley on one Discord: what was under way is finished once."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import DatabaseInUse
from tests.fakes.busy import within
from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_script import ROLE, Raw, Reply, chunk
from tests.fakes.openai_server import FakeOpenAI
from tests.whole.club import club, hasty
from tests.whole.plan import WHOLE, Held, until
from tests.whole.test_lives import Shelf

HANG = Raw((ROLE, chunk("some "), chunk("words ")), end="hang")


async def test_r1_an_answer_under_way_is_parked_and_finished_on_the_same_post(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI
) -> None:
    path = tmp_path / "parley.db"
    openai.script(HANG)
    async with club(path, discord, openai) as there:
        await there.ready()
        await there.ann.says(there.general, "one", mention=True)
        shown = await there.general.wait_for("some words")
        begun = time.monotonic()
    assert time.monotonic() - begun < within(2.0)  # seconds; nothing else would end that answer in ten minutes
    async with club(path, discord, openai) as there:
        await there.settle()
        assert there.general.from_bot == [shown]
        assert shown.text == "You said: one"


async def test_a_slash_command_accepted_and_not_answered_is_answered_by_the_next_life(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI
) -> None:
    """By its token while that is good; by an ordinary message when it is not."""
    path = tmp_path / "parley.db"
    for minutes, expected in ((1, 1), (20, 1)):
        openai.script(Raw((ROLE,), end="hang"))
        async with club(path, discord, openai) as there:
            await there.ready()
            given = await there.ann.slash(there.general, "ask", text=f"after {minutes}")
            await until(lambda: openai.streams)
            await given.wait_response()
        discord.advance(seconds=60 * minutes)
        async with club(path, discord, openai) as there:
            await there.settle()
            found = [text for text in there.general.texts if f"after {minutes}" in text]
            assert len(found) == expected, there.general.transcript()
            assert not there.general.last.loading


async def test_a_command_decided_and_not_shown_is_shown_by_the_next_life(tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI) -> None:
    path = tmp_path / "parley.db"
    async with club(path, discord, openai) as there:
        await there.ready()
        discord.faults.add("edit original", hang=True, times=None)
        given = await there.ann.slash(there.general, "new", title="Tax")
        await given.wait_response()
        await until(lambda: discord.calls_of("edit original"))
    discord.faults.clear()
    async with club(path, discord, openai) as there:
        await there.settle()
        assert [text for text in there.general.texts if "Tax" in text] == ["A fresh session: **Tax**. What shall we talk about?"]


async def test_buttons_and_forms_of_an_earlier_life_work(tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI) -> None:
    path = tmp_path / "parley.db"
    async with club(path, discord, openai) as there:
        await there.ready()
        await there.says("one", there.general, mention=True)
        form = await there.slash("edit", there.general)
        listed = await (await there.slash("history", there.general)).wait_message("page 1")
    async with club(path, discord, openai) as there:
        await there.ready()
        await form.submit("uno")
        await there.settle()
        assert there.general.texts[0] == "You said: uno"
        await there.presses("‹", there.general.from_bot[0])
        assert there.general.texts[0] == "You said: one"
        assert listed.only_for is there.ann.user


@pytest.mark.parametrize("after", [True, False])
async def test_p4_p34_an_effect_without_an_answer_makes_no_second_answer(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI, after: bool
) -> None:
    """Killed after the send, before its answer came; and a send that is cut and repeated in the same life."""
    path = tmp_path / "parley.db"
    async with club(path, discord, openai) as there:
        await there.ready()
        fault = discord.faults.add("create message", cut=True, after=after, times=2)
        await there.says("one")
        assert fault.hits == 2
        assert there.chat.texts == ["You said: one"]
        before = len(discord.calls_of("create message"))
        discord.faults.add("create message", hang=True, after=after)
        await there.ann.says(there.chat, "two")
        await until(lambda: len(discord.calls_of("create message")) > before)  # with its words, or on a busy machine without them yet
    async with club(path, discord, openai) as there:
        await there.settle()
        assert there.chat.texts == ["You said: one", "You said: two"]


async def test_s1_while_nothing_can_be_stored_nothing_is_lost(tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI) -> None:
    shelf = Shelf()
    async with club(tmp_path / "parley.db", discord, openai, replace(hasty(), storing=shelf)) as there:
        await there.ready()
        shelf.store.deaf = True
        await there.ann.says(there.chat, "one")
        await until(lambda: shelf.store.refused >= 2)
        shelf.store.deaf = False
        await there.settle()
        assert there.chat.texts == ["You said: one"]


async def test_r3_a_second_process_gets_neither_the_database_nor_the_token(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI
) -> None:
    async with club(tmp_path / "parley.db", discord, openai) as there:
        await there.ready()
        with pytest.raises(DatabaseInUse):
            async with club(tmp_path / "parley.db", discord, openai):
                pass
        async with club(tmp_path / "other.db", discord, openai) as second:
            await until(second.receiving.done)
            assert second.receiving.result() == "refused"
            await there.says("one")
        assert there.chat.texts == ["You said: one"]


async def test_killed_between_any_two_steps_it_answers_once(tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI) -> None:
    """Many short lives, each ended a little later in the same conversation. Direct messages that the bot never saw it cannot find."""
    path, words = tmp_path / "parley.db", ["word"]
    async with club(path, discord, openai) as there:
        await there.ready()
        await there.says("word")
    openai.always = lambda body: Reply(tokens_per_second=200)
    for life in range(8):
        async with club(path, discord, openai) as there:
            await there.ready()
            words.append(f"word{life}")
            await there.ann.says(there.chat, words[-1])
            await asyncio.sleep(0.012 * life)
    async with club(path, discord, openai) as there:
        await there.settle()
        shown = "\n\n".join(there.chat.texts)
        assert [word for word in shown.split() if word.startswith("word")] == words


async def test_held_words_stand_until_the_end(tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI) -> None:
    """A deferred command shows its first words, then the whole."""
    async with club(tmp_path / "parley.db", discord, openai) as there:
        await there.ready()
        held = Held()
        openai.script(held.step)
        given = await there.ann.slash(there.general, "ask", text="one")
        assert (await given.wait_message("some words")).text == "> one\n\nsome words  …"
        held.on()
        await there.settle()
        assert there.general.texts == [f"> one\n\n{WHOLE}"]
        assert given.followups == []
