"""Cleans every text on its way in, once: lone surrogates, NUL and what no chat can send (M23, M24, U5)."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.events import Attachment, Author, CommandInvoked, Event, MessageEdited, MessageReceived, Quotation

LONGEST_TEXT = 200_000
LONGEST_NAME = 100
MOST_FILES = 100

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
            return replace(
                event, text=clean_text(event.text), author=_author(event.author), attachments=_files(event.attachments), quoted=quoted
            )
        case MessageEdited():
            return replace(event, text=clean_text(event.text), author=_author(event.author))
        case CommandInvoked():
            name = clean_text(event.name).lower()[:LONGEST_NAME]
            return replace(
                event, name=name, args=clean_text(event.args), author=_author(event.author), attachments=_files(event.attachments)
            )
        case _:
            return event


def _author(author: Author) -> Author:
    name = " ".join(clean_text(author.name).split())
    return replace(author, name=name[:LONGEST_NAME], locale=clean_text(author.locale)[:LONGEST_NAME])


def _files(files: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    return tuple(
        replace(
            file, name=clean_text(file.name)[:LONGEST_NAME], mime_type=clean_text(file.mime_type)[:LONGEST_NAME], size=max(0, file.size)
        )
        for file in files[:MOST_FILES]
    )
