"""Conversations on Telegram through the whole house, read as the people in the chat see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes import openai_server
from tests.fakes.openai_script import Raw, Refusal, Reply, stream
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram, Message
from tests.whole.house import House, parley


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with FakeTelegram() as telegram, FakeOpenAI() as openai, parley(tmp_path / "parley.db", telegram, openai) as house:
        yield house
        assert telegram.violations == []


async def say(house: House, text: str, **more: object) -> Message:
    message = await house.ann.says(house.chat, text, **more)  # type: ignore[arg-type]
    await house.settle()
    return message


async def press(house: House, label: str, message: Message | None = None) -> None:
    await house.ann.presses(message or house.chat.last, label)
    await house.settle()


def prompts(house: House) -> list[str]:
    """What the model was asked last, without the system prompt."""
    return openai_server.prompts(house.openai.requests[-1].body)[1:]


async def test_a_text_is_answered_and_formatted(house: House) -> None:
    house.openai.script(Reply(text="Some **bold** and `code`:\n\n```python\nprint('hi')\n```"))
    await say(house, "show me")
    assert house.chat.last.text == "Some bold and code:\n\nprint('hi')"
    assert [entity["type"] for entity in house.chat.last.entities] == ["bold", "code", "pre"]
    assert house.chat.last.labels() == ["Retry"]


async def test_a_native_edit_rewrites_the_answer_and_versions_lead_back(house: House) -> None:
    asked = await say(house, "one")
    await say(house, "two")
    await house.ann.edits(asked, "uno")
    await house.settle()
    answer = house.chat.from_bot[0]
    assert answer.text == "You said: uno"
    assert house.chat.last.text == "Answered anew; the 2 later messages are on version 1."
    assert house.chat.last.reply_to is asked
    await press(house, "‹", answer)
    assert house.chat.from_bot[0].text == "You said: one"
    await say(house, "three")
    assert prompts(house) == ["one", "You said: one", "two", "You said: two", "three"]


async def test_a_session_from_new_to_end(house: House) -> None:
    await say(house, "/new Holiday plans")
    await say(house, "where to?")
    await say(house, "/history")
    assert house.chat.last.text.startswith("Holiday plans (#")
    assert "1. Ann" in house.chat.last.text
    await say(house, "/end")
    assert "2 messages" in house.chat.last.text
    await say(house, "/sessions holiday")
    await press(house, "Holiday plans")
    assert "again, 2 messages so far" in house.chat.last.text


async def test_a_question_for_text_is_a_forced_reply(house: House) -> None:
    await say(house, "one")
    await say(house, "/edit")
    question = house.chat.last
    assert question.text.startswith("Send me the new text for message 1.")
    await say(house, "uno", reply_to=question)
    assert house.chat.from_bot[0].text == "You said: uno"


async def test_undo_takes_the_posts_away(house: House) -> None:
    await say(house, "one")
    await say(house, "two")
    await say(house, "/undo")
    assert "You said: two" not in house.chat.texts
    await say(house, "three")
    assert prompts(house) == ["one", "You said: one", "three"]


async def test_p15_a_long_answer_arrives_whole(house: House) -> None:
    text = "\n\n".join(f"Paragraph {number} " + "word " * 100 for number in range(20))
    house.openai.script(Reply(text=text, tokens_per_second=5000))
    await say(house, "a lot")
    shown = " ".join(message.text for message in house.chat.from_bot)
    assert shown.split() == text.split()
    assert [message.labels() for message in house.chat.from_bot] == [[], [], ["Retry"]]


async def test_a_failed_answer_has_a_retry_and_stays_out_of_the_context(house: House) -> None:
    house.openai.script(Refusal(401, "bad key sk-secret"))
    await say(house, "one")
    assert "not available just now" in house.chat.last.text
    assert "sk-secret" not in house.chat.last.text
    await press(house, "Retry")
    assert house.chat.texts == ["You said: one"]
    house.openai.script(Refusal(401, "no"))
    await say(house, "two")
    await say(house, "three")
    assert prompts(house) == ["one", "You said: one", "two\n\nthree"]


async def test_m3_an_answer_cut_in_the_middle_is_made_anew_on_the_same_posts(house: House) -> None:
    house.openai.script(Raw((stream("only the", " first half", finish=None, done=False),)), Reply(text="the whole answer"))
    await say(house, "one")
    assert house.chat.texts == ["the whole answer"]


async def test_a_group_is_answered_when_it_addresses_the_bot(house: House) -> None:
    bob = house.telegram.person(1002, "Bob")
    group = house.telegram.group("Team", house.ann, bob)
    await house.ann.says(group, "not for the bot")
    await house.ann.says(group, "@parley_bot hello")
    await house.settle()
    answer = group.last
    assert answer.text == "You said: hello"
    assert answer.reply_to is not None
    await bob.says(group, "what?", reply_to=answer)
    await house.settle()
    assert group.last.text == "You said: > You said: hello\n\nwhat?"
    pressed = await bob.presses(answer, "Retry")
    await house.settle()
    assert await pressed.answer() == "This button belongs to somebody else."
    await house.ann.says(group, "/history")
    await house.settle()
    assert "hello" not in group.last.text or group.last.text.startswith("You said")
    assert "1. Ann" in house.chat.last.text


async def test_topics_are_places_of_their_own(house: House) -> None:
    group = house.telegram.group("Team", house.ann, chat_type="supergroup", forum=True)
    one, two = house.telegram.topic(group, "One"), house.telegram.topic(group, "Two")
    await house.ann.says(one, "@parley_bot first")
    await house.settle()
    await house.ann.says(two, "@parley_bot second")
    await house.settle()
    assert prompts(house) == ["second"]
    assert two.last.text == "You said: second"


async def test_p19_sessions_follow_a_group_that_becomes_a_supergroup(house: House) -> None:
    group = house.telegram.group("Team", house.ann, chat_type="group")
    await house.ann.says(group, "@parley_bot first")
    await house.settle()
    supergroup = house.telegram.migrate(group, house.ann)
    await house.ann.says(supergroup, "@parley_bot second")
    await house.settle()
    assert prompts(house) == ["first", "You said: first", "second"]


async def test_nothing_is_lost_or_said_twice_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    async with FakeTelegram() as telegram, FakeOpenAI() as openai:
        async with parley(path, telegram, openai) as house:
            openai.script(Reply(text="slow words " * 50, tokens_per_second=30))
            await house.ann.says(house.chat, "one")
            await house.chat.wait_for(lambda chat: any("slow words" in text for text in chat.texts))
            ann, chat = house.ann, house.chat
        await ann.says(chat, "two")
        async with parley(path, telegram, openai) as house:
            await house.settle()
            assert chat.texts == ["You said: one\n\ntwo"]
