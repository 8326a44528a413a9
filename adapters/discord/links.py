"""Which addresses become links, when a link hides where it leads, and how an address is written so that Discord takes it whole."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_LENGTH: Final = 1200
_WEB: Final = re.compile(r"https?://(?:[^/?#\s]*@)?(\[[0-9a-f:]+\]|[^/?#:@\s]+)(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
_HOST_IN_TEXT: Final = re.compile(r"(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,}|\d{1,3}(?:\.\d{1,3}){3}")
_UNSEEN: Final = ("Cf", "Mn")
_UNSAFE: Final = re.compile(r"[\s()<>*`|\\\"\[\]\x00-\x1f]|~(?=~)")


def host_of(url: str) -> str | None:
    """The host of an address that becomes a link, in small letters; None where it is to be shown as text."""
    if len(url) > MAX_LENGTH:
        return None
    match = _WEB.fullmatch(url)
    return match[1].lower() if match else None


def is_misleading(text: str, host: str) -> bool:
    """Whether the text of a link names a host other than that it leads to (or a part of)."""
    for match in _HOST_IN_TEXT.finditer(_as_seen(text)):
        named = match.group().lower().removeprefix("www.")
        if host != named and not host.endswith("." + named):
            return True
    return False


def encoded(url: str) -> str:
    """The address with all that Discord would read as the end of it, or as a mark, in percent signs."""
    scheme, colon, rest = url.partition(":")
    return scheme.lower() + colon + _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode()), rest)


def _as_seen(text: str) -> str:
    """What an eye takes the text for: without characters that show nothing, and with one dot for all that look like one."""
    if text.isascii():
        return text
    seen = "".join(character for character in text if unicodedata.category(character) not in _UNSEEN)
    return unicodedata.normalize("NFKC", seen).replace("\u3002", ".")
