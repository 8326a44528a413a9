"""What each construct of Markdown becomes on Discord: what is sent, and what a reader sees of it, by example."""

from __future__ import annotations

from itertools import pairwise

import pytest

from adapters.discord.components import components_of
from adapters.discord.render import render
from bot.posts import Ask, Button, Content, File, Part
from bot.replies.texts import plain
from tests.contracts.link_texts import HONEST, HONEST_WHOLE, MISLEADING, URL
from tests.discord.validator import problems, read

CASES: list[tuple[str, str]] = [
    ("plain", "plain"),
    ("two\nlines\n\n\nand a gap", "two\nlines\n\n\nand a gap"),
    ("a hard  \nbreak\\\nand another", "a hard\nbreak\nand another"),
    ("**b** *i* ~~s~~ ***both***", "**b** *i* ~~s~~ ***both***"),
    ("__b__ _i_ snake_case_name 2*3*4", "**b** *i* snake\\_case\\_name 2\\*3\\*4"),
    ("__init__ and _x_y", "**init** and \\_x\\_y"),
    ("*a***b**", "*a*\u200b**b**"),
    ("*a `x*y` b*", "a `x*y` b"),
    ("half **bold", "half \\*\\*bold"),
    ("||secret||, a || b, |x|", "\\|\\|secret\\|\\|, a \\|\\| b, |x|"),
    ("`a` `` ` `` ``a`b``", "`a` `` ` `` ``a`b``"),
    ("`||` `a\\`", "`||` `a\\`"),
    ("# T `c`\n## Two ##\n### Three\n#### Four\n###### Six", "# T `c`\n## Two\n### Three\n**Four**\n**Six**"),
    ("# C#", "# C\\#"),
    ("#hashtag\n-# small\n\\# no title", "#hashtag\n\\-# small\n\\# no title"),
    ("```py\nx = 1\n```", "```py\nx = 1\n```"),
    ("~~~py\nx = `1`\n~~~", "```py\nx = `1`\n```"),
    ("````md\n```py\nx\n```\n````", "```md\n``\u200b`py\nx\n``\u200b`\n```"),
    ("```py\nx = **1", "```py\nx = **1\n```"),
    ('```py title="a b"\nx\n```', 'py title="a b"\n```py\nx\n```'),
    ("- a\n  ```py\n  x\n    y\n  ```\n- b", "- a\n```py\nx\n  y\n```\n- b"),
    ("2. ```\n   x\n   ```\n3. b", "2. \n```\nx\n```\n3. b"),
    ("> ```\n> x\n> ```\nb", "> ```\n> x\n> ```\nb"),
    ("    four\n        eight\n\nafter", "```\nfour\n    eight\n```\n\nafter"),
    ("> a\n> **b**\n\nc", "> a\n> **b**\n\nc"),
    (">a\n> > b", "> a\n> › b"),
    (">>> a\nb", "> a\nb"),
    ("\\> a", "\\> a"),
    ("- a\n* b\n+ c\n  - d\n    more", "- a\n- b\n- c\n  - d\n    more"),
    ("2. a\n3. b\n\n4) c", "2. a\n3. b\n\n4) c"),
    ("- [ ] a\n- [x] b", "- ☐ a\n- ☑ b"),
    ("a\n\n---\n\nb\n***", "a\n\n────────────\n\nb\n────────────"),
    ("Text\n===", "Text\n==="),
    ("[t](https://a.bc/d_e)", "[t](https://a.bc/d_e)"),
    ("[t](https://a.bc/x_(y)) [t](<https://a.bc/x y>)", "[t](https://a.bc/x_%28y%29) [t](https://a.bc/x%20y)"),
    ("[](https://a.bc) [`c`](https://a.bc) [[1]](https://a.bc)", "<https://a.bc> [`c`](https://a.bc) [\\[1]](https://a.bc)"),
    ('[t](https://a.bc "why")', "[t](https://a.bc) (why)"),
    ("![alt](https://a.bc/i.png) ![](https://a.bc/i.png)", "[alt](https://a.bc/i.png) <https://a.bc/i.png>"),
    ("[t](/x)", "t (/x)"),
    ("<https://a.bc> https://a.bc/x_y_z.", "https://a.bc https://a.bc/x_y_z."),
    ("(https://a.bc/x) **https://a.bc**", "(<https://a.bc/x>) **<https://a.bc>**"),
    ("[a](https://b.c", "\\[a]\\(https://b.c"),
    ("<think>x</think> std::vector<int> <b>", "<think>x</think> std::vector<int> <b>"),
    ("@everyone <@1> <#2> <:e_e:3> <t:1:R>", "@everyone <@1> <#2> <:e_e:3> <t:1:R>"),
    ("$5 or $10, $400-600K", "$5 or $10, $400-600K"),
    ("$x^2_i$ and \\(a_1*b*c\\)", "`$x^2_i$` and `\\(a_1*b*c\\)`"),
    ("\\[\n\\frac{a}{b}\n\\]", "```latex\n\\[\n\\frac{a}{b}\n\\]\n```"),
    ("\\*a\\* &lt;b&gt; &amp;", "\\*a\\* \\<b\\> \\&"),
    ("C:\\dir\\file \\é", "C:\\dir\\file \\\\é"),
    ("**「强调」**文", "**「强调」**文"),
    ("| a | b |\n|:-:|--:|\n| 强调 | 1 |", "```\n a   │ b\n─────┼──\n强调 │ 1\n```"),
    ("| a | b |\n|---|---|\n| **1** | 2 | 3 |\nafter", "```\na │ b\n──┼──────\n1 │ 2 | 3\n```\nafter"),
    ("| a |\n|---|\n| [x](https://a.bc) |", "**a: [x](https://a.bc)**"),
]


