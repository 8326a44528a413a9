"""What each construct of Markdown looks like on Telegram: text and entities, by example."""

from __future__ import annotations

import pytest

from adapters.telegram.captions import with_room_for_files
from adapters.telegram.entities import Entity, to_bot_api
from adapters.telegram.keyboards import keyboard_of
from adapters.telegram.render import render
from bot.posts import Ask, Button, Content, File, Part
from tests.contracts.link_texts import HONEST, HONEST_WHOLE, MISLEADING, URL
from tests.telegram.validator import keyboard_problems

Mark = tuple[str, ...]


def marks(part: Part) -> list[Mark]:
    """The part's entities as (kind, text they cover, argument)."""
    units = part.text.encode("utf-16-le")
    found: list[Mark] = []
    for entity in part.markup:
        assert isinstance(entity, Entity)
        covered = units[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le")
        argument = entity.url or entity.language
        found.append((entity.kind, covered, argument) if argument else (entity.kind, covered))
    return found


CASES: list[tuple[str, str, list[Mark]]] = [
    ("plain", "plain", []),
    ("two\nlines\n\n\nand a gap", "two\nlines\n\n\nand a gap", []),
    ("**b** *i* ~~s~~", "b i s", [("bold", "b"), ("italic", "i"), ("strikethrough", "s")]),
    ("__b__ _i_ snake_case_name", "b i snake_case_name", [("bold", "b"), ("italic", "i")]),
    ("***both***", "both", [("bold", "both"), ("italic", "both")]),
    ("||secret *x*||, a || b || c", "secret x, a || b || c", [("spoiler", "secret x"), ("italic", "x")]),
    ("😀 **b** 👍", "😀 b 👍", [("bold", "b")]),
    ("`a<b>` `` ` ``", "a<b> `", [("code", "a<b>"), ("code", "`")]),
    ("**a `b` c**", "a b c", [("bold", "a"), ("code", "b"), ("bold", "c")]),
    ("# T `c`\ntext", "T c\ntext", [("bold", "T"), ("code", "c")]),
    ("```py\nx = 1\n```", "x = 1", [("pre", "x = 1", "py")]),
    ("```\n  x\n y\n```", "\u00a0\u00a0x\n y", [("pre", "\u00a0\u00a0x\n y")]),
    ("```go\n\tx\n```\nafter", "\u00a0\u00a0\u00a0\u00a0x\nafter", [("pre", "\u00a0\u00a0\u00a0\u00a0x", "go")]),
    ('```py title="a b"\nx\n```', 'py title="a b"\nx', [("pre", "x", "py")]),
    ("```py\nx = **1", "x = **1", [("pre", "x = **1", "py")]),
    ("> a\n> **b**\n\nc", "a\nb\n\nc", [("blockquote", "a\nb"), ("bold", "b")]),
    ("> a\n> > b\n> > c", "a\n› b\n› c", [("blockquote", "a\n› b\n› c")]),
    ("> ```\n> x\n> ```", "x", [("blockquote", "x"), ("pre", "x")]),
    ("- a\n- b\n  - c\n    more\n\n- d", "• a\n• b\n  ◦ c\n    more\n\n• d", []),
    ("2. a\n3. b", "2. a\n3. b", []),
    ("1. a\n1. b", "1. a\n2. b", []),
    ("3) a\n7) b", "3) a\n7) b", []),
    ("1999.", "1999.", []),
    ("In\n\n1999.\n\nor so", "In\n\n1999.\n\nor so", []),
    ("- [ ] a\n- [x] b", "☐ a\n☑ b", []),
    ("- \\[x] a\n- [x\\] b", "• [x] a\n• [x] b", []),
    ("1. ```\n   x\n   ```", "1. \nx", [("pre", "x")]),
    ("a\n\n---\n\nb", "a\n\n———\n\nb", []),
    ("[t](https://a.bc/d_e)", "t", [("text_link", "t", "https://a.bc/d_e")]),
    ("[`t`](https://a.bc)", "t", [("text_link", "t", "https://a.bc")]),
    ("[](https://a.bc)", "https://a.bc", [("text_link", "https://a.bc", "https://a.bc")]),
    ('[t](https://a.bc "why")', "t (why)", [("text_link", "t", "https://a.bc")]),
    ("![alt](https://a.bc/i.png)", "alt", [("text_link", "alt", "https://a.bc/i.png")]),
    ("[t](/x) [u](http://localhost)", "t (/x) u (http://localhost)", []),
    ("[t](tg://resolve?domain=x)", "t (tg://resolve?domain=x)", []),
    ("<https://a.bc> https://a.bc/x_y_z", "https://a.bc https://a.bc/x_y_z", []),
    ("[a](https://b.c", "[a](https://b.c", []),
    ("[a][b]\n\n[b]: https://x.yz", "[a][b]\n\n[b]: https://x.yz", []),
    ("<think>x</think> std::vector<int> <b>", "<think>x</think> std::vector<int> <b>", []),
    ("$5 or $10, $400-600K", "$5 or $10, $400-600K", []),
    ("$x^2$ and \\(a_1*b*c\\)", "$x^2$ and \\(a_1*b*c\\)", [("code", "$x^2$"), ("code", "\\(a_1*b*c\\)")]),
    ("$$\na\n- b\n$$", "$$\na\n- b\n$$", [("pre", "$$\na\n- b\n$$", "latex")]),
    ("**「强调」**文", "「强调」文", [("bold", "「强调」")]),
    ("\\*a\\* &lt;", "*a* <", []),
    ("a&#8238;b &#13;c&#x2028;d &#x41;&#778;", "ab \nc\nd \u00c5", []),
    ("**a&#8238;** b `&#8238;`", "a b &#8238;", [("bold", "a"), ("code", "&#8238;")]),
    ("[t](https://a.bc/&#8238;x)", "t", [("text_link", "t", "https://a.bc/x")]),
    ("Text\n---\nmore", "Text\n———\nmore", []),
    ("a**", "a**", []),
]


@pytest.mark.parametrize(("source", "text", "expected"), CASES)
def test_each_construct(source: str, text: str, expected: list[Mark]) -> None:
    (part,) = render(Content(source))
    assert part.text == text
    assert marks(part) == expected


def test_a_narrow_table_is_drawn_in_fixed_width() -> None:
    (part,) = render(Content("| a | b |\n|:-:|--:|\n| 强调 | 1 |"))
    assert part.text == "\u00a0a   │ b\n─────┼──\n强调 │ 1"
    assert marks(part) == [("pre", part.text)]


def test_a_wide_table_is_one_record_for_each_row() -> None:
    source = "| Name | About |\n|---|---|\n| Ada | " + "w" * 50 + " |\n| Bob | **x** |"
    (part,) = render(Content(source))
    assert part.text == "Name: Ada\n• About: " + "w" * 50 + "\n\nName: Bob\n• About: x"
    assert marks(part) == [("bold", "Name: Ada"), ("bold", "Name: Bob"), ("bold", "x")]


def test_cells_beyond_the_header_are_shown() -> None:
    (part,) = render(Content("| a | b |\n|---|---|\n| 1 | 2 | 3 |"))
    assert "2 | 3" in part.text


def test_cells_beyond_the_header_are_shown_beside_white_space_that_is_none_to_markdown() -> None:
    (part,) = render(Content("a|||a\n-|-|-|-\n\x85||||more"))
    assert "| more" in part.text


def test_a_line_without_a_bar_ends_a_table() -> None:
    (part,) = render(Content("| a | b |\n|---|---|\n| 1 | 2 |\nThe text after it."))
    assert part.text == "a │ b\n──┼──\n1 │ 2\nThe text after it."


def test_a_table_with_links_keeps_them() -> None:
    (part,) = render(Content("| a |\n|---|\n| [x](https://a.bc) |"))
    assert ("text_link", "x", "https://a.bc") in marks(part)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("[https://good.com/login](https://evil.com/x)", "https://good.com/login (https://evil.com/x)"),
        ("[good.com](https://good.com.evil.org)", "good.com (https://good.com.evil.org)"),
        ("[good.com](https://docs.good.com/x)", "good.com"),
        ("[www.good.com](https://good.com)", "www.good.com"),
        ("[click](https://evil.com)", "click"),
        ("[g](https://good.com@evil.com/)", "g (https://good.com@evil.com/)"),
        ("[good.com\u200b/x](https://evil.com)", "good.com\u200b/x (https://evil.com)"),
        ("[good\u200b.com](https://evil.com)", "good\u200b.com (https://evil.com)"),
        ("[good\u2024com](https://evil.com)", "good\u2024com (https://evil.com)"),
        ("[good_.com](https://evil.com)", "good_.com (https://evil.com)"),
        ("[1.2.3.4](https://evil.com)", "1.2.3.4 (https://evil.com)"),
        ("[http://localhost/](https://evil.com)", "http://localhost/ (https://evil.com)"),
    ],
)
def test_x14_a_link_whose_text_names_another_host_shows_its_address(source: str, text: str) -> None:
    assert render(Content(source))[0].text == text


