"""Nasty documents, whole and while they grow: always what Discord takes, nothing lost, and full messages that stay as they are."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from time import process_time

import pytest

from adapters.discord.render import render
from bot.posts import Content, Part
from tests.discord.validator import problems, read
from tests.telegram.documents import DOCUMENTS, unescaped
from tests.telegram.visible import is_shown, must_show


def seen(parts: tuple[Part, ...]) -> str:
    """The letters and numbers that a reader finds in the messages."""
    return is_shown((read(part.text).full, []) for part in parts)


def check(source: str) -> tuple[Part, ...]:
    """Renders, and asserts all that holds for any text."""
    parts = render(Content(source))
    assert [problem for part in parts for problem in problems(part.text)] == []
    assert (parts[0].start, parts[-1].end) == (0, len(source))
    assert all(part.end == after.start for part, after in pairwise(parts))
    assert all(part.markup == () for part in parts)
    lost = Counter(must_show(source)) - Counter(seen(parts))
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
def test_full_messages_stay_while_the_answer_grows(name: str) -> None:
    source = DOCUMENTS[name]
    before: tuple[Part, ...] = ()
    for end in range(500, len(source) + 500, 97 if len(source) < 10_000 else 397):
        parts = check(source[:end])
        stayed = [part.text for part in before[:-1]]
        assert [part.text for part in parts[: len(stayed)]] == stayed
        before = parts


def test_a_block_of_code_is_closed_and_opened_again() -> None:
    parts = render(Content(DOCUMENTS["long code"]))
    assert len(parts) > 4
    for part in parts[:-1]:
        assert part.text.startswith("```python\ndef function_")
        assert part.text.endswith("\n```")
        ((kind, _, language),) = read(part.text).marks
        assert (kind, language) == ("pre", "python")


def test_length_is_counted_in_code_points() -> None:
    parts = render(Content(DOCUMENTS["long emoji"]))
    assert [len(part.text) for part in parts] == [2000, 2000, 1000]
    assert "".join(part.text for part in parts) == DOCUMENTS["long emoji"]


def test_messages_end_at_paragraphs() -> None:
    parts = render(Content(DOCUMENTS["long prose"]))
    assert all(part.text.startswith("Paragraph ") for part in parts)
    joined = "\n\n".join(part.text for part in parts)
    assert joined == "\n\n".join(line.rstrip() for line in DOCUMENTS["long prose"].split("\n\n"))


def test_ranges_follow_the_source() -> None:
    source = "\n\n".join(f"## Part {n}\n\nSome **bold** text, " + "and more of it " * 10 for n in range(60))
    parts = check(source)
    assert len(parts) > 4
    for part in parts[1:]:
        assert source[part.start : part.end].strip()[:12] == part.text[:12]


@pytest.mark.parametrize("announced", ["words " * 300, "```python\n" + "x = 1\n" * 250 + "```"])
def test_a_heading_stays_with_what_it_announces(announced: str) -> None:
    parts = render(Content(f"{'word ' * 380}\n\n## The heading\n\n{announced}"))
    assert len(parts) == 2
    assert parts[1].text.startswith("## The heading")


def test_rendering_is_fast() -> None:
    """Ten times what it takes on a slow machine; the measured figure is 3.4 ms."""
    long = ((DOCUMENTS["everything"] + "\n\n") * 5)[:4000]
    render(Content(long))
    started = process_time()
    for _ in range(5):
        render(Content(long))
    assert (process_time() - started) / 5 < 0.04


@pytest.mark.parametrize(
    "opening",
    [
        "[",
        "![",
        "](",
        "[]",
        "*",
        "**",
        "*_",
        "*a",
        "*a ",
        "||",
        "\\[",
        "\\(",
        "$",
        "`a``b",
        "> ",
        "- ",
        "|a|\n|-|\n",
        "```\n",
        "<http://",
        "x",
    ],
)
def test_thousands_of_openings_cost_no_seconds(opening: str) -> None:
    """The measured figures for 40,000 characters are 1 to 200 ms, and grow as the text does."""
    source = (opening * 40_000)[:40_000]
    started = process_time()
    parts = render(Content(source))
    assert process_time() - started < 2
    assert all(0 < len(part.text) <= 2000 for part in parts)


def test_thousands_of_pictures_in_pictures_cost_no_seconds() -> None:
    source = "![" * 8000 + "x" + "](https://a.org)" * 8000
    started = process_time()
    assert "x" in "".join(part.text for part in render(Content(source)))
    assert process_time() - started < 2
