"""Where texts are cut: at the best place that fits, never inside a grapheme, the same while the text grows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replies.split import cut, reach


def parts(text: str, limit: int) -> list[str]:
    found, start = [], 0
    while start < len(text):
        end = cut(text, start, reach(text, start, limit))
        found.append(text[start:end])
        start = end
    return found


@pytest.mark.parametrize(
    ("text", "limit", "first"),
    [
        ("short", 10, "short"),
        ("one two\n\nthree four", 12, "one two"),
        ("one two\nthree four", 12, "one two"),
        ("one two three", 9, "one two"),
        ("a\n\nb two three four", 16, "a\n\nb two three"),
        ("onetwothree", 5, "onetw"),
        ("ab👨‍👩‍👧cd", 5, "ab"),
        ("abe\u0301", 3, "ab"),
    ],
)
def test_the_best_place_is_taken(text: str, limit: int, first: str) -> None:
    assert parts(text, limit)[0] == first


def test_a_whole_range_is_not_cut_where_another_place_is_good() -> None:
    text = "some words here\nCODE\n\nCODE more"
    block = (16, 26)
    assert cut(text, 0, 24) == 20
    assert cut(text, 0, 24, [block]) == 15


def test_p15_the_measure_decides_how_far_a_part_reaches() -> None:
    assert reach("😀😀😀", 0, 5, lambda text: len(text.encode("utf-16-le")) // 2) == 2
    assert reach("😀", 0, 1, lambda text: len(text.encode("utf-16-le")) // 2) == 1


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.integers(1, 50))
def test_parts_joined_are_the_text(text: str, limit: int) -> None:
    found = parts(text, limit)
    assert "".join(found) == text
    assert all(0 < len(part) <= limit for part in found)


@settings(max_examples=200, deadline=None)
@given(st.text("ab \n", max_size=200), st.text("ab \n", max_size=60), st.integers(2, 50))
def test_cuts_stay_while_the_text_grows(text: str, more: str, limit: int) -> None:
    before = parts(text, limit)[:-2]
    assert parts(text + more, limit)[: len(before)] == before
