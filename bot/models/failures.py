"""What a server says when it does not answer, put into the kinds that the core knows. Bodies are read here and go no further."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import orjson

from bot.errors import ModelError, ModelErrorKind

LONGEST_READ = 20_000  # characters of an error's body that are looked at

_WORDS: tuple[tuple[re.Pattern[str], ModelErrorKind], ...] = (
    (
        re.compile(
            r"context_length|context length|context window|context size|maximum context|exceed_context_size|prompt is too long"
            r"|input is too long|maximum number of tokens|too many tokens|reduce the length|string_above_max_length"
        ),
        "context_too_long",
    ),
    (re.compile(r"content_filter|content_policy|responsibleaipolicy|content management policy|moderation"), "filtered"),
    (re.compile(r"insufficient_quota|insufficient credit|insufficient balance|billing|exceeded your current quota"), "unpaid"),
    (re.compile(r"model_not_found|model_decommissioned|model[^.]{0,80}(?:not found|does not exist)|not a valid model"), "no_such_model"),
    (re.compile(r"invalid_api_key|authentication_error|permission_error|incorrect api key"), "refused"),
    (re.compile(r"rate_limit|too many requests"), "rate_limited"),
    (re.compile(r"overloaded|server_error|unavailable|internal error"), "overloaded"),
)
_BY_STATUS: dict[int, ModelErrorKind] = {
    401: "refused",
    402: "unpaid",
    403: "forbidden",
    404: "no_such_model",
    408: "timeout",
    413: "context_too_long",
    429: "rate_limited",
}
# What a status leaves open, and the words of the body may settle.
_OPEN: dict[int, frozenset[ModelErrorKind]] = {
    400: frozenset({"context_too_long", "filtered", "no_such_model", "unpaid", "refused"}),
    403: frozenset({"filtered", "unpaid"}),
    413: frozenset(),
    422: frozenset({"context_too_long", "filtered", "no_such_model"}),
    429: frozenset({"unpaid"}),
    500: frozenset({"context_too_long"}),
}
# A code may go to the log when it is a plain word: no key looks so, and no text of a person.
_SAFE_CODE = re.compile(r"[a-z]{2,20}(?:_[a-z]{2,20}){0,4}")


class Refused(Exception):
    """An HTTP status that is an error: the translated error, and what the body says, for those who may mend the request."""

    def __init__(self, error: ModelError, status: int, words: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.status = status
        self.words = words


def words_of(body: object) -> str:
    """An error's body as lower-case text to search in, bounded; never to be shown or logged."""
    if isinstance(body, str):
        return body[:LONGEST_READ].lower()
    if body is None:
        return ""
    try:
        return orjson.dumps(body).decode()[:LONGEST_READ].lower()
    except (TypeError, ValueError):  # lone surrogates, or too deep
        return str(body)[:LONGEST_READ].lower()


def from_status(status: int, body: object, retry_after: float | None = None) -> ModelError:
    """The error for an HTTP status and what came with it."""
    said = _kind_of_words(words_of(body))
    kind = _BY_STATUS.get(status, "overloaded" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "bad_request")
    if said is not None and said in _OPEN.get(status, frozenset()):
        kind = said
    return ModelError(kind, _detail(f"HTTP {status}", body), retry_after=retry_after)


def from_event(error: object, *, begun: bool) -> ModelError:
    """The error for an error event in a stream. `begun`: words of the answer had come already."""
    code = error.get("code") if isinstance(error, Mapping) else None
    status = int(code) if isinstance(code, int | str) and re.fullmatch(r"[1-9][0-9]{2}", str(code)) else 0
    if status >= HTTPStatus.BAD_REQUEST:
        return from_status(status, error)
    said = _kind_of_words(words_of(error))
    return ModelError(said or ("interrupted" if begun else "overloaded"), _detail("an error event", error))


def retry_after_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait as a server names them: milliseconds, seconds, or a date. None when it does not, or not in a way to trust."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", value):
            return float(value) * unit
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def _kind_of_words(words: str) -> ModelErrorKind | None:
    return next((kind for pattern, kind in _WORDS if pattern.search(words)), None)


def _detail(what: str, body: object) -> str:
    inside = body.get("error", body) if isinstance(body, Mapping) else None
    if not isinstance(inside, Mapping):
        return what
    for name in ("code", "type"):
        value = inside.get(name)
        if isinstance(value, str) and _SAFE_CODE.fullmatch(value):
            return f"{what}, {value}"
    return what
