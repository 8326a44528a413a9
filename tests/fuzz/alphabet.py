"""What nasty texts are made of: words, marks, addresses, characters that are read otherwise than they look, and whole documents."""

from __future__ import annotations

from typing import Final

from tests.telegram.documents import DOCUMENTS

EMOJI: Final = ("😀", "👨‍👩‍👧‍👦", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "👍🏽", "❤️", "☺", "🇩", "\U0001f9d1\u200d\U0001f52c")
SCRIPTS: Final = ("「强调」", "文字", "שלום", "مرحبا", "한국어", "ไทย", "é", "e\u0301", "a\u030a", "ÅÄ", "ﷺ", "𝕏𝕐", "ß", "İ", "１２３")  # noqa: RUF001
INVISIBLE: Final = ("\u200b", "\u00a0", "\u200d", "\ufe0f", "\u202e", "\u2066", "\u2069", "\u200f", "\u3000", "\u2060", "\u00ad", "\ufeff")
ODD: Final = (
    *INVISIBLE, "\x00", "\x01", "\x07", "\x08", "\x1b", "\x7f", "\x85", "\x9b", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\u2028", "\u2029",
    "\u0333", "\u0300" * 5, "\ud800", "\udfff", "\ufffd", "\uffff", "\U0010ffff", "\U000e0041", "\u2800", "\u3164", "\ufffc", "\u115f",
)  # fmt: skip
CONTROL: Final = (
    "\x1b[31m", "\x1b[2J", "\x1b]0;title\x07", "\x1b]8;;http://evil.example\x1b\\", "\x9b31m", "\x1b[1;1H", "\x1bc", "\x1b[?1049h",
    "\x1bP+q\x1b\\", "\x1b]52;c;aGk=\x07", "\x07", "\x08\x08", "\x0e", "\r", "\x1b[200~", "\x84", "\x90", "\x1b(0",
)  # fmt: skip
MARKS: Final = (
    "*", "**", "***", "_", "__", "___", "~~", "~", "||", "|", "`", "``", "```", "~~~", "[", "]", "(", ")", "](", "![", "<", ">", "</", "#",
    "-", "+", "=", "1.", "2)", "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\", "!", ":", "&", "@", "/", "^", "[x]", "[ ]", "[^1]", "-#", ">>>",
    "'", '"', "{", "}", "%", ".", ",", ";", "&amp;", "&lt;", "&#42;", "&nosuch;", "&#0;", "&#x41;", "\\*", "\\_", "\\`", "\\[",
    "\\\\", "\\|",
)  # fmt: skip
ENTITIES: Final = (
    "&nbsp;", "&#160;", "&#8203;", "&shy;", "&zwnj;", "&zwj;", "&NoBreak;", "&ensp;", "&emsp;", "&thinsp;", "&ZeroWidthSpace;",
    "&#x2800;", "&#12288;", "&lrm;", "&rlm;", "&#8238;", "&#8294;", "&#65279;", "&#xAD;", "&#x3164;", "&#x034F;", "&Tab;", "&NewLine;",
    "&#10;", "&#13;", "&#32;", "&#x20;", "&#x2028;", "&#x85;", "&#27;", "&#x1b;", "&#7;", "&#xd800;", "&#x10FFFF;", "&#xFFFF;",
    "&#xFE0F;", "&#x301;", "&#0;", "&#x110000;", "&nbsp", "&amp;nbsp;", "&amp;#8203;", "&lt;b&gt;", "&#60;@12&#62;", "&#64;everyone",
    "&ast;&ast;", "&grave;", "&vert;", "&lowbar;", "&lbrack;", "&rpar;", "&bsol;", "&period;", "&sol;", "&colon;",
)  # fmt: skip
"""What Markdown reads as a character by its name or number: white space, what nobody sees, what is obeyed, and marks."""
SPACES: Final = (" ", " ", " ", "  ", "    ", "\t", "\n", "\n", "\n\n", "\n\n\n", "  \n", "\\\n", "\n    ", "\n\t", "\n> ", "\n- ", "\n1. ")
HOSTS: Final = (
    "x.org", "good.com", "docs.good.com", "evil.example", "a-b.co.uk", "xn--e1afmkfd.xn--p1ai", "пример.рф", "1.2.3.4", "localhost",
    "good.com.evil.org", "[::1]", "x_y.org", "-a.org", "good。com", "x..org", "good.com:99999", "good.com:443", "a@b.org", "good\u200b.com",
)  # fmt: skip
PATHS: Final = (
    "",
    "/",
    "/a_b",
    "/a*b*c",
    "/a(b)c",
    "/a)b",
    "/?q=1&r=[x]",
    "/#f",
    "/a|b",
    "/~~x~~",
    "/%20",
    "/é",
    '/"q"',
    "/a\\b",
    "/😀",
    "/_x_",
    "/<y>",
    "/a&nbsp;b",
    "/&#10;x",
    "/&#8238;y",
    "/?a=1&amp;b=2",
    "/&#32;z",
)
SCHEMES: Final = ("https://", "https://", "https://", "http://", "HTTPS://", "http:/", "//", "")
STRANGE: Final = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "tg://user?id=1", "tg://resolve?domain=x", "TG://join?invite=x",
    "vbscript:x", "file:///etc/passwd", "/relative", "#anchor", "mailto:a@b.org", "discord://x", "steam://run/1", "ftp://x.org", "<>",
    "ton://x",
    "http://", "https://[", "\x01javascript:x", "java\nscript:x", "https:\\\\x.org", " https://x.org", "https://x.org\\@good.com", "tel:1",
)  # fmt: skip
MENTIONS: Final = (
    "@everyone", "@here", "<@1234567890>", "<@!12>", "<@&99>", "<#5>", "<:e_e:12>", "<a:dance:12>", "<t:1700000000:R>", "<t:0>", "<t:-1:F>",
    "</edit:12>", "<id:customize>", "<:e:1", "<@", "@user_name", "/cmd", "#tag", "<@x>", "<@1><@2>", "@\u200beveryone", "<@&@everyone>",
)  # fmt: skip
TAGS: Final = (
    "<think>",
    "</think>",
    "<b>",
    "<br>",
    "<!-- x -->",
    "<a href='x'>",
    "<std::byte>",
    "<T>",
    "<?php",
    "<![CDATA[",
    "<script>",
    "<tg-spoiler>",
)
LANGUAGES: Final = (
    "",
    "",
    "python",
    "c++",
    "a b",
    'py title="x"',
    "`",
    "~",
    "{.x}",
    "日本",
    "x" * 40,
    "\t",
    "diff",
    "-",
    "ansi",
    "|",
    "&#10;x",
    "a&nbsp;b",
    "&#8238;",
)
FENCES: Final = ("```", "```", "````", "~~~", "~~~~~", "``", "``` ```", "`````")
CORPUS: Final = tuple(source for source in DOCUMENTS.values() if 0 < len(source) < 1500)
"""Documents that renderers fall over, to be cut up and joined."""
