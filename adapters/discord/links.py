"""Which addresses become links, and how an address is written so that Discord takes it whole."""

from __future__ import annotations

import re
from typing import Final

MAX_LENGTH: Final = 1200
_WEB: Final = re.compile(r"https?://(?:[^/?#\s]*@)?(\[[0-9a-f:]+\]|[^/?#:@\s]+)(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
_UNSAFE: Final = re.compile(r"[\s()<>*`|\\\"\[\]\x00-\x1f]|~(?=~)")


def host_of(url: str) -> str | None:
    """The host of an address that becomes a link, in small letters; None where it is to be shown as text."""
    if len(url) > MAX_LENGTH:
        return None
    match = _WEB.fullmatch(url)
    return match[1].lower() if match else None


def encoded(url: str) -> str:
    """The address with all that Discord would read as the end of it, or as a mark, in percent signs."""
    scheme, colon, rest = url.partition(":")
    return scheme.lower() + colon + _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode()), rest)