@pytest.mark.parametrize(("source", "sent"), CASES)
def test_each_construct(source: str, sent: str) -> None:
    (part,) = render(Content(source))
    assert part.text == sent
    assert problems(part.text) == []


def test_a_wide_table_is_one_record_for_each_row() -> None:
    source = "| Name | About |\n|---|---|\n| Ada | " + "w" * 60 + " |\n| Bob | **x** |"
    (part,) = render(Content(source))
    assert part.text == "**Name: Ada**\n- About: " + "w" * 60 + "\n\n**Name: Bob**\n- About: **x**"


SEEN: list[tuple[str, str, list[tuple[str, ...]]]] = [
    ("__b__ and _i_", "b and i", [("bold", "b"), ("italic", "i")]),
    ("*a***b**", "a\u200bb", [("italic", "a"), ("bold", "b")]),
    ("***a** b*", "a b", [("italic", "a b"), ("bold", "a")]),
    ("**a *b***", "a b", [("bold", "a b"), ("italic", "b")]),
    ("`` ` `` and `\\`", "` and \\", [("code", "`"), ("code", "\\")]),
    ("`a``b`", "a``b", [("code", "a``b")]),
    ("x ``` a`b``c ```", "x a`b`\u200b`c", [("code", "a`b`\u200b`c")]),
    ("[t](https://a.bc/x)", "t", [("link", "t", "https://a.bc/x")]),
    ("2*3*4 and ||x||", "2*3*4 and ||x||", []),
    ("````\n```\n````", "``\u200b`", [("pre", "``\u200b`")]),
]


@pytest.mark.parametrize(("source", "text", "marks"), SEEN)
def test_a_reader_sees_it(source: str, text: str, marks: list[tuple[str, ...]]) -> None:
    seen = read(render(Content(source))[0].text)
    assert (seen.text, seen.marks) == (text, marks)


@pytest.mark.parametrize("character", "\\`*_{}[]#+-.|<>~&!()=:@")
@pytest.mark.parametrize("around", ["{}", "{} x", "a{}b", "x {}{} x", "{}{}{} x", "1{} x"])
def test_u11_a_persons_words_show_to_the_letter(character: str, around: str) -> None:
    words = around.replace("{}", character)
    assert read(render(Content(plain(words)))[0].text).text == words
    assert read(render(Content(f"**{plain(words)}**"))[0].text).text == words


