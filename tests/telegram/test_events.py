"""Messages as Telegram words them, and whom they address: a table of texts, names, quotations and commands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.events import MessageReceived, MessageRef, Quotation
from tests.telegram.worded import (
    ANN,
    ANN_AUTHOR,
    BOT,
    DATE,
    FILE,
    GROUP,
    HOME,
    PRIVATE,
    ROOM,
    Json,
    command,
    from_bot,
    mention,
    message,
    read,
    received,
)


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
