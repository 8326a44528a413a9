"""What is said in a run: each text of a person has a token of its own, which says whose it is and in which answer it must stand."""

from __future__ import annotations

import re

PEOPLE = ("ann", "bob", "cat", "dan")
TOKEN = re.compile(r"\b(?:ann|bob|cat|dan)\d+\b")
FILLER = "the quick brown fox jumps over the lazy dog while rain falls on quiet streets and nobody minds it at all today"


def tokens(text: str) -> list[str]:
    """Those in the text, in order, without what is quoted."""
    return TOKEN.findall("\n".join(line for line in text.splitlines() if not line.startswith(">")))


def speaker(token: str) -> str:
    return token.rstrip("0123456789")


def answer_to(asked: list[str], number: int, length: int) -> str:
    """`a7 to ann1 ann2: the quick ...`: an answer names all that it answers."""
    words = FILLER.split()
    return f"a{number} to {' '.join(asked)}: " + " ".join(words[(number + index) % len(words)] for index in range(length))


def answered(text: str) -> list[str]:
    """The tokens that an answer names."""
    found = re.match(r"(?:> .*\n+)*a\d+ to ([a-z0-9 ]*):", text)
    return found.group(1).split() if found else []
