"""What each construct of Markdown becomes on Discord: what is sent, and what a reader sees of it, by example."""

from __future__ import annotations

import pytest

from adapters.discord.components import components_of
from adapters.discord.render import render
from bot.posts import Ask, Button, Content, File, Part
from bot.replies.texts import plain
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
    ("_\\\nb_ *&nbsp;b* *b&#32;* *\ufeffb* a", "\u200b\nb \u200b b \u200bb  \u200b\ufeffb a"),
    ("*&nbsp;b*\n***&nbsp;b&nbsp;*** **&nbsp;b**", "\u200b b\n*** b *** ** b**"),
    ("**a _\\\n__b__ c_ d** *e*", "**a \u200b\nb c d** *e*"),
    ("__[]()__ a ~~[](<>)~~ *[]()* b", "\u200b\u200b a \u200b\u200b \u200b b"),
    ("~~a\\~~~ **b\\***", "~~a\\~\u200b~~ **b\\***"),
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
    ("&amp &notit; &#1; &#10;x", "&amp &notit; &#1;  x"),
    ("[](&amp) [](/&notit;x&amp;&#1;) [](/\\&amp;)", "&amp /&notit;x&&#1; /&amp;"),
    ('[t](/x "a &amp &copy; \\*b\\*")', "t (/x) (a &amp © \\*b\\*)"),
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


def test_a_table_without_a_word_is_no_code() -> None:
    """Discord reads a block of code without code, and another one below, as one."""
    assert problems("".join(part.text for part in render(Content("|\n|-\n\nx\n\n|\n|-")))) == []


def test_a_label_that_nobody_sees_becomes_one() -> None:
    buttons = ((Button("\u2060", "retry #1"), Button("a\x00b", "retry #2")),)
    (row,) = components_of(Part(0, 1, "x", buttons=buttons))
    assert [button["label"] for button in row["components"]] == ["…", "a b"]