@pytest.mark.parametrize("text", MISLEADING)
def test_x14_a_link_whose_text_has_another_host_in_it_shows_its_address(text: str) -> None:
    assert render(Content(f"[{text}]({URL})"))[0].text == f"{text} ({URL})"


@pytest.mark.parametrize("text", [*HONEST, *HONEST_WHOLE])
def test_x14_a_link_whose_text_has_its_host_alone_is_a_link(text: str) -> None:
    (part,) = render(Content(f"[{text}]({URL})"))
    assert part.text == text
    assert marks(part) == [("text_link", text, URL)]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "tg://user?id=1", "tg://resolve?domain=x", "data:text/html,x", "file:///etc/passwd", "vbscript:x"]
)
def test_x14_dangerous_addresses_are_text(url: str) -> None:
    (part,) = render(Content(f"[x]({url})"))
    assert part.text == f"x ({url})"
    assert part.markup == ()


@pytest.mark.parametrize("title", ["<b>", "a & b", "x <i>y", "</pre>", "&nosuch;"])
def test_u11_html_in_a_text_stays_text(title: str) -> None:
    assert render(Content(title))[0].text == title


def test_extras_are_on_the_last_part() -> None:
    rows = ((Button("Retry", "retry #1"),),)
    file, ask = File("a.txt", "text/plain", b"x"), Ask("edit", "New text?")
    parts = render(Content("word " * 2000, buttons=rows, file=file, ask=ask))
    assert len(parts) == 3
    assert [(part.buttons, part.file, part.ask) for part in parts] == [((), None, None), ((), None, None), (rows, file, ask)]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (Content(""), "…"),
        (Content(" \n\u200b\t "), "…"),
        (Content("", file=File("a.txt", "text/plain", b"")), "a.txt"),
        (Content("", ask=Ask("edit", "New text?")), "New text?"),
        (Content("**"), "**"),
        (Content("```\n```"), "```\n```"),
    ],
)
def test_no_post_is_blank(content: Content, text: str) -> None:
    (part,) = render(content)
    assert part.text == text
    assert (part.start, part.end) == (0, len(content.text))


