"""What holds for any text at all. More examples: `PARLEY_TEST_EXAMPLES=20000`."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.telegram.entities import to_bot_api
from adapters.telegram.render import render
from bot.posts import Content
from tests.telegram.pieces import EXAMPLES, ODD, SPACES, TABLES, any_settings, plain_line
from tests.telegram.test_render_documents import check
from tests.telegram.visible import is_shown, is_subsequence, must_show

_MARKUP = (
    "* ** *** _ __ ~~ || | ` `` ``` ~~~ [ ] ( ) ]( < > </ # ## - --- === + 1. 2) $ $$ \\( \\) \\[ \\] \\ ! : :: & @user /cmd 1999. x^2 "
    "[a](https://x.org/y) ![i](https://x.org/z) [u](tg://user?id=1) [g.com](https://e.com) [r](/rel) <https://q.io> https://e.org/a_b*c "
    "javascript:alert(1) <think> </think> std::vector<int> $400-600K [x] **b** _i_ `c` ~~s~~ ||sp|| a b word 😀 👨‍👩‍👧‍👦 🇩🇪 e\u0301 "
    "a\u030a é 「强调」 文 שלום مرحبا"
)
ATOMS = _MARKUP.split()

pieces = st.sampled_from([*ATOMS, *SPACES, *SPACES])
marked_up = st.lists(pieces, max_size=60).map("".join)
with_all = st.lists(st.sampled_from([*ATOMS, *SPACES, *SPACES, *ODD, *TABLES]), max_size=60).map("".join)


@any_settings
@given(with_all)
def test_p14_any_text_is_valid_and_whole(source: str) -> None:
    check(source)


@any_settings
@given(marked_up)
def test_p15_what_is_visible_stays_in_order(source: str) -> None:
    parts = render(Content(source))
    assert is_subsequence(must_show(source), is_shown((part.text, to_bot_api(part)) for part in parts))


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
    assert "\n".join(part.text for part in parts) == source
    assert all(part.markup == () for part in parts)


@settings(any_settings, max_examples=max(10, EXAMPLES // 10))
@given(marked_up, st.integers(20, 400))
def test_long_texts_are_cut_well(source: str, times: int) -> None:
    check((source * times)[:30_000])
