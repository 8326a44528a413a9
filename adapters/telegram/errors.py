"""Errors of python-telegram-bot become those of bot.errors here, and nowhere else. No address, token or message text goes along."""

from __future__ import annotations

import os
import re
from typing import Literal

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from adapters.telegram.request import Unreached
from bot.errors import (
    AdapterError,
    ContentRefused,
    DeleteRefused,
    MessageGone,
    PlaceMoved,
    PlaceUnavailable,
    RateLimited,
    SendUnknown,
    TokenRefused,
)
from bot.events import Place

# Else the library warns at every flood that its whole seconds will become a timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "1")

Refusal = Literal["same", "gone", "fixed", "place", "kept", "markup", "content"]

AGAIN_AFTER_UNREACHED = 5.0

# What the server says in a 400, as lower case fragments: the Bot API has no codes for them. First match counts.
_REFUSALS: tuple[tuple[str, Refusal], ...] = (
    ("message is not modified", "same"),
    ("message to edit not found", "gone"),
    ("message to delete not found", "gone"),
    ("message can't be edited", "fixed"),
    ("message_id_invalid", "gone"),
    ("no text in the message to edit", "gone"),
    ("message can't be deleted", "kept"),
    ("message_delete_forbidden", "kept"),
    ("chat not found", "place"),
    ("chat_id is empty", "place"),
    ("peer_id_invalid", "place"),
    ("not enough rights", "place"),
    ("have no rights", "place"),
    ("need administrator rights", "place"),
    ("chat_write_forbidden", "place"),
    ("chat_restricted", "place"),
    ("chat_admin_required", "place"),
    ("user_is_blocked", "place"),
    ("user_deactivated", "place"),
    ("user is deactivated", "place"),
    ("bot was kicked", "place"),
    ("bot was blocked", "place"),
    ("group chat was deactivated", "place"),
    ("topic_closed", "place"),
    ("topic_deleted", "place"),
    ("message thread not found", "place"),
    ("_forbidden", "place"),
    ("can't parse", "markup"),
    ("entit", "markup"),
)


def refusal(error: BadRequest) -> Refusal:
    """What kind of "no" a 400 is; `content` for everything that is not known better."""
    words = error.message.lower()
    return next((kind for fragment, kind in _REFUSALS if fragment in words), "content")


def unanswered(error: TelegramError) -> bool:
    """Whether the call may have taken effect or not. A 400 is a NetworkError to the library, and is a clear answer."""
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest | Unreached)


def translated(error: TelegramError, place: Place) -> AdapterError:
    """The error to raise instead, for a call that concerns `place`."""
    match error:
        case RetryAfter():
            return RateLimited(seconds(error))
        case ChatMigrated():
            return PlaceMoved(Place(place.platform, str(error.new_chat_id), place.thread_id, "group"))
        case Forbidden():
            return PlaceUnavailable(safe(error))
        case InvalidToken():
            return TokenRefused("Telegram does not accept the token; copy it again from @BotFather")
        case Unreached():
            return RateLimited(AGAIN_AFTER_UNREACHED)  # nothing was asked yet, so it can be asked again
        case BadRequest():
            return _refused(error)
        case _:
            return SendUnknown(safe(error))


def _refused(error: BadRequest) -> AdapterError:
    match refusal(error):
        case "gone" | "fixed":
            return MessageGone(safe(error))
        case "place":
            return PlaceUnavailable(safe(error))
        case "kept":
            return DeleteRefused(safe(error))
        case _:
            return ContentRefused(safe(error))


def seconds(error: RetryAfter) -> float:
    """How long to wait, whichever way the library gives it."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()


def safe(error: TelegramError) -> str:
    """The server's words without what it may quote of a message, short enough for a log line."""
    return re.sub(r"""["'“«].*["'”»]""", "...", error.message, flags=re.DOTALL)[:120] or type(error).__name__
