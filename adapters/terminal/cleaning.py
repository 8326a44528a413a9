"""Takes out of a text what a terminal would obey instead of showing it: nothing that a model or a name says moves the cursor (X14)."""

from __future__ import annotations

import re
from typing import Final

_OBEYED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def clean(text: str) -> str:
    """The text with line feeds and tabs, and without any other control character. What else stood in a control sequence stays, as text."""
    return _OBEYED.sub(_instead, text.replace("\r\n", "\n"))


def label(text: str) -> str:
    """The same, in one line."""
    return " ".join(clean(text).split())


def _instead(match: re.Match[str]) -> str:
    character = match.group()
    if character in "\r\x0b\x0c\x85\u2028\u2029":
        return "\n"
    return "\ufffd" if character >= "\ud800" else ""
