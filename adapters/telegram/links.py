"""Which addresses become links."""

from __future__ import annotations

import re
from typing import Final

MAX_LENGTH: Final = 2048
_MAX_PORT: Final = 65535
_WEB: Final = re.compile(r"https?://([^/?#:@\s\\]+)(?::(\d{1,5}))?(?:[/?#][^\s\\<>\"\x00-\x20]*)?", re.IGNORECASE)
_LABEL: Final = re.compile(r"[^\W_]([\w-]*[^\W_])?")


def host_of(url: str) -> str | None:
    """The host of an address that Telegram takes as a link, in small letters; None for any other.

    Telegram's own, `tg://`, are not among them: they would call a person, or do something in the app, behind an innocent word.
    """
    if len(url) > MAX_LENGTH:
        return None
    match = _WEB.fullmatch(url)
    if match is None or not 0 < int(match[2] or 1) <= _MAX_PORT:
        return None
    labels = match[1].split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004 - a name and a domain
        return None
    return match[1].lower()
