"""The fake Bot API server, checked with the real python-telegram-bot."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession, web
from telegram import (
    Bot,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaDocument,
    ReplyParameters,
)
from telegram.error import Conflict, NetworkError, TimedOut

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.control import Control


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


async def test_offsets_confirm_and_nothing_else_does(fake: FakeTelegram, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    chat = fake.private_chat(ann)
    for n in range(3):
        await ann.says(chat, str(n))
    first = await bot.get_updates(timeout=0)
    assert [update.update_id for update in await bot.get_updates(timeout=0)] == [update.update_id for update in first]
    left = await bot.get_updates(offset=first[1].update_id, timeout=0, limit=1)
    assert left[0].message is not None
    assert left[0].message.text == "1"
    assert fake.updates.confirmed == [first[0].update_id]
    assert [update.update_id for update in await bot.get_updates(offset=-1, timeout=0)] == [first[2].update_id]
    assert len(fake.updates.waiting) == 1


async def test_a_second_poller_ends_the_first(fake: FakeTelegram, bot: Bot) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=5))
    async with asyncio.timeout(2):
        await fake.updates.polled.wait()
        async with Bot(fake.token, base_url=f"{fake.url}/bot") as other:
            await other.get_updates(timeout=0)
        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await older


async def test_a_long_poll_wakes_and_unwanted_kinds_are_left_out(fake: FakeTelegram, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    chat = fake.private_chat(ann)
    waiting = asyncio.create_task(bot.get_updates(timeout=5, allowed_updates=["message"]))
    await fake.updates.polled.wait()
    asked = await ann.says(chat, "x")
    async with asyncio.timeout(2):
        assert len(await waiting) == 1
    await ann.edits(asked, "y")
    assert len(fake.updates.waiting) == 1


async def test_what_the_bot_sees_in_groups(fake: FakeTelegram, bot: Bot) -> None:
    ann = fake.person(1, "Ann")
    group = fake.group("G", ann)
    for text in ["nothing", "/help", "/help@other_bot", "hey @parley_bot"]:
        await ann.says(group, text)
    sent = await bot.send_message(group.id, "a")
    await ann.says(group, "why", reply_to=group.everything[sent.message_id], quote="a")
    seen = await bot.get_updates(timeout=0)
    assert [update.message.text for update in seen if update.message] == ["/help", "hey @parley_bot", "why"]
    last = seen[-1].message
    assert last is not None
    assert last.quote is not None
    assert (last.quote.text, last.message_thread_id, last.is_topic_message) == ("a", sent.message_id, None)


async def test_files_go_both_ways(fake: FakeTelegram, bot: Bot) -> None:
    ann = fake.person(1, "Ann")
    chat = fake.private_chat(ann)
    await ann.sends_document(chat, b"in", caption="look")
    (update,) = await bot.get_updates(timeout=0)
    assert update.message is not None
    assert update.message.document is not None
    assert bytes(await (await bot.get_file(update.message.document)).download_as_bytearray()) == b"in"
    await bot.send_document(1, InputFile(b"out", "a.md"), caption="here", reply_markup=InlineKeyboardMarkup([]))
    assert (chat.last.file, chat.last.file_name, chat.last.text) == (b"out", "a.md", "here")
    await bot.edit_message_media(InputMediaDocument(InputFile(b"new", "b.md")), 1, chat.last.id)
    assert (chat.last.file, chat.last.text) == (b"new", "")


async def test_command_lists_by_scope_and_language(fake: FakeTelegram, bot: Bot) -> None:
    await bot.set_my_commands([("help", "Help")])
    await bot.set_my_commands([("help", "Hilfe")], BotCommandScopeAllPrivateChats(), "de")
    assert [command.description for command in await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "de")] == ["Hilfe"]
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats()) == ()


async def test_a_webhook_gets_updates_until_it_says_yes(fake: FakeTelegram, bot: Bot) -> None:
    got: list[tuple[str | None, str]] = []
    arrived = asyncio.Event()

    async def hook(request: web.Request) -> web.Response:
        got.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), (await request.json())["message"]["text"]))
        if len(got) == 3:
            arrived.set()
        return web.Response(status=500 if len(got) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", hook)
    fake.updates.webhook_pause = 0.01
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="s-1", max_connections=1)
        ann = fake.person(1, "Ann")
        for text in ("a", "b"):
            await ann.says(fake.private_chat(ann), text)
        async with asyncio.timeout(5):
            await arrived.wait()
        assert got == [("s-1", "a"), ("s-1", "a"), ("s-1", "b")]
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates(timeout=0)
        await bot.delete_webhook()
        assert (await bot.get_webhook_info()).url == ""
    finally:
        await runner.cleanup()


async def test_topics_and_who_writes_there(fake: FakeTelegram, bot: Bot) -> None:
    ann = fake.person(1, "Ann")
    forum = fake.group("Forum", ann, forum=True, bot_admin=True)
    topic = fake.topic(forum, "Plans")
    await ann.says(topic, "in the topic")
    await fake.anonymous_admin(forum).says(forum, "hidden")
    channel, hand = fake.channel("News")
    await hand.says(channel, "post")
    in_topic, hidden, post = await bot.get_updates(timeout=0)
    assert in_topic.message is not None
    assert (in_topic.message.message_thread_id, in_topic.message.is_topic_message) == (topic.thread_id, True)
    assert in_topic.message.reply_to_message is not None
    assert in_topic.message.reply_to_message.forum_topic_created is not None
    assert hidden.message is not None
    assert hidden.message.sender_chat is not None
    assert hidden.message.sender_chat.id == forum.id
    assert post.channel_post is not None
    assert post.channel_post.from_user is None
    made = await bot.create_forum_topic(forum.id, "New")
    assert forum.topics[made.message_thread_id].name == "New"


async def test_other_ways_to_show_something(fake: FakeTelegram, bot: Bot) -> None:
    ann = fake.person(1, "Ann")
    chat = fake.private_chat(ann)
    await bot.send_chat_action(1, "typing")
    await bot.send_message_draft(1, 7, "half a")
    assert [draft[1:] for draft in chat.drafts] == [(7, "half a")]
    assert chat.actions[0][1] == "typing"
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
    sent = await bot.send_message(1, "x")
    await bot.edit_message_reply_markup(1, sent.message_id, reply_markup=keys)
    assert chat.last.labels() == ["Go"]
    await bot.delete_messages(1, [sent.message_id, 77])
    assert chat.texts == []
    assert [person.user.first_name for person in await bot.get_chat_administrators(fake.group("G", admins=[ann]).id)] == ["Ann"]


async def test_a_half_open_poll_is_never_answered(fake: FakeTelegram, bot: Bot) -> None:
    ann = fake.person(1, "Ann")
    fake.faults.add("getUpdates", hang=True)
    await ann.says(fake.private_chat(ann), "x")
    with pytest.raises(TimedOut):
        await bot.get_updates(timeout=0, read_timeout=0.2)
    assert len(await bot.get_updates(timeout=0)) == 1


async def test_what_does_not_come_is_told_with_the_chat(fake: FakeTelegram) -> None:
    ann = fake.person(1, "Ann")
    chat = fake.private_chat(ann)
    await ann.says(chat, "hello")
    with pytest.raises(AssertionError, match="#1 Ann: hello"):
        await chat.wait_for("x", timeout=0.05)


async def test_people_played_from_another_process() -> None:
    fake = FakeTelegram()
    Control(fake)
    async with fake, ClientSession(fake.url) as client, Bot(fake.token, base_url=f"{fake.url}/bot") as bot:

        async def control(verb: str, body: dict[str, object]) -> object:
            async with client.post(f"/control/{verb}", json=body) as response:
                assert response.status == 200
                return await response.json()

        await control("person", {"id": 5, "name": "Eve"})
        await control("says", {"person": 5, "text": "hi"})
        await bot.send_message(5, "hello")
        assert await control("transcript", {"person": 5}) == "#1 Eve: hi\n#2 BOT: hello"
        await control("fault", {"method": "sendMessage", "error": 502})
        with pytest.raises(NetworkError):
            await bot.send_message(5, "again")
