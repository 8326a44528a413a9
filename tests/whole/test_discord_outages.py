"""While nobody listened on Discord, or nobody could: what was sent meanwhile is fetched, in order, and answered once."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_server import FakeOpenAI, prompts
from tests.whole.club import club, hasty
from tests.whole.plan import until


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
        await there.chat.wait_for("four")
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


async def test_p33_p37_without_a_network_at_the_start_it_comes_when_the_network_does(
    tmp_path: Path, openai: FakeOpenAI, logged: io.StringIO
) -> None:
    """And at the end the network goes in the very moment in which Parley is to stop, which must not keep it."""
    async with FakeDiscord() as first:
        port = first.port
    discord = FakeDiscord(port=port)
    discord.base, discord.gateway_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/gateway"
    async with asyncio.timeout(60), club(tmp_path / "parley.db", discord, openai) as there:
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
