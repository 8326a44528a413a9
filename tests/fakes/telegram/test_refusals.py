"""What the fake Bot API refuses, limits and breaks, checked with the real python-telegram-bot."""

from __future__ import annotations

import pytest
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, EndPointNotFound, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from tests.fakes.telegram import FakeTelegram, Limits


@pytest.mark.parametrize(
    ("text", "words"),
    [("x" * 4097, "Message is too long"), (" \n", "Message text is empty"), ("\u200b", "Message text is empty")],
)
async def test_texts_that_telegram_refuses(fake: FakeTelegram, bot: Bot, text: str, words: str) -> None:
    fake.private_chat(fake.person(1, "Ann"))
    with pytest.raises(BadRequest, match=words):
        await bot.send_message(1, text)
    assert len(fake.violations) == 1


async def test_edits_and_deletions_that_telegram_refuses(fake: FakeTelegram, bot: Bot) -> None:
    ann = fake.person(1, "Ann")
    chat = fake.private_chat(ann)
    asked = await ann.says(chat, "q")
    sent = await bot.send_message(1, "a")
    for message_id, text, words in [
        (99, "b", "to edit not found"),
        (asked.id, "b", "can't be edited"),
        (sent.message_id, "a ", "is not modified"),
    ]:
        with pytest.raises(BadRequest, match=words):
            await bot.edit_message_text(text, 1, message_id)
    asks = await bot.send_message(1, "Which?", reply_markup=ForceReply())
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("That?", 1, asks.message_id)
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        await bot.send_message(1, "b", reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("x", callback_data="é" * 33)))
    with pytest.raises(BadRequest, match="replied not found"):
        await bot.send_message(1, "b", reply_parameters=ReplyParameters(99))
    await bot.send_message(1, "b", reply_parameters=ReplyParameters(99, allow_sending_without_reply=True))
    press = await ann.presses_data(chat.last, "old")
    fake.advance(hours=49)
    with pytest.raises(BadRequest, match="for everyone"):
        await bot.delete_message(1, sent.message_id)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(press.id)


async def test_entities_are_checked(fake: FakeTelegram, bot: Bot) -> None:
    chat = fake.private_chat(fake.person(1, "Ann"))
    await bot.send_message(1, "bold", entities=[MessageEntity("bold", 0, 4)])
    assert chat.last.entities == [{"type": "bold", "offset": 0, "length": 4}]
    with pytest.raises(BadRequest, match="parse entities"):
        await bot.send_message(1, "bold", entities=[MessageEntity("bold", 0, 9)])
    with pytest.raises(BadRequest, match="'javascript:x' is invalid"):
        await bot.send_message(1, "link", entities=[MessageEntity("text_link", 0, 4, url="javascript:x")])
    assert len(fake.violations) == 2


async def test_places_that_cannot_be_written_to(fake: FakeTelegram, bot: Bot) -> None:
    ann = fake.person(1, "Ann")
    chat = fake.private_chat(ann)
    await ann.blocks(chat)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(1, "x")
    group = fake.group("Old", ann, chat_type="group")
    new = fake.migrate(group, ann)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group.id, "x")
    assert moved.value.new_chat_id == new.id
    forum = fake.group("Forum", ann, forum=True)
    topic = fake.topic(forum, "A")
    await bot.send_message(forum.id, "in it", message_thread_id=topic.thread_id)
    assert topic.texts == ["in it"]
    topic.closed = True
    for thread, words in [(topic.thread_id, "Topic_closed"), (77, "thread not found")]:
        with pytest.raises(BadRequest, match=words):
            await bot.send_message(forum.id, "x", message_thread_id=thread)
    forum.bot_may_write = False
    with pytest.raises(BadRequest, match="ot enough rights"):
        await bot.send_message(forum.id, "x")
    await ann.removes_bot(forum)
    with pytest.raises(Forbidden, match="kicked from the supergroup"):
        await bot.send_message(forum.id, "x")


async def test_faults(fake: FakeTelegram, bot: Bot) -> None:
    chat = fake.private_chat(fake.person(1, "Ann"))
    fake.faults.add("sendMessage", error=502)
    fake.faults.add("sendMessage", error=500, after=True)
    fake.faults.add("sendMessage", cut=True, after=True)
    fake.faults.add("sendMessage", slow=5.0)
    fake.faults.add("sendMessage", html=True)
    fake.faults.add("*", retry_after=7)
    kinds: list[type[Exception]] = [NetworkError, NetworkError, NetworkError, TimedOut, NetworkError, RetryAfter]
    for n, kind in enumerate(kinds):
        with pytest.raises(kind):
            await bot.send_message(1, str(n), read_timeout=0.2)
    assert chat.texts == ["1", "2", "3"]
    await bot.send_message(1, "6")


async def test_limits() -> None:
    limits = Limits()
    async with FakeTelegram(limits=limits) as fake, Bot(fake.token, base_url=f"{fake.url}/bot") as bot:
        fake.private_chat(fake.person(1, "Ann"))
        for n in range(3):
            await bot.send_message(1, str(n))
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(1, "3")
        assert (refused.value._retry_after.total_seconds(), limits.refused) == (1, 1)


async def test_tokens_and_methods(fake: FakeTelegram, bot: Bot) -> None:
    with pytest.raises(InvalidToken, match="was rejected by the server"):
        async with Bot("1:wrong", base_url=f"{fake.url}/bot"):
            pass
    fake.person(9, "Stranger")
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(9, "x")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(10, "x")
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendRichMessage", api_kwargs={"chat_id": 1})
