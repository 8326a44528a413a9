"""Updates as Telegram words them, and the events they become: a table."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update

from adapters.telegram.events import Reader
from adapters.telegram.reading import Identity
from bot.events import (
    Author,
    CommandInvoked,
    Event,
    MessageEdited,
    MessageReceived,
    MessageRef,
    Place,
    PlaceChanged,
    Quotation,
)

Json = dict[str, Any]

ME = Identity(42, "parley_bot", "Parley")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DATE = 1_795_262_400
ANN: Json = {"id": 1001, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "language_code": "de"}
BOT: Json = {"id": 42, "is_bot": True, "first_name": "Parley", "username": "parley_bot"}
PRIVATE: Json = {"id": 1001, "type": "private", "first_name": "Ann"}
GROUP: Json = {"id": -100500, "type": "supergroup", "title": "Friends"}
ANN_AUTHOR = Author("1001", "Ann Lee", "de")
HOME = Place("telegram", "1001")
ROOM = Place("telegram", "-100500", kind="group")
FILE: Json = {"file_id": "F1", "file_unique_id": "U1", "file_size": 9}


def read(update: Json, *, bare_commands: bool = True, admins: frozenset[str] = frozenset()) -> Event | None:
    reader = Reader(ME, lambda chat, user: user in admins, bare_commands)
    return reader.event(Update.de_json(copy.deepcopy({"update_id": 7, **update}), None), NOW)


def message(chat: Json = PRIVATE, **fields: Any) -> Json:
    return {"message": {"message_id": 11, "date": DATE, "chat": chat, "from": ANN, **fields}}


def mention(offset: int, length: int = 11) -> Json:
    return {"type": "mention", "offset": offset, "length": length}


def from_bot(**fields: Any) -> Json:
    return {"message_id": 5, "date": DATE, "chat": GROUP, "from": BOT, "text": "an answer", **fields}


def received(update: Json, **options: Any) -> MessageReceived:
    event = read(update, **options)
    assert isinstance(event, MessageReceived)
    return event


def command(update: Json, **options: Any) -> CommandInvoked:
    event = read(update, **options)
    assert isinstance(event, CommandInvoked)
    return event


def test_a_private_text() -> None:
    event = read(message(text="hello"))
    assert event == MessageReceived(
        MessageRef(HOME, "11"), ANN_AUTHOR, "hello", datetime.fromtimestamp(DATE, UTC), "telegram:42:7:11", addressed=True
    )
    assert isinstance(event, MessageReceived)
    assert event.ref.place.kind == "private"


@pytest.mark.parametrize(
    ("text", "entities", "words", "addressed"),
    [
        ("hello all", [], "hello all", False),
        ("@parley_bot hi", [mention(0)], "hi", True),
        ("@Parley_Bot, hi", [mention(0)], "hi", True),
        ("@parley_bot", [mention(0)], "", True),
        ("@parley_bot:\nline\n  two", [mention(0)], "line\n  two", True),
        ("hey @parley_bot, what is 2+2?", [mention(4)], "hey, what is 2+2?", True),
        ("what is that @parley_bot", [mention(13)], "what is that", True),
        ("😀😀 @parley_bot 😀", [mention(5)], "😀😀 😀", True),
        ("@other_bot hi", [mention(0, 10)], "@other_bot hi", False),
        ("mail parley_bot", [], "mail parley_bot", False),
        ("Parley, hi", [{"type": "text_mention", "offset": 0, "length": 6, "user": BOT}], "hi", True),
        ("Ann, hi", [{"type": "text_mention", "offset": 0, "length": 3, "user": ANN}], "Ann, hi", False),
    ],
)
def test_u4_in_a_group_the_name_is_the_address(text: str, entities: list[Json], words: str, addressed: bool) -> None:
    event = received(message(GROUP, text=text, entities=entities))
    assert (event.text, event.addressed) == (words, addressed)
    assert event.ref.place.kind == "group"


def test_in_a_private_chat_the_name_is_a_word() -> None:
    assert received(message(text="@parley_bot hi", entities=[mention(0)])).text == "@parley_bot hi"


def test_a_caption_addresses_too() -> None:
    event = received(
        message(GROUP, caption="@parley_bot look", caption_entities=[mention(0)], document={**FILE, "mime_type": "text/plain"})
    )
    assert (event.text, event.addressed, event.attachments[0].kind) == ("look", True, "document")


def test_a_reply_to_the_bot_addresses_it() -> None:
    event = received(message(GROUP, text="and then?", reply_to_message=from_bot()))
    assert (event.addressed, event.reply_to, event.quoted) == (True, MessageRef(ROOM, "5"), None)


def test_a_reply_to_somebody_quotes_them() -> None:
    other = {"message_id": 4, "date": DATE, "chat": GROUP, "from": {**ANN, "id": 1002, "first_name": "Bob"}, "text": "the earth is flat"}
    event = received(message(GROUP, text="@parley_bot true?", entities=[mention(0)], reply_to_message=other))
    assert event.reply_to == MessageRef(ROOM, "4")
    assert event.quoted == Quotation("the earth is flat", "Bob Lee")


def test_picked_words_are_the_quotation() -> None:
    event = received(
        message(text="why?", reply_to_message=from_bot(chat=PRIVATE), quote={"text": "an answer", "position": 0, "is_manual": True})
    )
    assert event.quoted == Quotation("an answer", "Parley")


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ({"type": "user", "date": DATE, "sender_user": ANN}, "Ann Lee"),
        ({"type": "hidden_user", "date": DATE, "sender_user_name": "Zed"}, "Zed"),
        ({"type": "channel", "date": DATE, "chat": {"id": -1009, "type": "channel", "title": "News"}, "message_id": 3}, "News"),
    ],
)
def test_words_quoted_from_another_chat(origin: Json, name: str) -> None:
    event = received(message(text="why?", external_reply={"origin": origin}, quote={"text": "it rains", "position": 0}))
    assert (event.quoted, event.reply_to) == (Quotation("it rains", name), None)


@pytest.mark.parametrize(
    ("text", "name", "args"),
    [
        ("/new", "new", ""),
        ("/NEW A Title", "new", "A Title"),
        ("/edit 3 two\nlines", "edit", "3 two\nlines"),
        ("/edit\nnew words", "edit", "new words"),
        ("/new@parley_bot x", "new", "x"),
        ("/new@Parley_Bot", "new", ""),
        ("/start xyz-1", "start", "xyz-1"),
        ("/history -1", "history", "-1"),
        ("/history " + "9" * 400, "history", "9" * 400),
        ("/edit abc", "edit", "abc"),
        ("/nonsense", "nonsense", ""),
        ("//", "/", ""),
        ("/ü ß", "ü", "ß"),
        ("/edit " + "x" * 4000, "edit", "x" * 4000),
    ],
)
def test_u9_any_string_after_a_slash_is_a_command(text: str, name: str, args: str) -> None:
    event = command(message(text=text))
    assert (event.name, event.args, event.pressed, event.key) == (name, args, False, "telegram:42:7:11")


@pytest.mark.parametrize("text", ["/", "/ new", "/\nnew", "say /new", " /new"])
def test_u9_no_command_without_a_name_at_the_start(text: str) -> None:
    assert received(message(text=text)).text == text


@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
def test_u9_a_command_for_another_bot_is_not_ours(chat: Json) -> None:
    assert read(message(chat, text="/new@other_bot")) is None


@pytest.mark.parametrize(
    ("text", "bare_commands", "is_event"),
    [
        ("/new", True, True),
        ("/new", False, False),
        ("/weather", True, False),
        ("/new@parley_bot", False, True),
        ("/x@parley_bot", True, True),
    ],
)
def test_bare_commands_in_groups(text: str, bare_commands: bool, is_event: bool) -> None:
    assert (read(message(GROUP, text=text), bare_commands=bare_commands) is not None) == is_event


def test_a_command_after_the_name_is_one() -> None:
    event = command(message(GROUP, text="@parley_bot /title Rain", entities=[mention(0)]), bare_commands=False)
    assert (event.name, event.args) == ("title", "Rain")


def test_a_command_in_a_caption_brings_its_file() -> None:
    event = command(message(caption="/import", document={**FILE, "file_name": "a.json", "mime_type": "application/json"}))
    assert (event.name, event.attachments[0].name, event.attachments[0].fetch_id) == ("import", "a.json", "F1")


def test_x27_a_forwarded_command_is_text() -> None:
    event = received(message(text="/end", forward_origin={"type": "hidden_user", "date": DATE, "sender_user_name": "Zed"}))
    assert (event.text, event.forwarded) == ("/end", True)


def test_a_forwarded_mention_addresses_nobody() -> None:
    origin = {"type": "hidden_user", "date": DATE, "sender_user_name": "Zed"}
    assert not received(message(GROUP, text="@parley_bot hi", entities=[mention(0)], forward_origin=origin)).addressed


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


def test_in_a_topic_a_message_does_not_reply_to_the_note_that_opened_it() -> None:
    root = from_bot(message_id=9, forum_topic_created={"name": "t", "icon_color": 1}, text=None)
    event = received(message(GROUP, text="x", message_thread_id=9, is_topic_message=True, reply_to_message=root))
    assert (event.reply_to, event.addressed) == (None, False)


def test_a_native_edit() -> None:
    body = message(text="new words", edit_date=DATE + 60)["message"]
    event = read({"edited_message": body})
    assert event == MessageEdited(
        MessageRef(HOME, "11"), ANN_AUTHOR, "new words", datetime.fromtimestamp(DATE + 60, UTC), "telegram:42:7:11"
    )


def test_two_edits_in_one_second_have_keys_of_their_own() -> None:
    body = message(text="new words", edit_date=DATE)["message"]
    first, second = read({"edited_message": body}), read({"edited_message": body, "update_id": 8})
    assert isinstance(first, MessageEdited)
    assert isinstance(second, MessageEdited)
    assert first.key != second.key


def test_an_edit_in_a_group_loses_the_name_as_the_message_did() -> None:
    event = read({"edited_message": message(GROUP, text="@parley_bot hi", entities=[mention(0)], edit_date=DATE)["message"]})
    assert isinstance(event, MessageEdited)
    assert event.text == "hi"


def test_a_moving_live_location_is_no_edit() -> None:
    assert read({"edited_message": message(location={"latitude": 1.0, "longitude": 2.0}, edit_date=DATE)["message"]}) is None


def press(data: str | None, **fields: Any) -> Json:
    query = {"id": "900", "from": ANN, "chat_instance": "1", "message": from_bot(chat=PRIVATE), **fields}
    return {"callback_query": query if data is None else {**query, "data": data}}


def test_a_pressed_button_is_a_command() -> None:
    event = command(press("version #7f3a 2"))
    assert event == CommandInvoked(
        MessageRef(HOME, "5"), ANN_AUTHOR, "version", "#7f3a 2", NOW, "telegram:42:7:900", attachments=(), reply_to=None, pressed=True
    )


def test_a_button_under_a_post_too_old_to_be_shown() -> None:
    event = command(press("retry #7f3a", message={"message_id": 5, "date": 0, "chat": PRIVATE}))
    assert event.ref == MessageRef(HOME, "5")


@pytest.mark.parametrize("data", [None, "", "  "])
def test_a_button_without_a_command_is_nothing(data: str | None) -> None:
    assert read(press(data, game_short_name="x")) is None


def test_a_button_in_a_topic_is_pressed_there() -> None:
    assert command(press("stop", message=from_bot(message_thread_id=9, is_topic_message=True))).ref.place.thread_id == "9"


@pytest.mark.parametrize("field", ["migrate_to_chat_id", "migrate_from_chat_id"])
def test_p19_both_notes_of_a_migration_say_the_same(field: str) -> None:
    old, new = {"id": -77, "type": "group", "title": "Friends"}, GROUP
    body = message(old, migrate_to_chat_id=-100500) if field == "migrate_to_chat_id" else message(new, migrate_from_chat_id=-77)
    event = read(body)
    assert isinstance(event, PlaceChanged)
    assert (event.place, event.change, event.moved_to) == (Place("telegram", "-77"), "moved", ROOM)


@pytest.mark.parametrize(
    ("chat", "old", "new", "change"),
    [
        (PRIVATE, "member", "kicked", "blocked"),
        (PRIVATE, "kicked", "member", "unblocked"),
        (GROUP, "left", "member", "added"),
        (GROUP, "kicked", "administrator", "added"),
        (GROUP, "member", "kicked", "removed"),
        (GROUP, "administrator", "left", "removed"),
        (GROUP, "member", "administrator", None),
        ({"id": -1009, "type": "channel", "title": "News"}, "left", "administrator", None),
    ],
)
def test_p36_the_bot_comes_and_goes(chat: Json, old: str, new: str, change: str | None) -> None:
    event = read(
        {"my_chat_member": {"chat": chat, "from": ANN, "date": DATE, "old_chat_member": member(old), "new_chat_member": member(new)}}
    )
    assert (event.change if isinstance(event, PlaceChanged) else event) == change


def member(status: str) -> Json:
    things = ("messages", "video_chats", "chat", "info", "stories", "users", "members")
    rights: Json = {"is_anonymous": False, "can_be_edited": False}
    for verb in ("manage", "delete", "restrict", "promote", "change", "invite", "post", "edit"):
        rights |= {f"can_{verb}_{thing}": False for thing in things}
    extra: Json = {"until_date": 0} if status == "kicked" else rights if status == "administrator" else {}
    return {"status": status, "user": BOT, **extra}


@pytest.mark.parametrize("kind", ["poll_answer", "inline_query", "chat_member", "message_reaction", "something_new"])
def test_other_updates_are_nothing(kind: str) -> None:
    assert read({kind: None}) is None


@pytest.mark.parametrize(
    "update",
    [
        message({**PRIVATE, "id": "x"}, text="hello"),
        message({**PRIVATE, "id": 1 << 70}, text="hello"),
        message(text=["/", "n"]),
        message(text="hello", message_id={}),
        {"message": {**message(text="hello")["message"], "from": {**ANN, "id": [5]}}},
        message(GROUP, migrate_to_chat_id="<"),
    ],
)
def test_p22_x18_ids_and_words_of_another_type_are_not_taken(update: Json) -> None:
    """The intake knows this error, and leaves the update out."""
    with pytest.raises(TypeError):
        read(update)
