"""What holds for any text at all. More examples: `PARLEY_TEST_EXAMPLES=20000`."""

from __future__ import annotations

import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from adapters.discord.render import render
from bot.posts import Content
from tests.discord.test_render_documents import check, seen
from tests.discord.validator import problems, read
from tests.telegram.pieces import EXAMPLES, ODD, SPACES, TABLES, any_settings, plain_line
from tests.telegram.visible import is_subsequence, must_show

_MARKUP = (
    "* ** *** _ __ ~~ || | ` `` ``` ~~~ [ ] ( ) ]( < > </ # ## - -# --- === + 1. 2) $ $$ \\( \\) \\[ \\] \\ ! : :: & @user /cmd 1999. x^2 "
    "[a](https://x.org/y) ![i](https://x.org/z) [u](tg://user?id=1) [g.com](https://e.com) [r](/rel) <https://q.io> https://e.org/a_b*c "
    "javascript:alert(1) <think> </think> std::vector<int> $400-600K [x] **b** _i_ `c` ~~s~~ ||sp|| a b word 😀 👨‍👩‍👧‍👦 🇩🇪 e\u0301 "
    "a\u030a é 「强调」 文 שלום مرحبا <@1> <:e_e:1> @everyone >>> #### \\* \\_ \\`"
)
ATOMS = _MARKUP.split()
INLINE = [
    "*",
    "**",
    "_",
    "__",
    "`",
    " ~~s~~ ",
    "\\*",
    "\\_",
    "\\`",
    "\\\\",
    "a",
    "b c",
    "word",
    " ",
    " ",
    "é",
    ".",
    ",",
    "(",
    ")",
    "!",
    '"',
    "😀",
]

marked_up = st.lists(st.sampled_from([*ATOMS, *SPACES, *SPACES]), max_size=60).map("".join)
with_all = st.lists(st.sampled_from([*ATOMS, *SPACES, *SPACES, *ODD, *TABLES]), max_size=60).map("".join)


@any_settings
@given(with_all)
def test_p14_any_text_is_valid_and_whole(source: str) -> None:
    check(source)


@any_settings
@given(marked_up)
def test_what_is_visible_stays_in_order(source: str) -> None:
    assert is_subsequence(must_show(source), seen(render(Content(source))))


@any_settings
@given(st.text(max_size=300))
def test_u4_any_characters_are_valid(source: str) -> None:
    check(re.sub("&[#A-Za-z0-9]+;", "", source))


@any_settings
@given(st.lists(plain_line, min_size=1, max_size=30))
def test_u11_plain_text_is_kept_to_the_letter(lines: list[str]) -> None:
    source = "\n".join(lines)
    if re.search(r"[$]|^\d+[.)]", source, re.MULTILINE):
        return
    parts = check(source)
    assert "\n".join(read(part.text).text for part in parts) == source


@settings(any_settings, max_examples=max(10, EXAMPLES // 10))
@given(marked_up, st.integers(20, 400))
def test_long_texts_are_cut_well(source: str, times: int) -> None:
    check((source * times)[:10_000])


@any_settings
@given(st.lists(st.sampled_from(INLINE), min_size=1, max_size=25).map("".join))
def test_marks_are_read_as_commonmark_reads_them(source: str) -> None:
    """Character by character what another parser's reader sees: no mark is lost, none is invented."""
    source = f"x {source} x"
    (paragraph,) = (token for token in MarkdownIt("commonmark").enable("strikethrough").parse(source) if token.type == "inline")
    expected = "".join(child.content for child in paragraph.children or ())
    assert read(render(Content(source))[0].text).text.replace("\u200b", "") == expected


def test_ten_thousand_texts_are_taken() -> None:
    chance = random.Random(1)  # noqa: S311 - the same at every run
    choices = [*ATOMS, *SPACES, *SPACES, *ODD, *TABLES]
    for _ in range(10_000):
        parts = render(Content("".join(chance.choices(choices, k=chance.randrange(20)))))
        assert all(problems(part.text) == [] for part in parts)
