"""What a message brings along and who wrote it: attachments, Telegram's own notes, channels, other bots, topics."""

from __future__ import annotations

import pytest

from bot.events import Author
from tests.telegram.worded import ANN, DATE, FILE, GROUP, Json, command, from_bot, mention, message, read, received


@pytest.mark.parametrize(
    ("fields", "kind", "mime_type", "size", "fetch_id"),
    [
        ({"photo": [{**FILE, "file_id": "S", "width": 1, "height": 1}, {**FILE, "width": 9, "height": 9}]}, "photo", "image/jpeg", 9, "F1"),
        ({"document": {**FILE, "mime_type": "text/csv", "file_name": "a.csv"}}, "document", "text/csv", 9, "F1"),
        ({"voice": {**FILE, "duration": 3}}, "voice", "audio/ogg", 9, "F1"),
        ({"audio": {**FILE, "duration": 3, "mime_type": "audio/mpeg"}}, "audio", "audio/mpeg", 9, "F1"),
        ({"video": {**FILE, "duration": 3, "width": 1, "height": 1, "mime_type": "video/mp4"}}, "video", "video/mp4", 9, "F1"),
        ({"video_note": {**FILE, "duration": 3, "length": 100}}, "video_note", "video/mp4", 9, "F1"),
        (
            {"animation": {**FILE, "duration": 3, "width": 1, "height": 1}, "document": {**FILE, "file_id": "D"}},
            "animation",
            "video/mp4",
            9,
            "F1",
        ),
        (
            {"sticker": {**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
            "sticker",
            "image/webp",
            9,
            "F1",
        ),
        ({"location": {"latitude": 1.0, "longitude": 2.0}}, "location", "", 0, ""),
        ({"contact": {"phone_number": "1", "first_name": "B"}}, "contact", "", 0, ""),
        ({"dice": {"emoji": "🎲", "value": 3}}, "dice", "", 0, ""),
        (
            {
                "poll": {
                    "id": "1",
                    "question": "?",
                    "options": [],
                    "total_voter_count": 0,
                    "is_closed": False,
                    "is_anonymous": True,
                    "type": "regular",
                    "allows_multiple_answers": False,
                    "allows_revoting": False,
                    "members_only": False,
                }
            },
            "poll",
            "",
            0,
            "",
        ),
        ({"rich_message": {"blocks": []}}, "rich_message", "", 0, ""),
        ({"hologram": {"depth": 3}, "sender_boost_count": 1}, "hologram", "", 0, ""),
    ],
)
def test_u2_each_kind_of_attachment_is_named(fields: Json, kind: str, mime_type: str, size: int, fetch_id: str) -> None:
    (attachment,) = received(message(**fields)).attachments
    assert (attachment.kind, attachment.mime_type, attachment.size, attachment.fetch_id) == (kind, mime_type, size, fetch_id)


@pytest.mark.parametrize(
    "fields",
    [
        {"new_chat_members": [ANN]},
        {"left_chat_member": ANN},
        {"new_chat_title": "x"},
        {"pinned_message": from_bot()},
        {"forum_topic_created": {"name": "t", "icon_color": 1}, "is_topic_message": True, "message_thread_id": 11},
        {"group_chat_created": True},
        {"new_chat_title": "x", "something_new": {"y": 1}},
    ],
)
def test_notes_of_telegram_are_no_messages(fields: Json) -> None:
    assert read(message(GROUP, **fields)) is None


def test_u19_other_bots_are_not_heard() -> None:
    other = {"id": 77, "is_bot": True, "first_name": "Echo", "username": "echo_bot"}
    assert read(message(GROUP, text="@parley_bot hi", entities=[mention(0)], **{"from": other})) is None
    assert read(message(GROUP, text="/new@parley_bot", **{"from": other})) is None


def test_u18_an_anonymous_admin_is_the_group_itself() -> None:
    nobody = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    event = command(message(GROUP, text="/end", sender_chat=GROUP, **{"from": nobody}))
    assert event.author == Author("-100500", "Friends", is_admin=True)


def test_u18_a_channel_in_a_group_is_not_heard() -> None:
    channel = {"id": -1009, "type": "channel", "title": "News"}
    stand_in = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
    assert read(message(GROUP, text="@parley_bot hi", entities=[mention(0)], sender_chat=channel, **{"from": stand_in})) is None
    assert read(message(GROUP, text="@parley_bot hi", entities=[mention(0)], is_automatic_forward=True)) is None


def test_u18_a_channel_post_is_not_heard() -> None:
    post = {"message_id": 3, "date": DATE, "chat": {"id": -1009, "type": "channel", "title": "News"}, "text": "/new"}
    assert read({"channel_post": post}) is None
    assert read({"edited_channel_post": post}) is None
    assert read({"message": post}) is None


def test_u18_a_message_without_a_sender_is_not_heard() -> None:
    body = message(GROUP, text="/end")
    del body["message"]["from"]
    assert read(body) is None


def test_admins_are_marked() -> None:
    assert command(message(GROUP, text="/end"), admins=frozenset({"1001"})).author.is_admin
    assert not command(message(GROUP, text="/end"), admins=frozenset({"1"})).author.is_admin
    assert not command(message(text="/end"), admins=frozenset({"1001"})).author.is_admin


def test_a_thread_id_is_a_place_only_in_a_topic() -> None:
    chain = received(message(GROUP, text="x", message_thread_id=9))
    topic = received(message({**GROUP, "is_forum": True}, text="x", message_thread_id=9, is_topic_message=True))
    private = received(message(text="x", message_thread_id=9, is_topic_message=True))
    assert [event.ref.place.thread_id for event in (chain, topic, private)] == ["", "9", "9"]


def test_who_writes_to_a_channel_has_a_place_of_their_own() -> None:
    """All direct messages to a channel are one chat; a topic of it is one person's, and the channel's."""
    chat = {**GROUP, "is_direct_messages": True}
    ann, bob, topic = [
        received(message(chat, text="x", direct_messages_topic={"topic_id": number, "user": ANN})) for number in (1001, 1 << 40)
    ] + [received(message({**GROUP, "is_forum": True}, text="x", message_thread_id=1001, is_topic_message=True))]
    assert len({event.ref.place for event in (ann, bob, topic)}) == 3
    assert all(event.ref.place.kind == "group" for event in (ann, bob))


def test_in_a_topic_a_message_does_not_reply_to_the_note_that_opened_it() -> None:
    root = from_bot(message_id=9, forum_topic_created={"name": "t", "icon_color": 1}, text=None)
    event = received(message(GROUP, text="x", message_thread_id=9, is_topic_message=True, reply_to_message=root))
    assert (event.reply_to, event.addressed) == (None, False)
