"""How Telegram says no: codes and descriptions as its server words them, in one place so that each can be checked against the real thing."""

from __future__ import annotations

from dataclasses import dataclass, field

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
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
