"""Every text is cleaned once on its way in (U1, U4, U5, M24)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Attachment, Author, CommandInvoked, MessageDeleted, MessageEdited, MessageReceived, MessageRef, Place, Quotation
from bot.sessions.cleaning import LONGEST_NAME, LONGEST_TEXT, clean, clean_text, is_blank
from bot.sessions.soundness import is_sound

REF = MessageRef(Place("memory", "7"), "1")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
BAD = "a\x00b\ud800c\udfff"


@given(st.text(st.characters(codec=None)))
def test_u5_what_is_cleaned_can_be_stored_and_sent(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert clean_text(cleaned) == cleaned
    if text.isprintable():
        assert cleaned == text


@pytest.mark.parametrize(
    "text", ["שלום", "مرحبا بك", "a\u0301e\u0302", "👩‍👩‍👧‍👦", "🇩🇪🇫🇷", "नमस्ते", "\u202eabc\u202c", "x\u200by", "\U0001d518\U0001d52b"]
)  # fmt: skip
def test_u4_every_script_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text
    assert not is_blank(text)


@pytest.mark.parametrize("text", ["", " ", "\n\r\t", "\u200b", "\u200b \u200c\u200d", "\ufeff", "\u3164\u115f", "\u2800"[:0], "\ufe0f"])
def test_u1_what_nobody_can_see_is_blank(text: str) -> None:
    assert is_blank(text)


def test_m24_every_text_of_every_event_is_cleaned() -> None:
    author = Author("7", f"An\x00n \n {BAD}" + "x" * 200)
    message = clean(MessageReceived(REF, author, BAD, NOW, "k", quoted=Quotation(BAD, BAD)))
    edited = clean(MessageEdited(REF, author, BAD, NOW, "k"))
    command = clean(CommandInvoked(REF, author, "ED\x00IT", BAD, NOW, "k"))
    assert isinstance(message, MessageReceived)
    assert isinstance(edited, MessageEdited)
    assert isinstance(command, CommandInvoked)
    assert message.quoted == Quotation("abc", "abc")
    assert (message.text, edited.text, command.args, command.name) == ("abc", "abc", "abc", "edit")
    for event in (message, edited, command):
        assert event.author.name.startswith("Ann abcx")
        assert len(event.author.name) == LONGEST_NAME
    deleted = MessageDeleted(REF, "k")
    assert clean(deleted) == deleted


def test_u21_a_text_without_end_is_cut() -> None:
    assert len(clean_text("x" * (LONGEST_TEXT + 5))) == LONGEST_TEXT
    assert not is_blank("\u200b" * 100_000 + "x")


SOUND = MessageReceived(
    REF, Author("7", "Ann", roles=("1",)), "hello", NOW, "k", (Attachment("photo", "image/png", 5, "a", "f"),), REF, Quotation("q")
)
UNSOUND = [
    replace(SOUND, text=5),
    replace(SOUND, text=None),
    replace(SOUND, sent_at=NOW.replace(tzinfo=None)),
    replace(SOUND, sent_at=5),
    replace(SOUND, addressed="yes"),
    replace(SOUND, attachments=[]),
    replace(SOUND, attachments=(Attachment("photo", "", 1.5, "a", "f"),)),
    replace(SOUND, author=Author("7", {"first": "Ann"})),
    replace(SOUND, author=Author("7", "Ann", roles=(7,))),
    replace(SOUND, author=None),
    replace(SOUND, ref=MessageRef(Place("memory", 7), "1")),
    replace(SOUND, ref=MessageRef(Place("memory", "7", kind="crowd"), "1")),
    replace(SOUND, ref=MessageRef(Place("memory", "7"), "1\ud800")),
    replace(SOUND, key="k" * 2000),
    replace(SOUND, quoted=Quotation("q", None)),
]


def test_x18_what_is_no_event_is_known_as_such() -> None:
    assert is_sound(SOUND)
    assert is_sound(MessageDeleted(REF, "k"))
    assert [event for event in UNSOUND if is_sound(event)] == []


def test_m24_names_of_files_are_cleaned() -> None:
    files = (Attachment("photo", f"image/{BAD}", -5, BAD + "x" * 200, "f"),) * 200
    event = clean(replace(SOUND, attachments=files))
    assert isinstance(event, MessageReceived)
    assert len(event.attachments) == 100
    assert event.attachments[0] == Attachment("photo", "image/abc", 0, ("abc" + "x" * 200)[:LONGEST_NAME], "f")