def test_entities_go_on_the_wire() -> None:
    (part,) = render(Content("😀 **b** [t](https://a.bc)\n```py\nx\n```"))
    assert to_bot_api(part) == [
        {"type": "bold", "offset": 3, "length": 1},
        {"type": "text_link", "offset": 5, "length": 1, "url": "https://a.bc"},
        {"type": "pre", "offset": 7, "length": 1, "language": "py"},
    ]


@pytest.mark.parametrize("announced", ["words " * 600, "```python\n" + "x = 1\n" * 500 + "```"])
def test_a_heading_stays_with_what_it_announces(announced: str) -> None:
    text = f"{'word ' * 780}\n\n## The heading\n\n{announced}"
    parts = render(Content(text))
    assert len(parts) == 2
    assert parts[1].text.startswith("The heading")


def test_labels_are_seen_and_in_one_line() -> None:
    """Telegram refuses a button that nobody sees, and alters what it shows."""
    labels = (" ", "\u200b", "a\x1b\nb", "x" * 99)
    part = Part(0, 1, "x", buttons=tuple((Button(label, "retry #1"),) for label in labels))
    rows = keyboard_of(part)["inline_keyboard"]
    assert isinstance(rows, list)
    assert [row[0]["text"] for row in rows] == ["…", "…", "a  b", "x" * 64]
    assert keyboard_problems(keyboard_of(part)) == []
    assert "input_field_placeholder" not in keyboard_of(Part(0, 1, "x", ask=Ask("edit", "\u00a0 ")))
    assert with_room_for_files((Part(0, 1, "y" * 2000, file=File("a\x1b.txt", "text/plain", b"")),))[1].text == "a .txt"