@pytest.mark.parametrize("words", ["<@1>", "<b> &amp; &lt;", "# no title", "- no item", "[x](https://a.bc)", "||x||", "```", "> q", "-# s"])
def test_u11_marks_in_a_persons_words_are_none(words: str) -> None:
    seen = read(render(Content(plain(words)))[0].text)
    assert seen.text == words
    assert [mark for mark in seen.marks if mark[0] != "url"] == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("[https://good.com/login](https://evil.com/x)", "<https://good.com/login> (<https://evil.com/x>)"),
        ("[good.com](https://good.com.evil.org)", "good.com (<https://good.com.evil.org>)"),
        ("[good.com](https://docs.good.com/x)", "[good.com](https://docs.good.com/x)"),
        ("[www.good.com](https://good.com)", "[www.good.com](https://good.com)"),
        ("[click](https://evil.com)", "[click](https://evil.com)"),
        ("[g.com](https://g.com@evil.com/)", "g.com (<https://g.com@evil.com/>)"),
        ("[https://a.bc](https://a.bc)", "<https://a.bc>"),
    ],
)
def test_x14_a_link_whose_text_names_another_host_shows_its_address(source: str, text: str) -> None:
    assert render(Content(source))[0].text == text


@pytest.mark.parametrize("text", [*MISLEADING, *HONEST_WHOLE])
def test_x14_a_link_whose_text_has_another_host_in_it_shows_its_address(text: str) -> None:
    """Discord makes no link of a text that is a whole address."""
    seen = read(render(Content(f"[{text}]({URL})"))[0].text)
    assert seen.text == f"{text} ({URL})"
    assert {mark[0] for mark in seen.marks} == {"url"}


@pytest.mark.parametrize("text", HONEST)
def test_x14_a_link_whose_text_has_its_host_alone_is_a_link(text: str) -> None:
    seen = read(render(Content(f"[{text}]({URL})"))[0].text)
    assert (seen.text, seen.marks) == (text, [("link", text, URL)])


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "discord://x", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "steam://run/1"]
)
def test_x14_dangerous_addresses_are_text(url: str) -> None:
    seen = read(render(Content(f"[x]({url})"))[0].text)
    assert seen.text == f"x ({url})"
    assert seen.marks == []


def test_extras_are_on_the_last_part() -> None:
    rows = ((Button("Retry", "retry #1"),),)
    file, ask = File("a.txt", "text/plain", b"x"), Ask("edit", "New text?")
    parts = render(Content("word " * 1000, buttons=rows, file=file, ask=ask))
    assert len(parts) == 3
    assert [(part.buttons, part.file, part.ask) for part in parts] == [((), None, None), ((), None, None), (rows, file, ask)]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (Content(""), "…"),
        (Content(" \n\u200b\t\u2060 \ufe0f"), "…"),
        (Content("", file=File("a_b_.txt", "text/plain", b"")), "a\\_b\\_.txt"),
        (Content("", ask=Ask("edit", "New text?")), "New text?"),
        (Content("**"), "\\*\\*"),
        (Content("```\n```"), "\\`\\`\\`\n\\`\\`\\`"),
        (Content(">"), "\\>"),
    ],
)
def test_no_message_is_blank(content: Content, text: str) -> None:
    (part,) = render(content)
    assert part.text == text
    assert (part.start, part.end) == (0, len(content.text))


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


@pytest.mark.parametrize(
    "source",
    [
        "[*good*.com](https://evil.com)",
        "[good\\.com](https://evil.com)",
        "[good\u200b.com](https://evil.com)",
        "[good\u2024com](https://evil.com)",
        "[good&#46;com](https://evil.com)",
        "[1.2.3.4](https://evil.com)",
        "[![](https://good.com)](https://evil.com)",
    ],
)
def test_x14_a_link_whose_text_looks_like_another_host_shows_its_address(source: str) -> None:
    (part,) = render(Content(source))
    assert "<https://evil.com>" in part.text
    assert all(mark[0] != "link" for mark in read(part.text).marks)


