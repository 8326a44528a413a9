"""Sending, editing, deleting and fetching against the loopback Bot API, where Telegram takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.entities import Entity
from bot.errors import BotError, ContentRefused, DeleteRefused, MessageGone
from bot.events import Attachment, MessageReceived, MessageRef, Place
from bot.posts import Ask, Button, Content, File, Part
from tests.fakes.rig import ListCore, plain, running, until
from tests.telegram.rig import options_for
from tests.telegram.stage import Stage, place_of
from tests.telegram.worded import ANN, DATE, received


async def test_a_post_replies_and_shows_no_link_preview(stage: Stage) -> None:
    asked = await stage.ann.says(stage.chat, "hi")
    ref = await stage.adapter.send(stage.home, plain("see https://a.example"), reply_to=MessageRef(stage.home, str(asked.id)), key="k")
    assert ref == MessageRef(stage.home, str(stage.chat.last.id))
    assert stage.chat.last.reply_to is asked
    (call,) = stage.fake.calls_of("sendMessage")
    assert call.params["link_preview_options"] == {"is_disabled": True}


async def test_a_reply_to_a_message_that_is_gone_is_sent_all_the_same(stage: Stage) -> None:
    await stage.adapter.send(stage.home, plain("hello"), reply_to=MessageRef(stage.home, "999"), key="k")
    assert stage.chat.texts == ["hello"]


async def test_a_reply_to_something_newer_than_the_library_is_sent_and_known(stage: Stage) -> None:
    poll = {"id": "1", "question": "?", "options": [], "total_voter_count": 0}
    asked = await stage.ann.sends(stage.chat, "poll", poll)
    ref = await stage.adapter.send(stage.home, plain("hello"), reply_to=MessageRef(stage.home, str(asked.id)), key="k")
    assert ref.message_id == str(stage.chat.last.id)


async def test_formatting_buttons_and_questions_arrive(stage: Stage) -> None:
    marks = (Entity("bold", 0, 2), Entity("text_link", 3, 1, url="https://a.example"))
    rows = ((Button("Retry", "retry #7f3a"), Button("Site", url="https://a.example")), ())
    await stage.send("Hi x", markup=marks, buttons=rows)
    post = stage.chat.last
    assert [entity["type"] for entity in post.entities] == ["bold", "text_link"]
    assert [(button.label, button.data, button.url) for button in post.buttons[0]] == [
        ("Retry", "retry #7f3a", ""),
        ("Site", "", "https://a.example"),
    ]
    await stage.send("The new text?", ask=Ask("edit 3", "The new text of message 3, which is a long label for a field in fact", "old"))
    assert stage.chat.last.force_reply
    markup = stage.fake.calls_of("sendMessage")[-1].params["reply_markup"]
    assert markup["selective"] is True
    assert 60 <= len(markup["input_field_placeholder"]) <= 64


async def test_a_post_to_who_writes_to_a_channel_goes_to_their_topic_alone(stage: Stage) -> None:
    chat = stage.fake.group("Club Direct Messages", stage.ann)
    body = {"message_id": 1, "date": DATE, "chat": {"id": chat.id, "type": "supergroup", "title": "Club", "is_direct_messages": True}}
    place = received({"message": {**body, "from": ANN, "text": "x", "direct_messages_topic": {"topic_id": 1 << 40, "user": ANN}}}).ref.place
    await stage.send("for ann", place)
    await stage.adapter.typing(place)
    (call,) = stage.fake.calls_of("sendMessage")
    assert call.params["direct_messages_topic_id"] == 1 << 40
    assert "message_thread_id" not in call.params
    assert stage.fake.calls_of("sendChatAction") == [], "there it names no topic"


async def test_a_post_goes_to_its_topic(stage: Stage) -> None:
    forum = stage.fake.group("Forum", stage.ann, forum=True)
    topic = stage.fake.topic(forum, "Rain")
    ref = await stage.send("in the topic", place_of(forum, topic.thread_id))
    await stage.adapter.edit(ref, plain("still there"))
    assert topic.texts == ["still there"]
    assert ref.place.thread_id == str(topic.thread_id)


async def test_a_file_is_a_document_and_an_edit_can_bring_one(stage: Stage) -> None:
    ref = await stage.send("the session", file=File("a.md", "text/markdown", b"# hi"), markup=(Entity("bold", 0, 3),))
    assert (stage.chat.last.file, stage.chat.last.file_name, stage.chat.last.text) == (b"# hi", "a.md", "the session")
    assert stage.chat.last.entities[0]["type"] == "bold"
    await stage.adapter.edit(ref, plain("another", file=File("b.md", "text/markdown", b"# ho")))
    assert (stage.chat.last.file, stage.chat.last.text) == (b"# ho", "another")


async def test_p15_a_file_beside_many_words_has_a_message_of_its_own(stage: Stage) -> None:
    rows = ((Button("Retry", "retry #7f3a"),),)
    parts = stage.adapter.render(Content("long words " * 200, rows, File("a.md", "text/markdown", b"# hi")))
    assert [bool(part.file) for part in parts] == [False, True]
    for part in parts:
        await stage.adapter.send(stage.home, part, key="k")
    assert [message.file_name for message in stage.chat.from_bot] == ["", "a.md"]
    assert (stage.chat.from_bot[0].buttons, stage.chat.last.labels()) == ((), ["Retry"])
    assert len(stage.adapter.render(Content("few words", (), File("a.md", "text/markdown", b"# hi")))) == 1
    with pytest.raises(ContentRefused):
        await stage.send("x" * 1025, file=File("a.md", "text/markdown", b"# hi"))


async def test_an_edit_without_buttons_takes_them_away(stage: Stage) -> None:
    ref = await stage.send("x", buttons=((Button("Stop", "stop"),),))
    await stage.adapter.edit(ref, plain("y"))
    assert (stage.chat.last.text, stage.chat.last.buttons) == ("y", ())


async def test_an_edit_asks_nothing_again(stage: Stage) -> None:
    """Telegram takes a forced reply with a new message only."""
    ref = await stage.send("x")
    await stage.adapter.edit(ref, plain("y", ask=Ask("edit 3", "The new text"), buttons=((Button("Cancel", "cancel"),),)))
    assert (stage.chat.last.text, stage.chat.last.labels()) == ("y", ["Cancel"])


async def test_p12_a_question_that_stands_is_not_asked_again(stage: Stage) -> None:
    """Telegram edits no forced reply: what was stored and is brought in line after a death is there already. Other words come anew."""
    question = plain("The new text?", ask=Ask("edit 3", "The new text"))
    ref = await stage.send("The new text?", ask=Ask("edit 3", "The new text"))
    await stage.adapter.edit(ref, question)
    assert stage.chat.texts == ["The new text?"]
    with pytest.raises(MessageGone):
        await stage.adapter.edit(ref, plain("Took it."))


async def test_a_deletion_and_its_repetition(stage: Stage) -> None:
    ref = await stage.send("x")
    await stage.adapter.delete(ref)
    await stage.adapter.delete(ref)
    assert stage.chat.from_bot == []


async def test_a_post_older_than_two_days_stays(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.advance(hours=49)
    with pytest.raises(DeleteRefused):
        await stage.adapter.delete(ref)


async def test_a_deletion_without_an_answer_is_repeated(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("deleteMessage", cut=True, after=True)
    await stage.adapter.delete(ref)
    assert stage.chat.from_bot == []


async def test_typing_shows_and_never_raises(stage: Stage) -> None:
    await stage.adapter.typing(stage.home)
    assert [action for _, action, _ in stage.chat.actions] == ["typing"]
    for fault in ({"error": 500}, {"cut": True}, {"retry_after": 3}, {"error": 403}):
        stage.fake.faults.add("sendChatAction", **fault)  # type: ignore[arg-type]
        await stage.adapter.typing(stage.home)


async def test_a_file_is_fetched(stage: Stage, tmp_path: Path) -> None:
    core = ListCore()
    async with running(stage.adapter, core):
        await stage.ann.sends_document(stage.chat, b"words in a file", "a.txt", caption="read it")
        await until(lambda: core.events)
        event = core.events[0]
        assert isinstance(event, MessageReceived)
        assert event.text == "read it"
        assert await stage.adapter.fetch(event.attachments[0], 1000) == b"words in a file"
        with pytest.raises(ContentRefused):
            await stage.adapter.fetch(event.attachments[0], 5)


async def test_u6_a_file_over_twenty_megabytes_is_not_asked_for(stage: Stage) -> None:
    big = Attachment("document", "text/plain", 21 * 2**20, "big.txt", "F1")
    with pytest.raises(ContentRefused):
        await stage.adapter.fetch(big, 10**9)
    assert stage.fake.calls == []


@pytest.mark.parametrize("fetch_id", ["no-such-file", ""])
async def test_a_file_that_is_not_there(stage: Stage, fetch_id: str) -> None:
    with pytest.raises(ContentRefused):
        await stage.adapter.fetch(Attachment("document", "", 0, "x", fetch_id), 1000)


async def test_x7_errors_hold_no_token_and_no_words(stage: Stage) -> None:
    stage.fake.faults.add("sendMessage", error=400, description="Bad Request: strange thing in 'canary words'", times=1)
    seen: list[BotError] = []
    for fault in (None, {"cut": True}, {"error": 500, "html": True}, {"error": 401}):
        if fault is not None:
            stage.fake.faults.add("sendMessage", **fault)  # type: ignore[arg-type]
        with pytest.raises(BotError) as raised:
            await stage.send("canary words")
        seen.append(raised.value)
    for error in seen:
        assert "canary" not in str(error)
        assert "token-that-opens" not in f"{error!r} {error.__cause__!r} {error.args}"
        assert error.__suppress_context__


async def test_capabilities_are_data_of_the_place(stage: Stage) -> None:
    home, room = stage.home, Place("telegram", "-100500", kind="group")
    assert stage.adapter.capabilities(room).private_link == ""
    async with running(stage.adapter, core := ListCore()):
        await until(lambda: core.caught)
        private, group = stage.adapter.capabilities(home), stage.adapter.capabilities(room)
    assert (private.max_text, private.idempotent_send, private.native_edits, private.native_deletes) == (4096, False, True, False)
    assert (private.private, private.private_link, private.update_interval) == ("none", "", 1.05)
    assert (group.private, group.private_link, group.update_interval) == ("direct", "https://t.me/parley_bot?start=private", 3.1)
    assert stage.adapter.private_place("1001") == home
    assert stage.adapter.private_place("-100500") is None


async def test_check_says_what_would_work(stage: Stage, tmp_path: Path) -> None:
    lines = await stage.adapter.check()
    assert all(verdict == "ok" for verdict, _ in lines)
    assert "@parley_bot" in lines[0][1]
    assert "privacy mode is on" in lines[1][1]
    wrong = TelegramAdapter(options_for(stage.fake, str(tmp_path), token="1:wrong"), stage.clock)
    ((verdict, line),) = await wrong.check()
    assert verdict == "fail"
    assert "BotFather" in line
    await wrong.close()


async def test_what_is_rendered_is_taken(stage: Stage) -> None:
    content = Content("# Title\n\nSome **bold** words\n\n" + "and more words " * 600, ((Button("Retry", "retry #7f3a"),),))
    parts: tuple[Part, ...] = stage.adapter.render(content)
    for part in parts:
        await stage.adapter.send(stage.home, part, key="k")
    assert len(stage.chat.texts) == len(parts) >= 2
    assert stage.fake.violations == []
