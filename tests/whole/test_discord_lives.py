"""Several lives of Parley on one Discord: what was under way is finished once, and what was sent meanwhile is fetched."""

from __future__ import annotations

import asyncio
import io
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import DatabaseInUse
from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_script import ROLE, Raw, Reply, chunk
from tests.fakes.openai_server import FakeOpenAI, prompts
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
    assert time.monotonic() - begun < 2.0
    async with club(path, discord, openai) as there:
        await there.settle()
        assert there.general.from_bot == [shown]
        assert shown.text == "You said: one"


async def test_p25_what_was_sent_while_nobody_listened_is_fetched_and_answered_once(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI
) -> None:
    path = tmp_path / "parley.db"
    async with club(path, discord, openai) as there:
        await there.ready()
        await there.says("one")
        await there.says("uno", there.general, mention=True)
        ann, chat, general = there.ann, there.chat, there.general
    await ann.says(chat, "two")
    await ann.says(general, "due", mention=True)
    await ann.says(general, "among people")
    for _ in range(2):
        async with club(path, discord, openai) as there:
            await there.settle()
            assert chat.texts == ["You said: one", "You said: two"]
            assert general.texts == ["You said: uno", "You said: due"]
    assert len(openai.requests) == 4


async def test_p25_p26_what_a_broken_connection_held_back_comes_in_order(tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI) -> None:
    async with club(tmp_path / "parley.db", discord, openai) as there:
        await there.ready()
        await there.says("zero")
        discord.gateway.shuffles = True
        discord.gateway.cut()
        for word in ("one", "two", "three"):
            await there.ann.says(there.chat, word)
        await until(lambda: discord.gateway.resumes)
        await there.settle()
        asked = [message for message in prompts(openai.requests[-1].body)[1:] if not message.startswith("You said")]
        assert "\n\n".join(asked).split() == ["zero", "one", "two", "three"]
        discord.gateway.cut()
        discord.gateway.forget_session()
        await there.ann.says(there.chat, "four")
        await there.chat.wait_for("four", timeout=10)
        await there.settle()
        assert there.chat.last.text == "You said: four"


async def test_an_edit_and_a_deletion_meanwhile_are_heard_of_later_or_not_at_all(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI
) -> None:
    """Discord tells of neither afterwards; what is edited after the restart is answered anew as ever."""
    path = tmp_path / "parley.db"
    async with club(path, discord, openai) as there:
        await there.ready()
        asked = await there.says("one")
        ann, chat = there.ann, there.chat
    async with club(path, discord, openai) as there:
        await there.ready()
        await ann.edits(asked, "uno")
        await there.settle()
        assert chat.texts == ["You said: uno"]
        await there.presses("‹")
        assert chat.texts == ["You said: one"]


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


async def test_p33_p37_without_a_network_at_the_start_it_comes_when_the_network_does(
    tmp_path: Path, openai: FakeOpenAI, logged: io.StringIO
) -> None:
    """And at the end the network goes in the very moment in which Parley is to stop, which must not keep it."""
    async with FakeDiscord() as first:
        port = first.port
    discord = FakeDiscord(port=port)
    discord.base, discord.gateway_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/gateway"
    async with asyncio.timeout(20), club(tmp_path / "parley.db", discord, openai) as there:
        while "discord: login failed" not in logged.getvalue():
            await asyncio.sleep(0.01)
        assert "discord: connected" not in logged.getvalue()
        async with discord:
            await there.ready()
            assert "discord: connected as" in logged.getvalue()
            await there.says("one")
            assert there.chat.texts == ["You said: one"]
            assert discord.gateway.identifies == 1
        assert not there.receiving.done()


async def test_p10_what_waited_for_hours_is_answered_and_says_that_it_is_late(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI
) -> None:
    path = tmp_path / "parley.db"
    async with club(path, discord, openai) as there:
        await there.ready()
        await there.says("one")
        ann, chat = there.ann, there.chat
    plan = hasty()
    await ann.says(chat, "two")
    discord.advance(hours=2)
    for clock in (plan.clock, plan.outside):
        clock.skipped += 2 * 3600  # type: ignore[attr-defined]
    async with club(path, discord, openai, plan) as there:
        await there.settle()
    assert chat.texts[-1] == "*(late)*\n\nYou said: two"


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
