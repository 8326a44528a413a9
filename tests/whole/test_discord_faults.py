"""Rows P of the list of faults on Discord, through the whole house: what Discord does wrong, and what people see of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.discord.options import DiscordOptions
from bot.replies.texts import WAITING
from tests.fakes.discord import Call, FakeDiscord
from tests.fakes.discord.faults import What
from tests.fakes.openai_script import Reply
from tests.fakes.openai_server import FakeOpenAI
from tests.whole.club import Club, club, hasty
from tests.whole.plan import WHOLE, HastyClock, Held, until


def is_preview(call: Call) -> bool:
    return WAITING in str(call.body.get("content"))


def is_final(call: Call) -> bool:
    return call.name in ("create message", "edit message") and not is_preview(call)


def writes(discord: FakeDiscord) -> list[Call]:
    return [call for call in discord.calls if call.name in ("create message", "edit message")]


async def put_off(there: Club) -> bool:
    """Whether it is stored that something is to wait."""
    replies = await there.store.unfinished_replies()
    return any([post.not_before is not None for reply_id, _ in replies for post in await there.store.posts(reply_id)])


async def test_p1_p3_refused_previews_cost_only_previews(there: Club) -> None:
    """A time that is longer than a call waits for by itself."""
    fault = there.discord.faults.add("edit message", retry_after=2.2, when=is_preview)
    there.openai.script(Reply("some words and then some more words than these", tokens_per_second=25))
    await there.says("one")
    assert fault.hits
    assert there.chat.texts == ["some words and then some more words than these"]
    written = [call.body["content"] for call in writes(there.discord) if not call.refused]
    assert all(one != other for one, other in pairwise(written))


@pytest.mark.parametrize(
    "limit", [What(retry_after=137), What(retry_after=137, everywhere=True), What(html=True, retry_after=137)], ids=["here", "all", "page"]
)
async def test_p2_p32_a_limit_of_minutes_is_kept_to_after_a_restart(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI, limit: What
) -> None:
    plan = replace(hasty(), clock=HastyClock(300))
    async with club(tmp_path / "parley.db", discord, openai, plan) as there:
        await there.ready()
        await there.says("zero")
        fault = discord.faults.add("*", when=is_final, **limit)
        ann, chat = there.ann, there.chat
        await ann.says(chat, "one")
        async with asyncio.timeout(60):
            while not await put_off(there):
                await asyncio.sleep(0.005)
        assert fault.hits == 1
        assert "You said: one" not in chat.texts
    await ann.says(chat, "two")
    async with club(tmp_path / "parley.db", discord, openai, plan) as there:
        await there.settle()
    assert chat.texts == ["You said: zero", "You said: one", "You said: two"]
    assert len(openai.requests) == 3, "what is stored is not asked for again"
    written = writes(discord)
    refused = next(call for call in written if call.status == 429)
    assert written[written.index(refused) + 1].at - refused.at >= 130 / 300


async def test_p23_p24_after_slow_and_lost_previews_the_chat_shows_what_is_stored(there: Club) -> None:
    there.discord.faults.add("edit message", slow=0.1, times=2, when=is_preview)
    there.discord.faults.add("edit message", cut=True, after=True, when=is_preview)
    there.openai.script(Reply(WHOLE, tokens_per_second=10))
    await there.says("one")
    assert there.chat.texts == [WHOLE]
    assert not there.discord.faults.active
    there.chat.last.text = "some words …"  # the lost preview arrives at last
    await there.chat.wait_for(WHOLE)


async def test_p27_d9_with_its_own_figures_a_half_dead_gateway_is_noticed_in_time(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI
) -> None:
    """What a channel holds is compared with what was shown; two looks are enough, so it takes a minute and a half at the most."""
    plan = replace(hasty(), outside=HastyClock(60), watch_interval=DiscordOptions(token="x").watch_interval)
    assert 3 * plan.watch_interval <= 90
    async with club(tmp_path / "parley.db", discord, openai, plan) as there:
        await there.ready()
        await there.says("one")
        discord.gateway.mute()
        before = len(discord.calls_of("GET /channels/{id}"))
        await there.ann.says(there.chat, "two")
        await until(lambda: len(openai.requests) == 2)
        assert 2 <= len(discord.calls_of("GET /channels/{id}")) - before <= 3
        await there.chat.wait_for("You said: two")
        assert discord.gateway.identifies == 2
        await there.ready()
        await there.says("three")
        assert there.chat.texts == ["You said: one", "You said: two", "You said: three"]


async def test_r6_a_channel_that_is_stuck_holds_up_no_other(there: Club) -> None:
    there.discord.faults.add("create message", hang=True, times=None, when=lambda call: call.ids[0] == str(there.chat.id))
    await there.ann.says(there.chat, "one")
    await until(lambda: there.discord.calls_of("create message"))
    for word in ("two", "three"):
        await there.bob.says(there.general, word, mention=True)
        await there.general.wait_for(f"You said: {word}")
    assert there.chat.texts == []
    there.discord.faults.clear()


async def test_r10_a_machine_that_slept_for_hours_finishes_what_it_was_at(tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI) -> None:
    plan = hasty()
    async with club(tmp_path / "parley.db", discord, openai, plan) as there:
        await there.ready()
        held = Held()
        openai.script(held.step)
        await there.ann.says(there.chat, "one")
        await there.chat.wait_for("some words")
        discord.advance(hours=8)
        for clock in (plan.clock, plan.outside):
            clock.skipped += 8 * 3600  # type: ignore[attr-defined]
        discord.gateway.forget_session()
        discord.gateway.cut()
        held.on()
        await there.ann.says(there.chat, "two")
        await until(lambda: there.chat.texts == [f"*(late)*\n\n{WHOLE}", "You said: two"])


async def test_r9_the_next_life_knows_the_new_token_and_nothing_asks_with_the_old_one(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI
) -> None:
    async with club(tmp_path / "parley.db", discord, openai) as there:
        await there.ready()
        await there.says("one")
        chat, ann = there.chat, there.ann
    discord.token = "NzAwMDAwMDAwMQ.TEST.token-of-the-next-day-nothing"
    await ann.says(chat, "two")
    before = len(discord.calls)
    async with club(tmp_path / "parley.db", discord, openai) as there:
        await there.ready()
        await there.settle()
        assert chat.texts == ["You said: one", "You said: two"]
    assert [call.name for call in discord.calls[before:] if call.status == 401] == []
