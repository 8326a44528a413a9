"""Links on Discord: none hides where it leads, and nothing else becomes one (X14)."""

from __future__ import annotations

import pytest

from adapters.discord.render import render
from bot.posts import Content
from tests.contracts.link_texts import HONEST, HONEST_WHOLE, MISLEADING, URL
from tests.discord.validator import problems, read


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("[https://good.com/login](https://evil.com/x)", "<https://good.com/login> (<https://evil.com/x>)"),
        ("[good.com](https://good.com.evil.org)", "good.com (<https://good.com.evil.org>)"),
        ("[good.com](https://docs.good.com/x)", "[good.com](https://docs.good.com/x)"),
        ("[www.good.com](https://good.com)", "[www.good.com](https://good.com)"),
        ("[click](https://evil.com)", "[click](https://evil.com)"),
        ("[g.com](https://g.com@evil.com/)", "g.com (<https://g.com@evil.com/>)"),
        ("[https://a.bc](https://a.bc)", "https://a.bc"),
    ],
)
def test_x14_a_link_whose_text_names_another_host_shows_its_address(source: str, text: str) -> None:
    assert render(Content(source))[0].text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"[https://a\.org](https://a.org)", "https://a.org"),
        (r"See [https://a\.org/x\_y](https://a.org/x_y), or not.", "See https://a.org/x_y, or not."),
        (r"[https://a\.org](https://a.org)s", "<https://a.org>s"),
        ("[https://a.org](https://a.org/)", "https://a.org/"),
        (r"**[https://a\_b.org](https://a_b.org)** z", "**<https://a_b.org>** z"),
        (r"[a [https://b\.org](https://b.org) c](https://d.org)", r"\[a https://b.org c]\(<https://d.org>)"),
        (r"[https://a\.org](https://b.org)", r"<https://a>\.org (<https://b.org>)"),
        (r"[https://a\.org](https://a.org 'title')", r"<https://a>\.org (<https://a.org>) (title)"),
    ],
)
def test_a_link_whose_text_is_its_own_address_is_shown_as_the_address(source: str, text: str) -> None:
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


@pytest.mark.parametrize(
    ("after", "text", "kinds"),
    [
        (" `](x) __y__`", " ]\u200b(x) __y__", ["code"]),
        (" **b** `](http://evil.com)`", " b ]\u200b(http://evil.com)", ["bold", "code"]),
        (" ``a`](x)``", " a`]\u200b(x)", ["code"]),
        ("\n```\n](x)\n```", "\n]\u200b(x)", ["pre"]),
        (" `a[0](x)`", " a[0](x)", ["code"]),
        (" \\[ `](x)`", " [ ](x)", ["code"]),
        (" <http://b.cd](x)>", " http://b.cd]%28x)", ["url"]),
    ],
)
def test_x14_what_stands_after_a_link_is_no_end_of_it(after: str, text: str, kinds: list[str]) -> None:
    """Discord reads a link up to the last `](` that no opening bracket parts from it, even in code."""
    seen = read(render(Content(f"[t](http://a.bc){after}"))[0].text)
    assert (seen.text, seen.marks[0]) == (f"t{text}", ("link", "t", "http://a.bc"))
    assert [mark[0] for mark in seen.marks[1:]] == kinds


@pytest.mark.parametrize("scheme", ["http://", "https://", "steam://", "xhttp://"])
@pytest.mark.parametrize(
    ("after", "text", "marks"), [("`a __a__`", "a __a__", ["code"]), ("*a \\*_x_", "*a *x", ["italic"]), ("[_]", "[_]", [])]
)
def test_x14_half_an_address_takes_no_mark_into_it(scheme: str, after: str, text: str, marks: list[str]) -> None:
    """Discord's addresses go on up to the next space, whatever stands in them."""
    seen = read(render(Content(f"{scheme}{after}"))[0].text)
    assert seen.text == scheme + text
    assert [mark[0] for mark in seen.marks] == marks


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


def test_x14_what_discord_takes_for_no_address_begins_no_link() -> None:
    """Of one character after the slashes it makes an address only between angle brackets: a square one would begin a link there."""
    seen = read(render(Content("<http://[> a.bc [x[]](http://d.ef)"))[0].text)
    assert (seen.text, seen.marks) == ("http://[ a.bc x[]", [("url", "http://["), ("link", "x[]", "http://d.ef")])
    assert render(Content("https://a https://a.bc <https://a.bc:>"))[0].text == "<https://a> https://a.bc <https://a.bc:>"


def test_x14_a_character_by_its_number_is_cleaned_like_any_other() -> None:
    """Else an address or a title would hold what cannot be sent, or another line."""
    texts = [render(Content(source))[0].text for source in ("[a](/b&#13;c)", '[a](https://b.org "c&#x2028;d")', "[a](/b&#12;c)")]
    assert not any(problems(text) for text in texts), texts
    assert "\u2028" not in "".join(texts)
