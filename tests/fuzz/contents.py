"""Nasty contents: a text, and what may stand below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from bot.posts import Ask, Button, ButtonRow, Content, File
from bot.sessions.cleaning import clean_text
from tests.fuzz import alphabet
from tests.fuzz.shrinking import smaller_sequences
from tests.fuzz.texts import Author, nasty_text


def nasty_content(chance: Random) -> Content:
    """Most are a text alone."""
    text = nasty_text(chance)
    if chance.random() < 0.85:
        return Content(text)
    file = File(_label(chance), "text/plain", b"x") if chance.random() < 0.3 else None
    ask = Ask(f"edit #{chance.getrandbits(60):x}", _label(chance)) if chance.random() < 0.2 else None
    return Content(text, _buttons(chance), file, ask=ask)


def _buttons(chance: Random) -> tuple[ButtonRow, ...]:
    return tuple(tuple(_button(chance) for _ in range(chance.choice((1, 1, 2, 3, 7)))) for _ in range(chance.choice((0, 1, 2, 5, 9))))


def _button(chance: Random) -> Button:
    """Commands as the core makes them: a verb and an id; labels as people's titles make them."""
    if chance.random() < 0.1:
        return Button(_label(chance), url="https://example.org/x")
    return Button(_label(chance), f"{chance.choice(('open', 'retry', 'page history'))} #{chance.getrandbits(64):x}")


def _label(chance: Random) -> str:
    odd = chance.choice((*alphabet.ODD, *alphabet.EMOJI, *alphabet.SCRIPTS, *alphabet.MENTIONS, *alphabet.CONTROL, "", " "))
    return clean_text(chance.choice(("Retry", odd, odd * 3, odd * 100, Author(chance).line())))[:300]


def smaller_contents(content: Content) -> Iterator[Content]:
    """Without what stands below, then with less text."""
    if content.buttons:
        yield replace(content, buttons=())
        for at in range(len(content.buttons)):
            yield replace(content, buttons=content.buttons[:at] + content.buttons[at + 1 :])
            if len(content.buttons) == 1:
                row = content.buttons[0]
                yield from (replace(content, buttons=(row[:at] + row[at + 1 :],)) for at in range(len(row)) if len(row) > 1)
    if content.file is not None:
        yield replace(content, file=None)
    if content.ask is not None:
        yield replace(content, ask=None)
    for text in smaller_sequences(content.text, "a"):
        yield replace(content, text=text)
