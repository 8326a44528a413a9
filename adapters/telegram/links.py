"""Which addresses become links, and when a link hides where it leads."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_LENGTH: Final = 2048
_MAX_PORT: Final = 65535
_WEB: Final = re.compile(r"https?://([^/?#:@\s\\]+)(?::(\d{1,5}))?(?:[/?#][^\s\\<>\"\x00-\x20]*)?", re.IGNORECASE)
_LABEL: Final = re.compile(r"[^\W_]([\w-]*[^\W_])?")
_HOST_IN_TEXT: Final = re.compile(r"(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,}|\d{1,3}(?:\.\d{1,3}){3}|(?<=://)[^\s/?#]+")
_UNSEEN: Final = ("Cf", "Mn")


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


def is_misleading(text: str, host: str) -> bool:
    """Whether the text of a link names a host other than that it leads to (or a part of)."""
    for match in _HOST_IN_TEXT.finditer(_as_seen(text)):
        named = match.group().lower().removeprefix("www.")
        if host != named and not host.endswith("." + named):
            return True
    return False


def _as_seen(text: str) -> str:
    """What an eye takes the text for: without characters that show nothing, and with one dot for all that look like one."""
    if text.isascii():
        return text
    seen = "".join(character for character in text if unicodedata.category(character) not in _UNSEEN)
    return unicodedata.normalize("NFKC", seen).replace("\u3002", ".")
