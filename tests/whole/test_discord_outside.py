"""Where the bot is no member, and where an interaction ends before its answer does: only the token of the interaction is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.replies import texts
from tests.fakes.discord import Channel, FakeDiscord, Person
from tests.fakes.openai_script import Reply
from tests.fakes.openai_server import FakeOpenAI
from tests.whole.club import Club, club, hasty
from tests.whole.plan import WHOLE, HastyClock, Held


def outside(there: Club, where: str) -> tuple[Person, Channel]:
    """Somebody who has the app in their account, where the bot is not."""
    eve = there.discord.person(2001, "Eve", installed=True)
    if where == "group":
        return eve, there.discord.group_dm(eve, there.bob)
    return eve, there.discord.guild("Elsewhere", eve, there.bob, bot_in=False).channel("chat")


@pytest.mark.parametrize("where", ["server", "group"])
async def test_a_person_takes_the_bot_along(there: Club, where: str) -> None:
    eve, place = outside(there, where)
    asked = await eve.slash(place, "ask", text="hello")
    await there.settle()
    assert place.texts == ["> hello\n\nYou said: hello"]
    assert asked.message is place.last
    await eve.presses(place.last, "Retry")
    await there.settle()
    assert place.texts == ["> hello\n\nYou said: hello"]
    assert place.last.labels() == ["‹", "2/2", "Retry"]
    given = await eve.slash(place, "edit")
    await given.wait_response()
    await given.submit("hello again")
    await there.settle()
    assert place.from_bot[0].text == "> hello again\n\nYou said: hello again"
    given = await eve.slash(place, "history")
    await there.settle()
    assert (await given.wait_message("page 1 of 1")).only_for is eve.user
    await eve.slash(place, "undo")
    await there.settle()
    assert not any(shown.startswith("> hello again") for shown in place.texts)


@pytest.mark.parametrize("where", ["server", "group"])
async def test_a_long_answer_there_is_whole(there: Club, where: str) -> None:
    eve, place = outside(there, where)
    text = "\n\n".join(f"Paragraph {number} " + "word " * 60 for number in range(16))
    there.openai.script(Reply(text, tokens_per_second=4000))
    await eve.slash(place, "ask", text="a lot")
    await there.settle()
    assert " ".join(place.texts).split() == f"> a lot {text}".split()


async def test_a_stopped_answer_there(there: Club) -> None:
    eve, place = outside(there, "group")
    there.openai.script(Held().step)
    await eve.slash(place, "ask", text="hello")
    await place.wait_for("some words")
    await eve.slash(place, "stop")
    await there.settle()
    assert place.texts == ["> hello\n\nsome words\n\n*(stopped)*", "Stopped."]


@pytest.mark.parametrize("knows", [True, False], ids=["by its clock", "by being told"])
async def test_p29_an_answer_that_outlives_its_interaction_goes_on_in_the_channel(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI, knows: bool
) -> None:
    plan = hasty()
    async with club(tmp_path / "parley.db", discord, openai, plan) as there:
        await there.ready()
        held = Held()
        openai.script(held.step)
        await there.ann.slash(there.general, "ask", text="hello")
        await there.general.wait_for("some words")
        discord.advance(seconds=16 * 60)
        if knows:
            assert isinstance(plan.outside, HastyClock)
            plan.outside.skipped += 16 * 60
        held.on()
        await there.settle()
        assert there.general.texts == [f"> hello\n\n{WHOLE}"]
        await there.presses("Retry", there.general.last)
        assert there.general.texts == ["> hello\n\nYou said: hello"]


@pytest.mark.parametrize("where", ["server", "group"])
async def test_p29_where_the_bot_is_not_it_ends_without_a_storm(there: Club, where: str) -> None:
    eve, place = outside(there, where)
    held = Held()
    there.openai.script(held.step)
    await eve.slash(place, "ask", text="hello")
    await place.wait_for("some words")
    there.discord.advance(seconds=16 * 60)
    calls = len(there.discord.calls)
    held.on()
    await there.settle()
    assert len(there.discord.calls) - calls <= 4
    assert not await there.store.unfinished_replies()
    given = await eve.slash(place, "ask", text="and again?")
    await there.settle()
    assert (await given.wait_message()).text == "> and again?\n\nYou said: and again?"
    assert there.prompts() == ["hello", WHOLE, "and again?"]


async def test_p29_an_interaction_that_nobody_can_answer_any_more_is_no_loss(there: Club) -> None:
    there.discord.faults.add("callback", error=404, code=10062)
    await there.slash("ask", there.general, text="hello")
    assert there.general.texts == ["> hello\n\nYou said: hello"]


async def test_p29_a_late_private_answer_is_never_shown_to_all(tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI) -> None:
    async with club(tmp_path / "parley.db", discord, openai, hasty()) as there:
        await there.ready()
        await there.says("my secret", there.general, mention=True)
        discord.faults.add("callback", error=404, code=10062)
        await there.slash("history", there.general)
        assert [post.text for post in there.general.from_bot] == ["You said: my secret", texts.PRIVATE_TOO_LATE]
