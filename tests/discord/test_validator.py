"""Discord's rules find what they are there for, one text for each, and nothing in a sound one: else the fuzzing would prove nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord.validator import Seen, payload_problems, problems, read

SOUND: dict[str, Any] = {"content": "words", "allowed_mentions": {"parse": []}, "flags": 4}
REFUSED = [
    ("x" * 2001, "2001 code points"),
    (" \u200b\n", "blank"),
    ("a ", "begins or ends"),
    ("a\x1bb", "taken out"),
    ("a\ud800b", "cannot be sent"),
    ("a ||b|| c", "spoiler"),
    ("a __b__ c", "underlines"),
    ("a\n```py\nb", "not closed"),
]
PAYLOADS: list[tuple[dict[str, Any], str]] = [
    ({"allowed_mentions": {"parse": ["everyone"]}}, "pings"),
    ({"allowed_mentions": None}, "pings"),
    ({"flags": 0}, "embeds"),
    ({"components": [{"type": 1, "components": []}]}, "none in a row"),
    ({"components": [{"type": 1, "components": [{"type": 2, "label": "", "custom_id": "a"}]}]}, "label"),
    ({"components": [{"type": 1, "components": [{"type": 2, "label": "x" * 81, "custom_id": "a"}]}]}, "label"),
    ({"components": [{"type": 1, "components": [{"type": 2, "label": "a", "custom_id": "b"}] * 2}]}, "custom ids"),
    ({"components": [{"type": 1, "components": [{"type": 2, "label": "a", "url": "tg://a"}]}]}, "URL"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_a_text_that_discord_refuses_or_shows_otherwise_is_found(text: str, reason: str) -> None:
    assert any(reason in problem for problem in problems(text)), problems(text)


@pytest.mark.parametrize(("more", "reason"), PAYLOADS)
def test_u12_x11_a_message_that_pings_unfurls_or_has_odd_buttons_is_found(more: dict[str, Any], reason: str) -> None:
    assert payload_problems(SOUND) == []
    assert any(reason in problem for problem in payload_problems(SOUND | more)), payload_problems(SOUND | more)


@pytest.mark.parametrize(
    ("text", "shown", "marks"),
    [
        ("a **b** \\*c\\*", "a b *c*", [("bold", "b")]),
        ("`a*b*`", "a*b*", [("code", "a*b*")]),
        ("[t](https://x.org)", "t", [("link", "t", "https://x.org")]),
        ("# T\nx", "T", [("heading", "T")]),
    ],
)
def test_what_a_reader_sees(text: str, shown: str, marks: list[tuple[str, ...]]) -> None:
    seen: Seen = read(text)
    assert seen.text.startswith(shown)
    assert seen.marks == marks


def test_a_fence_in_an_address_is_none() -> None:
    assert problems("http://``` <https://a.bc/```x> a\n```\nb\n```") == []
