"""Nasty Markdown: grown by a grammar that nests and half-writes everything, then cut, spliced, repeated and cut off as a stream shows it.

Words such as `w12w` are markers: each is written once, so that whoever reads the result can tell which words are there, and in which order.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from bot.sessions.cleaning import clean_text
from tests.fuzz import alphabet

DEEPEST: Final = 4
LONGEST: Final = 9000


class Author:
    """Writes one document."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._words = 0
        self._inline: tuple[Callable[[int], str], ...] = (
            self._marked, self._marked, self._code, self._link, self._link, self._picture, self._address, self._mention, self._formula,
            self._half, self._half, self._odd, self._number, self._long,
        )  # fmt: skip
        self._blocks: tuple[Callable[[int], str], ...] = (
            self._paragraph, self._paragraph, self._paragraph, self._heading, self._fence, self._fence, self._indented, self._list,
            self._list, self._quote, self._table, self._table, self._rule, self._math, self._html, self._definition, self._stray,
        )  # fmt: skip

    def document(self, blocks: int) -> str:
        """A whole text."""
        parts = [self._pick(self._blocks)(0) for _ in range(blocks)]
        return "".join(part + self._pick(("\n\n", "\n\n", "\n", "\n\n\n", "")) for part in parts)

    def line(self, depth: int = 0) -> str:
        """What stands in a line."""
        pieces = []
        for _ in range(self._chance.choice((1, 1, 2, 3, 5))):
            pieces.append(self._word() if self._chance.random() < 0.55 or depth >= DEEPEST else self._pick(self._inline)(depth + 1))
        return self._pick((" ", " ", " ", "", "  ")).join(pieces)

    def _pick(self, choices: tuple[object, ...]) -> object:
        return self._chance.choice(choices)

    def _word(self) -> str:
        chance = self._chance.random()
        if chance < 0.6:
            self._words += 1
            return f"w{self._words}w"
        if chance < 0.8:
            return self._chance.choice(
                ("word", "a", "is", "C#", "snake_case", "2*3*4", "a.b", "don't", "x_i", "it's", "1.5", "(see)", "well,")
            )
        return self._chance.choice(alphabet.EMOJI if chance < 0.9 else alphabet.SCRIPTS)

    def _marked(self, depth: int) -> str:
        mark = self._chance.choice(("*", "**", "***", "_", "__", "___", "~~", "~", "||", "**_", "*__", "**~~"))
        end = mark[::-1] if self._chance.random() < 0.9 else self._chance.choice(alphabet.MARKS)
        space = self._chance.choice((" ", *alphabet.ENTITIES)) if self._chance.random() < 0.1 else ""
        inner = self._chance.choice(alphabet.ENTITIES) if self._chance.random() < 0.03 else self.line(depth)
        return f"{mark}{space}{inner}{end}"

    def _code(self, depth: int) -> str:
        ticks = self._chance.choice(("`", "`", "``", "```"))
        inside = self._chance.choice(("`", " `", "` ", "``", "*", "**", "|", "\\", "~~", "")) if self._chance.random() < 0.4 else ""
        return f"{ticks}{inside}{self.line(DEEPEST)}{inside if self._chance.random() < 0.5 else ''}{ticks}"

    def _url(self) -> str:
        if self._chance.random() < 0.25:
            return self._chance.choice(alphabet.STRANGE)
        self._words += 1
        path = self._chance.choice(alphabet.PATHS) + (f"/w{self._words}w" if self._chance.random() < 0.3 else "")
        return self._chance.choice(alphabet.SCHEMES) + self._chance.choice(alphabet.HOSTS) + path

    def _host_shown(self) -> str:
        """An address to be read, perhaps with something in it that hides what it is."""
        shown = self._chance.choice(("", "https://", "www.", "")) + self._chance.choice(alphabet.HOSTS)
        if self._chance.random() < 0.5:
            place = self._chance.randrange(len(shown) + 1)
            insert = self._chance.choice(
                (*alphabet.INVISIBLE, *alphabet.ENTITIES, "**", "*x*", "`", "\\", "~~", "_", "&#46;", "\u2024", "\uff0e", "[", "]")
            )
            shown = shown[:place] + insert + shown[place:]
        return shown

    def _link(self, depth: int) -> str:
        text = self._host_shown() if self._chance.random() < 0.4 else "" if self._chance.random() < 0.05 else self.line(depth)
        title = self._chance.choice((' "{}"', " '{}'", " ({})", ' "{}')).format(self._word()) if self._chance.random() < 0.2 else ""
        url = self._url()
        if self._chance.random() < 0.2:
            url = f"<{url}>"
        return f"[{text}]({url}{title})"

    def _picture(self, depth: int) -> str:
        return "!" + self._link(depth)

    def _address(self, depth: int) -> str:
        around = self._chance.choice(("{}", "{}", "<{}>", "({})", "*{}*", "{}.", "{},", "**{}**", "[{}]", "_{}_", "~~{}~~", "|{}|", '"{}"'))
        return around.format(self._url())

    def _mention(self, depth: int) -> str:
        return self._chance.choice((*alphabet.MENTIONS, *alphabet.TAGS))

    def _formula(self, depth: int) -> str:
        form = self._chance.choice(("${}$", "$${}$$", "\\({}\\)", "\\[{}\\]", "${}", "US${} or ${}"))
        return form.format(*(self._chance.choice(("x", "x^2", "a_1", "5", "\\frac{a}{b}", "400-600K", " a ")) for _ in range(2)))

    def _half(self, depth: int) -> str:
        return self._chance.choice(alphabet.MARKS)

    def _odd(self, depth: int) -> str:
        return self._chance.choice((*alphabet.ODD, *alphabet.CONTROL, *alphabet.SPACES, *alphabet.ENTITIES))

    def _number(self, depth: int) -> str:
        return str(self._chance.choice((0, 7, 1999, 10**9, 12345)))

    def _long(self, depth: int) -> str:
        if self._chance.random() < 0.8:
            return self._word()
        return self._chance.choice(
            ("x", "ab", "é", "e\u0301", "😀", "👨‍👩‍👧‍👦", "文", "\u200b", "\u0301", "_a", "*")
        ) * self._chance.choice((50, 300, 900))

    def _paragraph(self, depth: int) -> str:
        ends = ("\n", "\n", "  \n", "\\\n", "\n ", "\n\t")
        return "".join(self.line() + self._chance.choice(ends) for _ in range(self._chance.choice((1, 1, 2, 4)))).rstrip("\n")

    def _heading(self, depth: int) -> str:
        closing = self._chance.choice(("", "", " #", " ##", "#", "\n===", "\n---"))
        return f"{'#' * self._chance.randrange(1, 8)}{self._chance.choice((' ', ' ', '', '  '))}{self.line()}{closing}"

    def _fence(self, depth: int) -> str:
        fence = self._chance.choice(alphabet.FENCES)
        lines = [self._chance.choice(("", "  ", "    ")) + self.line(DEEPEST) for _ in range(self._chance.choice((0, 1, 2, 5)))]
        if self._chance.random() < 0.2:
            lines.append(self._chance.choice(alphabet.FENCES))
        closing = fence if self._chance.random() < 0.8 else self._chance.choice(("", *alphabet.FENCES))
        indent = self._chance.choice(("", "", "", " ", "   ", "     "))
        return "\n".join(f"{indent}{line}" for line in (f"{fence}{self._chance.choice(alphabet.LANGUAGES)}", *lines, closing))

    def _indented(self, depth: int) -> str:
        return "\n".join(self._chance.choice(("    ", "\t", "     ")) + self.line(DEEPEST) for _ in range(self._chance.randrange(1, 4)))

    def _list(self, depth: int) -> str:
        marker = self._chance.choice(("-", "*", "+", "1.", "7)", "0.", "007.", "1999.", "- [ ]", "- [x]", "1. [X]"))
        items = []
        for number in range(self._chance.randrange(1, 5)):
            own = f"{number + 1}." if marker == "1." else marker
            inner = self._pick(self._blocks)(depth + 1) if depth < DEEPEST and self._chance.random() < 0.3 else self.line()
            first, *rest = str(inner).split("\n")
            indent = " " * self._chance.choice((len(own) + 1, 2, 4, 0))
            items.append("\n".join((f"{own} {first}", *(indent + line for line in rest))))
        return self._chance.choice(("\n", "\n", "\n\n")).join(items)

    def _quote(self, depth: int) -> str:
        inner = self._pick(self._blocks)(depth + 1) if depth < DEEPEST else self.line()
        mark = self._chance.choice(("> ", "> ", ">", ">>", ">>> ", "> > "))
        lazy = self._chance.random() < 0.1
        return "\n".join(line if lazy and at else mark + line for at, line in enumerate(str(inner).split("\n")))

    def _table(self, depth: int) -> str:
        columns = self._chance.randrange(1, 5)
        lines = [self._row(columns), "|".join(self._chance.choice(("---", ":-:", "--:", "-", ":--", " --- ")) for _ in range(columns))]
        if self._chance.random() < 0.8:
            lines[1] = f"|{lines[1]}|"
        lines += [self._row(columns + self._chance.choice((0, 0, 0, 1, 2, -1))) for _ in range(self._chance.randrange(0, 4))]
        return "\n".join(lines)

    def _row(self, columns: int) -> str:
        cells = [
            self._chance.choice(("", " ", "a\\|b", "`x|y`", *alphabet.ENTITIES)) if self._chance.random() < 0.2 else self.line(2)
            for _ in range(columns)
        ]
        row = "|".join(f" {cell} " for cell in cells).replace("\n", " ")
        return f"|{row}|" if self._chance.random() < 0.8 else row

    def _rule(self, depth: int) -> str:
        return self._chance.choice(("---", "***", "___", "- - -", "* * *", "-----", "--", "="))

    def _math(self, depth: int) -> str:
        begin, end = self._chance.choice((("$$", "$$"), ("\\[", "\\]"), ("$$", ""), ("\\[", "$$")))
        return f"{begin}\n{self.line(DEEPEST)}\n- x\n{end}"

    def _html(self, depth: int) -> str:
        return self._chance.choice(
            ("<div>\n{}\n</div>", "<think>\n{}\n</think>", "<!--\n{}\n-->", "<details><summary>{}</summary>")
        ).format(self.line())

    def _definition(self, depth: int) -> str:
        return self._chance.choice(("[1]: {}", "[^2]: {}", '[a b]: <{}> "t"', "See [this][1].\n\n[1]: {}")).format(self._url())

    def _stray(self, depth: int) -> str:
        choices = (*alphabet.MARKS, *alphabet.SPACES, *alphabet.ODD, *alphabet.ENTITIES)
        return "".join(self._chance.choice(choices) for _ in range(self._chance.randrange(1, 12)))


