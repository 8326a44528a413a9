"""Conversations on Discord through the whole house, read as the people in the channel see them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.replies import texts
from tests.discord import validator
from tests.fakes.discord import FakeDiscord, Message
from tests.fakes.openai_script import Reply
from tests.fakes.openai_server import FakeOpenAI
from tests.whole.club import Club, club, hasty, standing
from tests.whole.plan import WHOLE, Held, until


async def test_a_direct_message_is_answered_and_formatted(there: Club) -> None:
    there.openai.script(Reply("Some **bold** and `code`:\n\n```python\nprint('hi')\n```"))
    await there.says("show me")
    assert there.chat.last.text == "Some **bold** and `code`:\n\n```python\nprint('hi')\n```"
    assert there.chat.last.labels() == ["Retry"]


async def test_a_server_is_answered_when_it_addresses_the_bot(there: Club) -> None:
    await there.ann.says(there.general, "not for the bot")
    asked = await there.says("hello", there.general, mention=True)
    answer = there.general.last
    assert (answer.text, answer.reply_to) == ("You said: hello", asked)
    await there.bob.says(there.general, "what?", reply_to=answer)
    await there.settle()
    assert there.general.last.text == "You said: > You said: hello\n\nwhat?"
    await there.ann.says(there.general, "and now?", reply_to=answer)
    await there.settle()
    assert there.prompts() == ["hello", "You said: hello", "and now?"]
    assert len(standing(there.general)) == 3


async def test_u17_a_button_of_somebody_else_does_nothing_and_says_so_to_who_pressed(there: Club) -> None:
    await there.says("hello", there.general, mention=True)
    pressed = await there.bob.presses(there.general.last, "Retry")
    await there.settle()
    line = await pressed.wait_message(texts.NOT_YOURS)
    assert line.only_for is there.bob.user
    assert standing(there.general) == ["You said: hello"]
    for forged in ("retry #1", "open #0000", "delete", "page history #1 1", "x" * 100, "ask:edit #1", "select", " "):
        pressed = await there.bob.presses_id(there.general.from_bot[0], forged)
        await there.settle()
        assert pressed.response is not None, forged
    assert there.general.from_bot[0].text == "You said: hello"
    assert len(there.openai.requests) == 1


async def test_p35_a_message_edited_while_it_is_answered_is_answered_anew_in_place(there: Club) -> None:
    there.openai.script(Held().step)
    asked = await there.ann.says(there.chat, "one")
    answer = await there.chat.wait_for("some words")
    await there.ann.edits(asked, "uno")
    await there.settle()
    assert there.chat.texts == ["You said: uno"]
    assert there.chat.last is answer
    await until(lambda: not there.openai.streams)


async def test_a_deleted_message_takes_its_turn_out(there: Club) -> None:
    first = await there.says("one")
    await there.says("two")
    third = await there.says("three")
    await there.ann.deletes(third)
    await there.settle()
    assert there.chat.texts == ["You said: one", "You said: two"]
    await there.ann.deletes(first)
    await there.settle()
    assert "You said: two" in there.chat.texts
    await there.says("four")
    assert there.prompts() == ["two", "You said: two", "four"]


async def test_one_of_two_quick_messages_is_deleted_before_and_after_the_answer(there: Club) -> None:
    there.openai.script(Reply(first_token_after=0.2), Reply(first_token_after=0.2))
    first = await there.ann.says(there.chat, "one")
    await there.ann.says(there.chat, "two")
    await there.taken()
    await there.ann.deletes(first)
    await there.settle()
    assert there.chat.texts == ["You said: two"]
    there.openai.script(Reply(first_token_after=0.2))
    third = await there.ann.says(there.chat, "three")
    await there.says("four")
    await there.ann.deletes(third)
    await there.settle()
    assert there.chat.texts == ["You said: two", "You said: three\n\nfour"], "it is answered, and the answer is left"
    await there.says("five")
    assert there.prompts() == ["two", "You said: two", "four", "You said: three\n\nfour", "five"]


async def test_p28_the_same_event_twice_is_answered_once(there: Club) -> None:
    await there.says("one")
    there.discord.gateway.repeat_last()
    await there.settle()
    await there.slash("new", title="x")
    there.discord.gateway.repeat_last("INTERACTION_CREATE")
    await there.settle()
    assert there.chat.texts == ["You said: one", "A fresh session: **x**. What shall we talk about?"]


async def test_a_link_that_is_unfurled_is_no_edit(there: Club) -> None:
    asked = await there.says("see https://example.org/")
    await there.ann.unfurl(asked)
    await there.settle()
    assert len(there.openai.requests) == 1


async def test_u12_x11_what_the_model_writes_calls_nobody(there: Club) -> None:
    """The loopback Discord refuses what could ping, at every send and every edit."""
    there.openai.script(Reply("@everyone @here <@1001> <@&7> and more", tokens_per_second=40))
    await there.says("say @everyone", there.general, mention=True)
    await there.presses("Retry", there.general.last)
    written = [call for call in there.discord.calls if isinstance(call.body, dict) and "content" in call.body]
    assert written
    assert all(call.body["allowed_mentions"] == {"parse": []} for call in written)


async def test_u19_other_bots_are_not_talked_to(there: Club) -> None:
    robot = there.discord.person(3000, "Robot", is_bot=True)
    await robot.says(there.general, "hello", mention=True)
    await robot.says(there.chat, "hello")
    await there.settle()
    assert there.openai.requests == []


async def test_p15_a_long_answer_with_code_and_tables_arrives_whole(there: Club) -> None:
    code = "\n".join(f"line_{number} = {number}" for number in range(400))
    rows = "\n".join(f"| {number} | cell {number} |" for number in range(40))
    there.openai.script(Reply(f"Look:\n\n```python\n{code}\n```\n\n| n | text |\n|---|---|\n{rows}\n\nThat is **all**."))
    await there.says("a lot")
    posts = there.chat.from_bot
    assert len(posts) > 2
    assert all(len(post.text) <= 2000 for post in posts)
    assert all(validator.problems(post.text) == [] for post in posts)
    shown = "\n".join(validator.read(post.text).text for post in posts)
    assert [word for word in shown.split() if word.startswith("line_")] == [f"line_{number}" for number in range(400)]
    assert all(f"cell {number}" in shown for number in range(40))
    assert [post.labels() for post in posts] == [[]] * (len(posts) - 1) + [["Retry"]]


async def test_p4_parts_that_were_taken_away_come_back_with_their_version(there: Club) -> None:
    """Discord remembers the keys of sends for minutes, also of what was deleted since."""
    long = "\n\n".join(f"Paragraph {number}: {'word ' * 100}" for number in range(12))
    there.openai.script(Reply(long), Reply("Short."))
    await there.says("tell me")
    whole = standing(there.chat)
    assert len(whole) > 2
    await there.presses("Retry")
    assert standing(there.chat) == ["Short."]
    for _ in range(2):
        await there.presses("‹")
        assert standing(there.chat) == whole
        await there.presses("›")
        assert standing(there.chat) == ["Short."]


async def test_without_the_message_content_intent_mentions_and_direct_messages_are_heard(there: Club) -> None:
    assert not there.discord.message_content
    await there.says("one", there.general, mention=True)
    await there.ann.says(there.general, "nothing of this is told to the bot")
    await there.says("two", there.general, reply_to=there.general.last)
    assert there.prompts() == ["one", "You said: one", "two"]


@pytest.mark.parametrize("content", [True, False], ids=["with content", "without"])
async def test_a_mention_opens_a_thread_that_is_followed(tmp_path: Path, openai: FakeOpenAI, content: bool) -> None:
    async with FakeDiscord(message_content=content) as discord:
        ann = discord.person(1001, "Ann")
        discord.person(1002, "Bob")
        general = discord.guild("Club", ann, admins=[ann]).channel("general")
        plan = replace(hasty(), threads=frozenset({f"discord:{general.id}"}))
        async with club(tmp_path / "parley.db", discord, openai, plan) as there:
            await there.ready()
            asked = await there.says("where shall we go?", general, mention=True)
            thread = asked.thread
            assert thread is not None
            assert thread.texts == ["You said: where shall we go?"]
            assert standing(general) == []
            await there.says("somewhere warm", thread, mention=not content)
            assert there.prompts()[-1] == "somewhere warm"
            await there.ann.edits(asked, f"<@{discord.bot.id}> and when?")
            await there.settle()
            assert thread.texts[0] == "You said: and when?"
        assert discord.violations == []


async def test_a_stopped_answer_keeps_what_is_there(there: Club) -> None:
    there.openai.script(Held().step)
    await there.ann.says(there.general, "one", reply_to=None, mention=True)
    await there.general.wait_for("some words")
    await there.slash("stop", there.general)
    assert standing(there.general)[0] == "some words\n\n*(stopped)*"
    answer: Message = there.general.from_bot[0]
    assert answer.labels() == ["Retry"]


async def test_p30_a_post_deleted_before_the_final_text_is_sent_once_as_a_new_one(there: Club) -> None:
    held = Held()
    there.openai.script(held.step)
    await there.ann.says(there.chat, "one")
    answer = await there.chat.wait_for("some words")
    there.discord.remove(answer)
    held.on()
    await there.settle()
    assert there.chat.texts == [WHOLE]
    await there.presses("Retry")
    assert there.chat.texts == ["You said: one"]


async def test_p36_removed_from_a_server_during_the_answer_and_added_again(there: Club) -> None:
    held = Held()
    there.openai.script(held.step)
    await there.ann.says(there.general, "one", mention=True)
    await there.general.wait_for("some words")
    await there.ann.removes_bot(there.guild)
    await there.settle()
    await until(lambda: not there.openai.streams)
    assert not await there.store.unfinished_replies()
    calls = len(there.discord.calls)
    await there.ann.adds_bot(there.guild)
    await there.says("two", there.general, mention=True)
    assert there.general.last.text.endswith("two")
    assert len(there.discord.calls) - calls < 10
