"""When the text of a link names another host than the one it leads to: the same to every eye, so the same on each platform."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NAME: Final = re.compile(r"(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,}|\d{1,3}(?:\.\d{1,3}){3}")
# The host of a whole address, be it one word: without who is to log in there, and without the port.
_HOST: Final = re.compile(r"://(?:[^\s/?#\\]*@)?(\[[^\s/?#\\\]]*\]|[^\s/?#\\:@]+)")
_AFTER_IT: Final = ".,;!?)}>'\"\u2019\u201d\u00bb"
"""What ends a sentence, or a part of one, and no host."""
_UNSEEN: Final = ("Cf", "Mn")


def is_misleading(text: str, host: str) -> bool:
    """Whether the text of a link names a host other than that it leads to (or a part of); `host` is in small letters.

    What stands before an `@` is no host to a browser, but to an eye it is one if it looks like one: `https://bank.com@evil.com` misleads
    whoever follows it to evil.com.
    """
    seen = _as_seen(text).lower()
    for named in (*_NAME.findall(seen), *_HOST.findall(seen)):
        bare = named.removeprefix("www.").rstrip(_AFTER_IT)
        if host != bare and not host.endswith("." + bare):
            return True
    return False


def _as_seen(text: str) -> str:
    """What an eye takes the text for: without characters that show nothing, and with one dot for all that look like one."""
    if text.isascii():
        return text
    seen = "".join(character for character in text if unicodedata.category(character) not in _UNSEEN)
    return unicodedata.normalize("NFKC", seen).replace("\u3002", ".")
