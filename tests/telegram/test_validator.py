"""The validator itself: each rule refuses what Telegram refuses, and a sound message passes."""

from __future__ import annotations

import pytest

from tests.telegram.validator import problems


def entity(kind: str, offset: int, length: int, **more: str) -> dict[str, object]:
    return {"type": kind, "offset": offset, "length": length, **more}


SOUND: list[tuple[str, list[dict[str, object]]]] = [
    ("hello", []),
    ("😀" * 2048, []),
    ("bold and italic", [entity("bold", 0, 15), entity("italic", 9, 6)]),
    ("😀 link", [entity("text_link", 3, 4, url="https://example.com/a?b#c")]),
    ("quote code", [entity("blockquote", 0, 10), entity("code", 6, 4)]),
    ("print()", [entity("pre", 0, 7, language="python")]),
    ("who", [entity("text_link", 0, 3, url="tg://resolve?domain=x")]),
]

WRONG: list[tuple[str, list[dict[str, object]], str]] = [
    ("", [], "blank"),
    ("\u200b\u00a0", [], "blank"),
    ("😀" * 2049, [], "4098 units"),
    (" a", [], "white space"),
    ("a\ufffda\tb", [], "alters"),
    ("a\udc00", [], "surrogate"),
    ("abc", [entity("bold", 0, 0)], "length 0"),
    ("abc", [entity("bold", 2, 2)], "ends after"),
    ("a b", [entity("bold", 0, 2)], "begins or ends with white space"),
    ("😀b", [entity("bold", 1, 2)], "cuts a surrogate pair"),
    ("abcd", [entity("bold", 0, 3), entity("italic", 2, 2)], "overlaps"),
    ("abcd", [entity("bold", 2, 2), entity("italic", 0, 1)], "comes after"),
    ("abcd", [entity("bold", 0, 4), entity("code", 1, 2)], "may not stand in"),
    ("abcd", [entity("pre", 0, 4), entity("italic", 1, 2)], "may not stand in"),
    ("abcd", [entity("text_link", 0, 4, url="https://a.b"), entity("code", 1, 2)], "may not stand in"),
    ("abcd", [entity("blockquote", 0, 4), entity("blockquote", 1, 2)], "may not stand in"),
    ("abcd", [entity("bold", 0, 4), entity("bold", 1, 2)], "may not stand in"),
    ("abcd", [entity("text_link", 0, 4, url="javascript:alert(1)")], "invalid"),
    ("abcd", [entity("text_link", 0, 4, url="https://localhost/x")], "invalid"),
    ("abcd", [entity("text_link", 0, 4, url="https://a.b:99999/x")], "invalid"),
    ("abcd", [entity("text_link", 0, 4, url="/relative")], "invalid"),
    ("abcd", [entity("wave", 0, 4)], "unknown type"),
    ("abcd", [entity("bold", 0, 4, url="https://a.b")], "unexpected"),
    ("x" * 101, [entity("bold", at, 1) for at in range(101)], "101 entities"),
]


@pytest.mark.parametrize(("text", "entities"), SOUND)
def test_a_sound_message_has_no_problems(text: str, entities: list[dict[str, object]]) -> None:
    assert problems(text, entities) == []


@pytest.mark.parametrize(("text", "entities", "said"), WRONG)
def test_what_telegram_refuses_is_found(text: str, entities: list[dict[str, object]], said: str) -> None:
    assert any(said in problem for problem in problems(text, entities))
