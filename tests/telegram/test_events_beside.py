"""Updates that are no new message: edits, pressed buttons, chats that move, the bot that comes and goes, and what is no update."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.events import CommandInvoked, MessageEdited, MessageRef, Place, PlaceChanged
from tests.telegram.worded import (
    ANN,
    ANN_AUTHOR,
    BOT,
    DATE,
    FILE,
    GROUP,
    HOME,
    NOW,
    PRIVATE,
    ROOM,
    Json,
    command,
    from_bot,
    mention,
    message,
    read,
)


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


SMALL = {"id": -77, "type": "group", "title": "Friends"}
FORWARDED = {"type": "hidden_user", "date": DATE, "sender_user_name": "Zed"}


@pytest.mark.parametrize(
    "forged",
    [
        message(PRIVATE, migrate_to_chat_id=-100500),
        message(PRIVATE, migrate_from_chat_id=-77),
        message(GROUP, migrate_to_chat_id=-100900),
        message(GROUP, migrate_from_chat_id=1002),
        message(GROUP, migrate_from_chat_id=-1_000_000_000_900),
        message(SMALL, migrate_to_chat_id=1002),
        message(SMALL, migrate_from_chat_id=-78),
        message(SMALL, migrate_to_chat_id=-100500, forward_origin=FORWARDED),
        message(SMALL, migrate_to_chat_id=-100500, text="moved"),
        message(GROUP, migrate_from_chat_id=-77, caption="moved", document=FILE),
        message(text="hi", reply_to_message=message(SMALL, migrate_to_chat_id=-100500)["message"]),
        {"edited_message": message(SMALL, migrate_to_chat_id=-100500, edit_date=DATE)["message"]},
    ],
)
def test_x27_what_is_no_note_of_telegrams_moves_no_chat(forged: Json) -> None:
    """Small groups alone become something else, which is a supergroup, and Telegram's note of it has no words and is never forwarded."""
    assert not isinstance(read(forged), PlaceChanged)


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
