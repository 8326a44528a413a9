"""How Discord says no: statuses, codes and words, in one place to be checked against the real thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(eq=False)
class Refusal(Exception):
    """An answer that is no success. `code` is Discord's own number, 0 where there is none."""

    status: int
    code: int = 0
    message: str = ""
    extra: Json = field(default_factory=dict)

    def to_json(self) -> Json:
        return {"message": self.message, "code": self.code, **self.extra}


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")


def not_found(code: int = 0, message: str = "404: Not Found") -> Refusal:
    return Refusal(404, code, message)


def unknown_channel() -> Refusal:
    return not_found(10003, "Unknown Channel")


def unknown_message() -> Refusal:
    return not_found(10008, "Unknown Message")


def unknown_webhook() -> Refusal:
    return not_found(10015, "Unknown Webhook")


def unknown_interaction() -> Refusal:
    return not_found(10062, "Unknown interaction")


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access")


def invalid_form(problems: Sequence[str], field_name: str = "content", error: str = "INVALID") -> Refusal:
    """50035, as for everything that Discord cannot take; the problems are told in Discord's nesting."""
    errors = {field_name: {"_errors": [{"code": error, "message": problem} for problem in problems]}}
    return Refusal(400, 50035, "Invalid Form Body", {"errors": errors})


def limited(retry_after: float, *, everywhere: bool = False) -> Refusal:
    """429, in Discord's own JSON."""
    return Refusal(429, 0, "You are being rate limited.", {"retry_after": retry_after, "global": everywhere})
