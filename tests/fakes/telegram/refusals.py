"""How Telegram says no: codes and descriptions as its server words them, in one place to be checked against the real thing."""

from __future__ import annotations

from dataclasses import dataclass, field

# 400, after "Bad Request: "
COMMANDS_UNPARSABLE = "can't parse commands list JSON object"
NO_SUCH_MEMBER = "PARTICIPANT_ID_INVALID"
NO_ADMINISTRATORS = "there are no administrators in the private chat"
WRONG_FILE = "wrong file_id or the file is temporarily unavailable"
FILE_TOO_BIG = "file is too big"
NOT_A_FORUM = "the chat is not a forum"
THREAD_NOT_FOUND = "message thread not found"
UNPARSABLE = "can't parse JSON object"
TEXT_EMPTY = "message text is empty"
TEXT_TOO_LONG = "message is too long"
NO_DOCUMENT = "there is no document in the request"
CAPTION_TOO_LONG = "message caption is too long"
REPLY_NOT_FOUND = "message to be replied not found"
BUTTON_EMPTY = "inline keyboard button text can't be empty"
EDIT_NOT_FOUND = "message to edit not found"
NOT_EDITABLE = "message can't be edited"
NO_TEXT_TO_EDIT = "there is no text in the message to edit"
NO_CAPTION_TO_EDIT = "there is no caption in the message to edit"
WRONG_MEDIA = "wrong file identifier/HTTP URL specified"
DELETE_NOT_FOUND = "message to delete not found"
TOO_OLD_TO_DELETE = "message can't be deleted for everyone"
NOT_DELETABLE = "message can't be deleted"
NO_DRAFTS = "can't send message drafts to the chat"
WRONG_SECRET = "secret token contains unallowed characters"
NO_CHAT = "chat_id is empty"
CHAT_NOT_FOUND = "chat not found"
NO_RIGHT_TO_WRITE = "not enough rights to send text messages to the chat"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"

# 403, after "Forbidden: "
BLOCKED = "bot was blocked by the user"
NOT_STARTED = "bot can't initiate conversation with a user"

# 409, whole
TWO_POLLERS = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
BY_SET_WEBHOOK = "Conflict: terminated by setWebhook request"


@dataclass(slots=True)
class Refusal(Exception):
    """A call that Telegram refuses; `parameters` are Telegram's ResponseParameters."""

    code: int
    description: str
    parameters: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        body: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad(description: str) -> Refusal:
    """A 400."""
    return Refusal(400, f"Bad Request: {description}")


def forbidden(description: str) -> Refusal:
    """A 403."""
    return Refusal(403, f"Forbidden: {description}")


def flood(retry_after: int) -> Refusal:
    """A 429; `retry_after` in seconds."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def migrated(chat_id: int) -> Refusal:
    """The group goes on as a supergroup with this id."""
    return Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": chat_id})


def unparsable(name: str) -> Refusal:
    """A parameter that is no JSON of the right kind."""
    return bad(f"can't parse {name} JSON object")