def test_x14_code_is_no_end_of_a_link_or_a_mark_before_it() -> None:
    """Discord reads what stands first before what stands in code."""
    assert [mark[0] for mark in read(render(Content("[good.com`](http://evil.com)`"))[0].text).marks if mark[0] != "url"] == ["code"]
    assert [mark[0] for mark in read(render(Content("a_a`_ __a__`"))[0].text).marks] == ["code"]


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


def test_a_table_without_a_word_is_no_code() -> None:
    """Discord reads a block of code without code, and another one below, as one."""
    assert problems("".join(part.text for part in render(Content("|\n|-\n\nx\n\n|\n|-")))) == []


def test_a_label_that_nobody_sees_becomes_one() -> None:
    buttons = ((Button("\u2060", "retry #1"), Button("a\x00b", "retry #2")),)
    (row,) = components_of(Part(0, 1, "x", buttons=buttons))
    assert [button["label"] for button in row["components"]] == ["…", "a b"]


def test_lines_of_code_that_look_like_a_quote_stay_at_a_cut() -> None:
    parts = render(Content("```\n" + ">\n" * 1500 + "```"))
    assert sum(part.text.count(">") for part in parts) == 1500


@pytest.mark.parametrize("scheme", ["http://", "https://", "steam://", "xhttp://"])
@pytest.mark.parametrize(
    ("after", "text", "marks"), [("`a __a__`", "a __a__", ["code"]), ("*a \\*_x_", "*a *x", ["italic"]), ("[_]", "[_]", [])]
)
def test_x14_half_an_address_takes_no_mark_into_it(scheme: str, after: str, text: str, marks: list[str]) -> None:
    """Discord's addresses go on up to the next space, whatever stands in them."""
    seen = read(render(Content(f"{scheme}{after}"))[0].text)
    assert seen.text == scheme + text
    assert [mark[0] for mark in seen.marks] == marks


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


@pytest.mark.parametrize(
    "words",
    [
        "<ftp://a_b.org>",
        "<c:/x_y>",
        "<a_b@x.org>",
        "<tel:+1(23)4>",
        "<+49 30 123>",
        "<<a_b:/x>",
        "<a_<b:/x>",
        "<a\tb_c:/x>",
        f"<{'a_' * 300}:/x>",
        "<a\nb:/x>",
        "a </\n\nb_c:/x>",
        "<[a]:/x>",
        "a<b and c:/d",
    ],
)
def test_x14_what_stands_between_angle_brackets_is_no_link_to_another_program(words: str) -> None:
    """Discord makes one of any scheme, of an address of mail and of a number to call, and shows a backslash in it."""
    seen = read(render(Content(words))[0].text)
    assert (seen.text, seen.marks) == (words, [])


@pytest.mark.parametrize(
    ("source", "text", "kinds"),
    [
        ("<*a*:/x>", "<a:/x>", ["italic"]),
        ("<**a**@x.org>", "<a@x.org>", ["bold"]),
        ("b <a:*/x*>", "b <a:/x>", ["italic"]),
        ("<`a_b`:/x>", "<a_b:/x>", ["code"]),
        ("<a\\_b:/x>", "<a_b:/x>", []),
        ("<a&#46;b:/x>", "<a.b:/x>", []),
    ],
)
def test_x14_marks_between_angle_brackets_are_no_part_of_a_link(source: str, text: str, kinds: list[str]) -> None:
    seen = read(render(Content(source))[0].text)
    assert (seen.text, [mark[0] for mark in seen.marks]) == (text, kinds)


def test_an_angle_bracket_that_opens_no_link_is_left_as_it_is() -> None:
    assert render(Content("I <3 you, 1<2 and a<b>c"))[0].text == "I <3 you, 1<2 and a<b>c"


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
