"""Which addresses become links, and when a link hides where it leads."""

from __future__ import annotations

import re
from typing import Final

MAX_LENGTH: Final = 2048
_MAX_PORT: Final = 65535
_WEB: Final = re.compile(r"https?://([^/?#:@\s\\]+)(?::(\d{1,5}))?(?:[/?#][^\s\\<>\"\x00-\x20]*)?", re.IGNORECASE)
_LABEL: Final = re.compile(r"[^\W_]([\w-]*[^\W_])?")
_APP: Final = re.compile(r"tg://(?!user\b)[a-z0-9_-]+(?:[/?#][^\s\\<>\"\x00-\x20]*)?", re.IGNORECASE)
_HOST_IN_TEXT: Final = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?[.\u3002\uff0e])+[^\W\d_]{2,}")


def host_of(url: str) -> str | None:
    """The host of an address that Telegram takes as a link, in small letters; "" for one of Telegram's own; None for any other.

    `tg://user` is not among them: it would call a person.
    """
    if len(url) > MAX_LENGTH:
        return None
    if _APP.fullmatch(url):
        return ""
    match = _WEB.fullmatch(url)
    if match is None or not 0 < int(match[2] or 1) <= _MAX_PORT:
        return None
    labels = match[1].split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004 - a name and a domain
        return None
    return match[1].lower()


def is_misleading(text: str, host: str) -> bool:
    """Whether the text of a link names a host other than that it leads to (or a part of)."""
    for match in _HOST_IN_TEXT.finditer(text):
        named = match.group().lower().replace("\u3002", ".").replace("\uff0e", ".").removeprefix("www.")
        if host != named and not host.endswith("." + named):
            return True
    return False
