"""Telegram's updates, type-confused and half of them: none raises, and what becomes an event is one."""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

from adapters.calls.flights import Flights
from adapters.telegram.events import Reader
from adapters.telegram.intake import Intake
from adapters.telegram.reading import Identity
from bot.clock import SystemClock
from bot.events import Event
from tests.fakes.rig import ListCore
from tests.fuzz.events import event_problems
from tests.fuzz.loops import completed
from tests.fuzz.shrinking import smaller_json
from tests.fuzz.texts import nasty_text
from tests.fuzz.trees import STRANGE, twisted

Json = dict[str, Any]

ME: Final = Identity(42, "parley_bot", "Parley")
DATE: Final = 1_795_262_400
ANN: Final[Json] = {"id": 1001, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "language_code": "de", "username": "ann"}
BOT: Final[Json] = {"id": 42, "is_bot": True, "first_name": "Parley", "username": "parley_bot"}
PRIVATE: Final[Json] = {"id": 1001, "type": "private", "first_name": "Ann"}
GROUP: Final[Json] = {"id": -100500, "type": "supergroup", "title": "Friends", "is_forum": True}
SMALL: Final[Json] = {"id": -900, "type": "group", "title": "Friends"}
CHANNEL: Final[Json] = {"id": -100700, "type": "channel", "title": "News"}
FILE: Final[Json] = {"file_id": "F1", "file_unique_id": "U1", "file_size": 9, "file_name": "a.txt", "mime_type": "text/plain"}
_IDS: Final = re.compile(r"-?[0-9]{1,20}")


def _message(chat: Json, **fields: Any) -> Json:
    return {"message_id": 11, "date": DATE, "chat": chat, "from": ANN, **fields}


def _member(status: str) -> Json:
    return {"user": BOT, "status": status, "until_date": 0}


_MENTION: Final[Json] = {"type": "mention", "offset": 0, "length": 11}
_THUMB: Final[Json] = {**FILE, "width": 1, "height": 1}
_PLAIN: Final[tuple[Json, ...]] = (
    {"message": _message(PRIVATE, text="hello 😀")},
    {"message": _message(GROUP, text="@parley_bot hi", entities=[_MENTION], message_thread_id=5, is_topic_message=True)},
    {"message": _message(GROUP, text="/edit@parley_bot 1 words", entities=[{"type": "bot_command", "offset": 0, "length": 16}])},
    {"message": _message(PRIVATE, text="/new", reply_to_message=_message(PRIVATE, text="an answer", **{"from": BOT}))},
    {"message": _message(GROUP, text="Parley, hi", entities=[{"type": "text_mention", "offset": 0, "length": 6, "user": BOT}])},
    {"message": _message(PRIVATE, text="why?", quote={"text": "it rains", "position": 0, "is_manual": True},
                         external_reply={"origin": {"type": "user", "date": DATE, "sender_user": ANN}, "chat": GROUP, "message_id": 5})},
    {"message": _message(PRIVATE, text="fwd", forward_origin={"type": "hidden_user", "date": DATE, "sender_user_name": "Zed"})},
    {"message": _message(PRIVATE, caption="a photo", photo=[_THUMB, _THUMB])},
    {"message": _message(GROUP, document=FILE, caption="@parley_bot see", caption_entities=[_MENTION])},
    {"message": _message(PRIVATE, voice={**FILE, "duration": 3})},
    {"message": _message(PRIVATE, sticker={**_THUMB, "is_animated": False, "is_video": False, "type": "regular"})},
    {"message": _message(PRIVATE, location={"latitude": 1.0, "longitude": 2.0})},
    {"message": _message(PRIVATE, contact={"phone_number": "1", "first_name": "A"})},
    {"message": _message(GROUP, text="x", sender_chat=GROUP, is_automatic_forward=False)},
    {"message": _message(GROUP, text="x", sender_chat=CHANNEL)},
    {"message": _message(SMALL, migrate_to_chat_id=-100900)},
    {"message": _message(GROUP, migrate_from_chat_id=-900)},
    {"message": _message(PRIVATE, poll={"id": "1", "question": "?", "options": [{"text": "a", "voter_count": 0}], "total_voter_count": 0,
                                         "is_closed": False, "is_anonymous": True, "type": "regular", "allows_multiple_answers": False})},
    {"edited_message": _message(PRIVATE, text="hello again", edit_date=DATE + 5)},
    {"edited_message": _message(GROUP, text="/edit", edit_date=DATE + 5)},
    {"callback_query": {"id": "77", "from": ANN, "chat_instance": "1", "data": "retry #1f", "message": _message(PRIVATE, text="x",
    **{"from": BOT})}},
    {"callback_query": {"id": "78", "from": ANN, "chat_instance": "1", "data": "open #aa", "message": {"chat": GROUP, "message_id": 3,
    "date": 0}}},
    {"my_chat_member": {"chat": PRIVATE, "from": ANN, "date": DATE, "old_chat_member": _member("member"),
    "new_chat_member": _member("kicked")}},
    {"my_chat_member": {"chat": GROUP, "from": ANN, "date": DATE, "old_chat_member": _member("left"),
    "new_chat_member": _member("member")}},
    {"channel_post": _message(CHANNEL, text="x")},
    {"message_reaction": {"chat": PRIVATE, "message_id": 3, "date": DATE, "old_reaction": [], "new_reaction": [{"type": "emoji",
    "emoji": "👍"}]}},
)  # fmt: skip
UPDATES: Final[tuple[Json, ...]] = tuple({"update_id": 7, **update} for update in _PLAIN)

MakeReader = Callable[[], Reader]


class _Core(ListCore):
    """Takes every event, and now and then has a line for who pressed."""

    async def accept(self, event: Event) -> str | None:
        self.events.append(event)
        return None if len(self.events) % 7 else "a line \ud800" * 50


class Updates:
    """`reader` makes what is tried."""

    name = "updates"

    def __init__(self, reader: MakeReader = lambda: Reader(ME, lambda chat, user: user == "1001")) -> None:
        logging.getLogger("adapters.telegram.intake").setLevel(logging.ERROR)
        self._make = reader

    def make(self, chance: Random) -> object:
        if chance.random() < 0.01:
            return copy.deepcopy(chance.choice(STRANGE))
        update = twisted(chance.choice(UPDATES), chance, UPDATES)
        if chance.random() < 0.3 and isinstance(update, dict):
            _set_text(update, nasty_text(chance), chance)
        return update

    def smaller(self, case: object) -> Iterator[object]:
        return smaller_json(case)

    def show(self, case: object) -> str:
        return repr(case)

    def judge(self, case: object) -> list[str]:
        core, flights, toasts = _Core(), Flights(), []

        async def answer(query_id: str, line: str) -> None:
            toasts.append((query_id, line))

        async def taken() -> None:
            await Intake(core, self._make(), SystemClock(), flights, answer).take(copy.deepcopy(case))
            await flights.drain(1)

        completed(taken())
        found = [problem for event in core.events for problem in event_problems(event, _IDS)]
        return found + [f"toast: {toast!r:.300}" for toast in toasts if not isinstance(toast[0], str) or len(toast[1]) > 200]


def _set_text(update: Json, text: str, chance: Random) -> None:
    for message in update.values():
        if isinstance(message, dict):
            message[chance.choice(("text", "text", "caption", "data"))] = chance.choice(("", "/edit ", "/", "@parley_bot ")) + text
