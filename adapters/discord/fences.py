"""Blocks of code as Discord has them: between three backticks, with the language only where it is one word."""

from __future__ import annotations

import re
from typing import Final

from adapters.discord.written import Written

_LANGUAGE: Final = re.compile(r"[A-Za-z0-9_+\-.#]{1,32}")


def write_code(lines: list[str], info: str, out: Written, prefix: str, source: int) -> None:
    """Writes the lines as a block of code. What its first line says beside the language is shown above it; of a block without code,
    which Discord would not take for one, it is the code."""
    code = re.sub(r"\A(?:[ \t]*\n)+", "", "\n".join(lines).rstrip())
    language = info if _LANGUAGE.fullmatch(info) else ""
    if not code:
        code, language = info, ""
    elif language != info:
        out.begin_line(prefix, source)
        out.words(info)
        word = info.split(" ", 1)[0]
        language = word if _LANGUAGE.fullmatch(word) else ""
    if code:
        out.fence(code, language, prefix, source)
