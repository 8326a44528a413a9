"""Where a text is cut into Discord's messages, and what goes on in the next one."""

from __future__ import annotations

from itertools import pairwise

import pytest

from adapters.discord.render import render
from bot.posts import Content
from tests.discord.validator import problems, read


def test_marks_alone_that_take_several_messages_have_ranges_within_the_text() -> None:
    """Shown to the letter they are longer than what was written."""
    text = "> \n" * 3000
    parts = render(Content(text))
    assert len(parts) > 1
    assert (parts[0].start, parts[-1].end) == (0, len(text))
    assert all(one.end == other.start and one.start <= one.end for one, other in pairwise(parts))
    assert parts[-1].start <= parts[-1].end


@pytest.mark.parametrize(
    ("mark", "inside"), [("**", "bold"), ("*", "italic"), ("~~", "strike"), ("`", "code"), ("> ", "quote"), ("## ", "heading")]
)
def test_marks_that_are_cut_go_on_in_the_next_message(mark: str, inside: str) -> None:
    closing = "" if mark.endswith(" ") else mark
    parts = render(Content(f"{mark}{'some words ' * 400}end{closing}"))
    assert len(parts) == 3
    for part in parts:
        ((kind, text),) = read(part.text).marks
        assert kind == inside
        assert text.split()[0] in ("some", "words", "end")


@pytest.mark.parametrize("white", ["\\\n", "&nbsp;"])
def test_an_asterisk_beside_white_space_is_left_out_of_each_message(white: str) -> None:
    """Discord would show the one that stands there, and take the other ones for marks."""
    words = "some words " * 400
    seen = [read(part.text) for part in render(Content(f"a _{white}{words}end_ *all* b"))]
    assert " ".join(one.text for one in seen).replace("\u200b", "").split() == f"a {words} end all b".split()
    assert [mark for one in seen for mark in one.marks] == [("italic", "all")]


@pytest.mark.parametrize("before", ["", "w"])
def test_tildes_at_a_cut_are_none_of_the_mark(before: str) -> None:
    parts = render(Content("~~" + before + "\\~" * 3000 + "~~ b"))
    seen = [read(part.text) for part in parts]
    assert "".join(one.text for one in seen).replace("\u200b", "") == f"{before}{'~' * 3000} b"
    assert {mark[0] for one in seen for mark in one.marks} == {"strike"}
    assert all(problems(part.text) == [] for part in parts)


def test_marks_on_nothing_turn_nothing_around() -> None:
    """A pair of them would be one mark, up to the next such pair."""
    seen = [read(part.text) for part in render(Content("- __[]()__\nwords\n\n" * 400))]
    assert {mark for one in seen for mark in one.marks} == set()
    assert "".join(one.text for one in seen).count("\u2022") == 400


def test_a_fence_in_a_quote_goes_on_in_the_next_message() -> None:
    parts = render(Content("> ```py\n" + "> x = 1\n" * 500 + "> ```"))
    assert len(parts) > 2
    for part in parts:
        assert part.text.startswith("> ```py\n> x = 1\n")
        assert part.text.endswith("\n> ```")


def test_addresses_and_escapes_are_not_cut() -> None:
    link = "[" + "t" * 40 + "](https://a.bc/" + "x" * 100 + ")"
    for before in range(1850, 2000, 7):
        first, second, *_ = render(Content("w" * before + link + "\\*" * 60))
        assert link in (first.text + second.text)
        assert link in first.text or link in second.text
        assert not first.text.endswith("\\")


@pytest.mark.parametrize("before", ["", "w"])
def test_an_escape_stays_with_its_character(before: str) -> None:
    parts = render(Content(before + "\\*" * 3000))
    assert len(parts) >= 3
    assert "".join(read(part.text).text for part in parts) == before + "*" * 3000


def test_a_sign_of_a_list_is_not_cut_from_what_follows() -> None:
    parts = render(Content("a\n" * 900 + "- " + "x" * 1950))
    assert [part.text[-1] for part in parts] == ["a", "x"]
    assert parts[1].text.startswith("- x")


@pytest.mark.parametrize("item", [" - ", "  - ", "   12. "])
def test_a_sign_of_a_list_that_begins_a_message_is_not_cut_from_what_follows(item: str) -> None:
    """Also where the space before it is left out."""
    (first, *_) = render(Content(item + "x" * 3000))
    assert first.text == item.strip() + " " + "x" * (2000 - len(item.strip()) - 1)


@pytest.mark.parametrize(("mark", "kinds"), [("**", ["bold"]), ("*", ["italic"]), ("***", ["bold", "italic"])])
@pytest.mark.parametrize("before", ["> ", "> - "])
def test_a_mark_over_lines_of_a_quote_goes_on_within_the_quote(before: str, mark: str, kinds: list[str]) -> None:
    lines = [f"{number} {'w' * 90}" for number in range(1, 40)]
    parts = render(Content(f"{before}{mark}a" + "\n>   a".join(lines) + mark))
    assert len(parts) > 1
    for part in parts:
        seen = read(part.text)
        assert ">" not in seen.text
        assert sorted(mark[0] for mark in seen.marks) == sorted(["quote", *kinds])


def test_lines_of_code_that_look_like_a_quote_stay_at_a_cut() -> None:
    parts = render(Content("```\n" + ">\n" * 1500 + "```"))
    assert sum(part.text.count(">") for part in parts) == 1500


@pytest.mark.parametrize("sign", ["-", "+", "*", "#", "###", "-#", ">", ">>>", "1.", "12."])
@pytest.mark.parametrize("prefix", ["", "> "])
def test_what_begins_a_message_after_a_cut_within_a_line_begins_no_block(sign: str, prefix: str) -> None:
    began = 0
    for filled in range(1990, 2001):
        line = f"{'w' * (filled - len(prefix))} {sign} {'x' * 1990}"
        parts = render(Content(prefix + line))
        seen = [read(part.text) for part in parts]
        assert " ".join(one.text for one in seen).split() == line.split()
        assert all(problems(part.text) == [] for part in parts)
        assert {mark[0] for one in seen for mark in one.marks} == ({"quote"} if prefix else set())
        began += seen[1].text.startswith(sign)
    assert began


@pytest.mark.parametrize("ticks", ["`", "``"])
def test_code_that_is_cut_before_the_space_at_its_end_leaves_no_mark_behind(ticks: str) -> None:
    """An empty code would turn what is code and what is none into the other."""
    for filled in range(1990, 2002):
        parts = render(Content(f"{ticks}{'w' * filled} {ticks} and `code` of *all* kinds"))
        seen = [read(part.text) for part in parts]
        assert "".join("".join(one.text for one in seen).split()) == "w" * filled + "andcodeofallkinds"
        assert [mark for one in seen for mark in one.marks if mark[0] != "code"] == [("italic", "all")]


@pytest.mark.parametrize("spaces", ["", " ", "  ", "   "])
def test_code_that_is_cut_after_the_spaces_at_its_start_leaves_no_mark_behind(spaces: str) -> None:
    for filled in range(1985, 2001):
        parts = render(Content(f"{'w' * filled} `{spaces}{'a' * 150}` and `code` of *all* kinds"))
        seen = [read(part.text) for part in parts]
        assert "".join("".join(one.text for one in seen).split()) == "w" * filled + "a" * 150 + "andcodeofallkinds"
