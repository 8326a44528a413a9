"""Nasty documents, whole and while they grow: always what Telegram takes, nothing lost, and full posts that stay as they are."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from time import process_time

import pytest

from adapters.telegram.entities import to_bot_api, units
from adapters.telegram.render import render
from bot.posts import Content, Part
from tests.telegram.documents import DOCUMENTS, unescaped
from tests.telegram.validator import problems
from tests.telegram.visible import is_shown, must_show


def check(source: str) -> tuple[Part, ...]:
    """Renders, and asserts all that holds for any text."""
    parts = render(Content(source))
    assert [problem for part in parts for problem in problems(part.text, to_bot_api(part))] == []
    assert parts[0].start == 0
    assert parts[-1].end == len(source)
    assert all(part.end == after.start for part, after in pairwise(parts))
    lost = Counter(must_show(source)) - Counter(is_shown((part.text, to_bot_api(part)) for part in parts))
    assert not lost
    return parts


@pytest.mark.parametrize("name", DOCUMENTS)
def test_u4_every_document_is_valid_and_whole(name: str) -> None:
    check(unescaped(DOCUMENTS[name]))


@pytest.mark.parametrize("name", [name for name, source in DOCUMENTS.items() if len(source) < 1200])
def test_p14_every_prefix_is_valid_and_whole(name: str) -> None:
    source = unescaped(DOCUMENTS[name])
    for end in range(len(source)):
        check(source[:end])


@pytest.mark.parametrize("name", [name for name, source in DOCUMENTS.items() if len(source) >= 1200])
def test_full_posts_stay_while_the_answer_grows(name: str) -> None:
    source = DOCUMENTS[name]
    before: tuple[Part, ...] = ()
    for end in range(500, len(source) + 500, 97 if len(source) < 10_000 else 397):
        parts = check(source[:end])
        stayed = [(part.text, part.markup) for part in before[:-1]]
        assert [(part.text, part.markup) for part in parts[: len(stayed)]] == stayed
        before = parts


def test_p15_a_block_of_code_is_closed_and_opened_again() -> None:
    parts = render(Content(DOCUMENTS["long code"]))
    assert len(parts) > 2
    for part in parts[:-1]:
        (entity,) = to_bot_api(part)
        assert entity == {"type": "pre", "offset": 0, "length": units(part.text), "language": "python"}
        assert part.text.startswith("def function_")


def test_p15_length_is_counted_in_utf16_units() -> None:
    parts = render(Content(DOCUMENTS["long emoji"]))
    assert [units(part.text) for part in parts] == [4096, 4096, 1808]
    assert "".join(part.text for part in parts) == DOCUMENTS["long emoji"]


def test_more_than_a_hundred_marks_begin_a_new_post() -> None:
    parts = render(Content(DOCUMENTS["many marks"]))
    assert [len(part.markup) for part in parts] == [100, 100, 50]


def test_posts_end_at_paragraphs() -> None:
    parts = render(Content(DOCUMENTS["long prose"]))
    assert all(part.text.startswith("Paragraph ") for part in parts)
    joined = "\n\n".join(part.text for part in parts)
    assert joined == "\n\n".join(line.rstrip() for line in DOCUMENTS["long prose"].split("\n\n"))


def test_ranges_follow_the_source() -> None:
    source = "\n\n".join(f"## Part {n}\n\nSome **bold** text, " + "and more of it " * 10 for n in range(60))
    parts = check(source)
    assert len(parts) > 2
    for part in parts[1:]:
        assert source[part.start : part.end].replace("**", "").lstrip("# \n")[:12] == part.text[:12]


def test_rendering_is_fast() -> None:
    """Ten times what it takes on a slow machine; the measured figures are 0.3 ms and 3 ms."""
    short = DOCUMENTS["everything"][:250]
    long = (DOCUMENTS["everything"] + "\n\n") * 5
    render(Content(short))
    started = process_time()
    for _ in range(20):
        render(Content(short))
    assert (process_time() - started) / 20 < 0.01
    started = process_time()
    render(Content(long[:4000]))
    assert process_time() - started < 0.1


@pytest.mark.parametrize(
    "opening", ["[", "![", "](", "*_", "||a", "\\[", "\\(", "$", "`a``b", "> ", "- ", "|a|\n|-|\n", "<http://", "\u0301"]
)
def test_thousands_of_openings_cost_no_seconds(opening: str) -> None:
    source = (opening * 4096)[:4096]
    started = process_time()
    check(source)
    assert process_time() - started < 2


@pytest.mark.parametrize(
    "unit", ["[", "![", "[a ", "[a](", "| a\n", "|-|-|\n|-\n", "1. a\n", "- a\n", "\\[", "://a", "a**b**c ", "> a\n\n"]
)
def test_u21_a_long_text_of_one_thing_costs_no_seconds(unit: str) -> None:
    """CPU time, ten times what it takes; without bounds some took minutes."""
    source = (unit * 40_000)[:40_000]
    began = process_time()
    render(Content(source))
    assert process_time() - began < 3


def test_u21_links_are_links_in_a_long_text() -> None:
    source = "\n\n".join(f"[a{number}](https://a.bc/{number}) [1] [x" for number in range(3000))
    marks = [mark for part in render(Content(source)) for mark in to_bot_api(part)]
    assert len(marks) == 3000
