"""Rows U of the list of faults through the whole house, what people do: floods, commands meanwhile, buttons, edits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.replies import texts
from tests.fakes.openai_script import Reply
from tests.fakes.openai_server import FakeOpenAI, prompts
from tests.fakes.telegram import FakeTelegram
from tests.whole.house import POLICY, WHOLE, Held, House, Plan, asked, parley, says, until

CANARY = "canary-7f3a"


async def test_u15_x15_a_flood_costs_a_few_calls_and_one_line(tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI) -> None:
    openai.always = lambda body: Reply("well", first_token_after=0.05)
    plan = Plan(policy=replace(POLICY, rate=20), clock=SystemClock())
    async with parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        bob = telegram.person(2000, "Bob")
        other = telegram.private_chat(bob)
        for number in range(1000):
            await house.ann.says(house.chat, f"m{number}")
            if number == 500:
                await bob.says(other, "me too")
        await other.wait_for("well")
        await house.settle()
        assert [text for text in house.chat.texts if text != "well"] == [texts.TOO_FAST]
        assert len(openai.requests) <= 22
        assert asked(house)[-1].endswith("m19") or asked(house) == ["me too"]


async def test_u16_stop_during_the_answer_keeps_what_is_there(house: House) -> None:
    house.openai.script(Held().step)
    await house.ann.says(house.chat, "one")
    await house.chat.wait_for("some words")
    await says(house, "/stop")
    assert house.chat.texts == ["some words\n\n(stopped)", texts.STOPPED]
    await until(lambda: not house.openai.streams)


async def test_u16_new_during_the_answer_leaves_it_to_its_session(house: House) -> None:
    held = Held()
    house.openai.script(held.step)
    await house.ann.says(house.chat, "one")
    await house.chat.wait_for("some words")
    await house.ann.says(house.chat, "/new Other")
    await house.chat.wait_for("A fresh session")
    held.on()
    await house.settle()
    await says(house, "two")
    assert asked(house) == ["two"]
    assert house.chat.texts[0] == WHOLE
    await house.ann.presses(next(post for post in house.chat.from_bot if "A fresh session" in post.text), "Go back")
    await house.settle()
    await says(house, "three")
    assert asked(house) == ["one", WHOLE, "three"]


@pytest.mark.parametrize("command", ["/edit 1 uno", "/edit uno"])
async def test_u16_edit_during_the_answer_answers_the_new_words_in_place(house: House, command: str) -> None:
    house.openai.script(Held().step)
    await house.ann.says(house.chat, "one")
    answer = await house.chat.wait_for("some words")
    await says(house, command)
    assert [post for post in house.chat.from_bot if post.text == "You said: uno"] == [answer]
    assert asked(house) == ["uno"]


FORGED = [
    "retry #1", "retry #zz", "retry", "version #1", "version #" + "f" * 50, "page history #1 1", "page", "delete", "open #7f3a", "fork #1",
    "undelete #7f3a", "confirm #7f3a", "continue #1", "back #7f3a", "title x", "'; DROP TABLE messages; --", "edit #2 x", "undo", "\u202e",
]  # fmt: skip


async def test_u17_forged_and_foreign_buttons_reach_nothing(house: House) -> None:
    eve = house.telegram.person(666, "Eve")
    hers = house.telegram.private_chat(eve)
    await says(house, f"a secret {CANARY}")
    await eve.says(hers, "mine")
    await house.settle()
    before = len(house.openai.requests)
    for data in FORGED:
        for post in (hers.last, house.chat.last):
            press = await eve.presses_data(post, data)
            await press.answer()
    await house.settle()
    assert {prompt for request in house.openai.requests[before:] for prompt in prompts(request.body)[1:]} <= {"mine"}
    assert house.chat.texts == [f"You said: a secret {CANARY}"]
    assert CANARY not in "".join(hers.texts)
    await says(house, "more")
    assert asked(house) == [f"a secret {CANARY}", f"You said: a secret {CANARY}", "more"]


async def test_u17_an_old_button_says_that_it_is_old(house: House) -> None:
    await says(house, "one")
    button = house.chat.last.button("Retry")
    await says(house, "/delete")
    for data in (button.data, "summarize #1"):
        press = await house.ann.presses_data(house.chat.last, data)
        assert await press.answer() in (texts.NO_LONGER_THERE, texts.NOT_YOURS)
    assert len(house.openai.requests) == 1


async def test_u18_who_writes_without_a_name_is_heard_or_not_by_rule(house: House) -> None:
    group = house.telegram.group("Team", house.ann)
    await house.telegram.anonymous_admin(group).says(group, "@parley_bot hello")
    channel, hand = house.telegram.channel("News")
    await hand.says(channel, "@parley_bot hello")
    await house.settle()
    assert group.texts == ["You said: hello"]
    assert channel.texts == []
    assert len(house.openai.requests) == 1


async def test_u19_bots_do_not_talk_to_each_other(house: House) -> None:
    other = house.telegram.person(77, "Echo", username="echo_bot", is_bot=True)
    group = house.telegram.group("Team", house.ann, other)
    await house.ann.says(group, "@parley_bot hello")
    await house.settle()
    for text in ("@parley_bot hello", "/new@parley_bot", "/end"):
        await other.says(group, text, reply_to=group.last)
    await other.edits(await other.says(group, "@parley_bot x"), "@parley_bot y")
    await house.settle()
    assert group.texts == ["You said: hello"]
    assert len(house.openai.requests) == 1


async def test_u20_an_edit_of_last_week_is_taken_and_one_without_a_change_is_not(house: House) -> None:
    asked_for = await house.ann.says(house.chat, "one")
    await house.settle()
    house.telegram.advance(hours=24 * 7)
    for text in ("one", "/end", " "):
        await house.ann.edits(asked_for, text)
        await house.settle()
    assert len(house.openai.requests) == 1
    await house.ann.edits(asked_for, "uno")
    await house.settle()
    assert house.chat.texts == ["You said: uno"]
