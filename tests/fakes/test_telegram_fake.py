"""The fake Bot API server, checked with the real python-telegram-bot."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

from tests.fakes.telegram import FakeTelegram


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[Bot]:
    async with Bot(fake.token, base_url=f"{fake.url}/bot", base_file_url=f"{fake.url}/file/bot") as bot:
        yield bot


async def test_a_conversation(fake: FakeTelegram, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    chat = fake.private_chat(ann)
    asked = await ann.says(chat, "/start hello @parley_bot")
    (update,) = await bot.get_updates(timeout=0)
    assert update.message is not None
    assert [(entity.type, entity.offset, entity.length) for entity in update.message.entities] == [
        ("bot_command", 0, 6),
        ("mention", 13, 11),
    ]
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Retry", callback_data="retry #1")]])
    sent = await bot.send_message(1001, "…", reply_parameters=ReplyParameters(asked.id))
    await bot.edit_message_text("Hi Ann ", 1001, sent.message_id, reply_markup=keys)
    assert fake.answers_to(asked) == [chat.last]
    assert chat.transcript() == "#1 Ann: /start hello @parley_bot\n#2 BOT (to 1) (edited): Hi Ann\n    [Retry]"
    press = await ann.presses(chat.last, "Retry")
    (pressed,) = await bot.get_updates(offset=update.update_id + 1, timeout=1)
    assert pressed.callback_query is not None
    await bot.answer_callback_query(pressed.callback_query.id, "done")
    assert await press.answer() == "done"
    await bot.delete_message(1001, sent.message_id)
    assert chat.texts == []
