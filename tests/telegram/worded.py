"""Updates worded as Telegram words them, and the event that the reader makes of one."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from telegram import Update

from adapters.telegram.events import Reader
from adapters.telegram.reading import Identity
from bot.events import Author, CommandInvoked, Event, MessageReceived, Place

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
