"""Cleans every text on its way in, once: lone surrogates, NUL and what no chat can send (M23, M24, U5)."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.events import Author, CommandInvoked, Event, MessageEdited, MessageReceived, Quotation

LONGEST_TEXT = 200_000
LONGEST_NAME = 100

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u3164]*"
)


def clean_text(text: str) -> str:
    """The text as it can be stored and sent on."""
    return _UNSTORABLE.sub("", text[:LONGEST_TEXT])


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen."""
    return _INVISIBLE.fullmatch(text) is not None


def clean(event: Event) -> Event:
    """The event with every text of it cleaned."""
    match event:
        case MessageReceived():
            quoted = event.quoted and Quotation(clean_text(event.quoted.text), clean_text(event.quoted.author)[:LONGEST_NAME])
            return replace(event, text=clean_text(event.text), author=_author(event.author), quoted=quoted)
        case MessageEdited():
            return replace(event, text=clean_text(event.text), author=_author(event.author))
        case CommandInvoked():
            name = clean_text(event.name).lower()[:LONGEST_NAME]
            return replace(event, name=name, args=clean_text(event.args), author=_author(event.author))
        case _:
            return event


def _author(author: Author) -> Author:
    return replace(author, name=" ".join(clean_text(author.name).split())[:LONGEST_NAME])
