"""What is said and how it is answered: tags by which every text can be told, and the model that repeats them."""

from __future__ import annotations

import random
import re

from tests.fakes.openai_script import Json, Reply
from tests.fakes.openai_server import last_prompt

TAG = re.compile(r"\b[me]\d+(?:v\d+)?\b")
"""Every text that is to be answered has a tag of its own: m17, its second version m17v2, or e18 for the words of an /edit."""

WORDS = tuple("the quick brown fox jumps over the lazy dog while rain falls on quiet streets and nobody minds".split())  # noqa: SIM905
LONG = 900


def tags(text: str) -> list[str]:
    """The tags in a text, without those in quotations."""
    return TAG.findall("\n".join(line for line in text.splitlines() if not line.startswith(">")))


def answered(text: str) -> list[str]:
    """The tags that an answer of `Echo` names at its beginning: what it answers."""
    head, colon, _ = "\n".join(line for line in text.splitlines() if not line.startswith(">")).lstrip().partition(":")
    return TAG.findall(head) if colon and head.startswith("Answer to ") else []


class Echo:
    """The model: it names all that the newest turn asks, in plain words, at different speeds, and at length now and then."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret

    def __call__(self, body: Json) -> Reply:
        count = LONG if self._random.random() < 0.08 else self._random.randint(3, 40)
        words = " ".join(self._random.choice(WORDS) for _ in range(count))
        text = f"Answer to {' '.join(tags(last_prompt(body)))}: {words}."
        pace = self._random.random()
        if pace < 0.5:
            return Reply(text)
        if count == LONG:  # more than one post before the first of them is there, and then a pause
            return Reply(text, pieces=(text[:4500], text[4500:]), tokens_per_second=4)
        speed = count / self._random.uniform(0.02, 0.25)
        return Reply(text, tokens_per_second=speed, first_token_after=self._random.uniform(0.0, 0.1))