def nasty_text(chance: Random) -> str:
    """A text as the core hands it to an adapter, but that one in twenty was not even cleaned."""
    text = Author(chance).document(chance.choice((1, 1, 2, 2, 3, 5)))
    kind = chance.random()
    if kind < 0.15:
        text = _stirred(text, chance)
    elif kind < 0.3:
        text = _spliced(text, chance.choice(alphabet.CORPUS), chance)
    elif kind < 0.4:
        text = "".join(
            chance.choice((*alphabet.MARKS, *alphabet.SPACES, *alphabet.ENTITIES, *alphabet.MENTIONS, *alphabet.EMOJI, "a", "w1w"))
            for _ in range(chance.randrange(40))
        )
    if chance.random() < 0.05:
        text = _long(text, chance)
    if chance.random() < 0.25:
        text = text[: chance.randrange(len(text) + 1)]
    return text if chance.random() < 0.05 else clean_text(text)


def _stirred(text: str, chance: Random) -> str:
    """Stretches taken out, doubled, moved and written over."""
    for _ in range(chance.randrange(1, 6)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((1, 1, 2, 5, 20)))
        match chance.randrange(4):
            case 0:
                text = text[:start] + text[end:]
            case 1:
                text = text[:end] + text[start:end] + text[end:]
            case 2:
                place = chance.randrange(len(text) + 1)
                text = text[:place] + text[start:end] + text[place:]
            case _:
                text = text[:start] + chance.choice((*alphabet.MARKS, *alphabet.ODD, *alphabet.SPACES, *alphabet.ENTITIES)) + text[end:]
    return text


def _spliced(one: str, other: str, chance: Random) -> str:
    """The beginning of one text with the end of another."""
    return one[: chance.randrange(len(one) + 1)] + other[chance.randrange(len(other)) :]


def _long(text: str, chance: Random) -> str:
    """So long that it takes several messages: markers in it are no longer written once."""
    between = chance.choice(("", " ", "\n", "\n\n"))
    return ((text + between) * (LONGEST // (len(text) + 1) + 1))[: chance.choice((2100, 4200, 5000, LONGEST))]
