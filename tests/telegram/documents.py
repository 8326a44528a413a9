"""Documents that renderers fall over: what models write, half of it, and what nobody should."""

from __future__ import annotations

from typing import Final

DOCUMENTS: Final[dict[str, str]] = {
    "everything": """# Title with **bold** and `code`

A paragraph *with* ***all*** ~~kinds~~ of ||marks||, <think>a plan</think> and std::vector<int> x; if a<b then c>d.
Its second line has [a link](https://example.com/a_b), ![a picture](https://example.com/i.png) and https://a.b/foo_bar_baz.

- one
  - two

    more of two
- [ ] open
- [x] done

1. first
2. ```python
   def f():
       return 1
   ```
3. third

> a quote with `code`
> > and a quote in it
> - and a list

| a | b |
|---|--:|
| 1 | 22 |

---

The end.""",
    "unclosed fence": "Look:\n\n```python\ndef f(x):\n    return x * 2\n\n\n# more",
    "fence in a fence": "````markdown\n```python\nx = 1\n```\n````\n\nafter",
    "half bold": "this is **half bo",
    "half link": "see [the docs](https://example.com/pa",
    "half table": "| a | b |\n|---|---|\n| 1 | 2",
    "tags": "<think>\nWhat now?\n</think>\n\n<answer>42</answer> <br> use std::vector<int> and Map<String, List<Integer>>",
    "prices": "It costs $5 or $10, and $400-600K later; US$ 3, 5$.",
    "latex": "Inline \\(a_1 * b_1 * c\\), $x^2_i$ and\n\n$$\nx = a\n- b\n+ c\n$$\n\n\\[\n\\frac{a}{b}\n\\]\n\nafter",
    "east asian": "**「强调」**文字，这是**“引号”**的**强调。**后面。これは**「太字」**です。한국어**'강조'**입니다.",  # noqa: RUF001
    "emoji": "😀 **bold 👨‍👩‍👧‍👦 family** and `code 🇩🇪` flag *🏴󠁧󠁢󠁥󠁮󠁧󠁿 england* e\u0301 **e\u0301**",
    "right to left": "**שלום** עולם, مرحبا *بالعالم* `code` نص\u200f.",
    "wide table": "| Name | Description | Where |\n|---|---|---|\n"
    "| Ada | wrote the first program for a machine that was never built | London |\n"
    "| 强调 | [link](https://example.com) | `x|y` |",
    "ragged table": "| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 | 4 |\n\nafter",
    "numbers": "1999. was a year\n\n2024.\n\n007. agent\n\n3. three\n7. seven",
    "bad links": "[x](javascript:alert(1)) [y](/relative) [z](tg://user?id=5) [w](https://localhost/) "
    "[v](http://a b) [](https://a.bc) [t](data:text/html,x)",
    "escapes": "\\*not bold\\* C:\\dir\\file a\\_b &lt;tag&gt; &amp; `\\*`",
    "identifiers": "snake_case_name __init__ and 2*3*4 and a * b * c and **kwargs, *args",
    "code in marks": "**bold `code` bold** *it `a` ~~s `b`~~* [`linked code`](https://example.com) ~~`x`~~",
    "bars": "a || b || c, ||secret||, |x|",
    "only marks": "**",
    "empty fence": "```\n```",
    "rule": "---",
    "white space": "   \n\n \t\n",
    "nothing": "",
    "controls": "a\u202eb\u0000c\r\nd\u2028e\ud800f a\u030a \u030a",
    "deep": "> " * 80 + "deep",
    "deep list": "\n".join("  " * depth + f"- level {depth}" for depth in range(40)),
    "indented code": "    four = 1\n        eight = 2\n\nafter",
    "definitions": "See [this][1] and [^2].\n\n[1]: https://example.com\n[^2]: A note.",
    "headings": "# One\n## Two ##\n### Three\ntext\n#hashtag\nC#\n===\nD\n---\n",
    "long word": "x" * 9000,
    "long emoji": "😀" * 5000,
    "long code": "```python\n" + "".join(f"def function_{n}():\n    return {n}\n\n" for n in range(400)) + "```\n\nafter",
    "many marks": " ".join(f"**w{n}**" for n in range(250)),
    "long prose": "\n\n".join(f"Paragraph {n}: " + "some words that go on " * 12 for n in range(60)),
}


def unescaped(source: str) -> str:
    """The document with `<`, `>` and `&` in place of their entities."""
    return source.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
