"""Markdown to Discord: from a content to the messages that show it, each as Discord takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.discord.blocks import BlockWriter
from adapters.discord.cutting import MAX_LENGTH, pieces
from adapters.discord.escaping import clean, escaped, is_blank
from adapters.discord.written import Written
from bot.posts import Content, Part

PLACEHOLDER: Final = "…"
# Where none of this stands, Markdown changes nothing, neither here nor there.
_MARKED: Final = re.compile(r"[*_`~\[\]<>&\\|#$]|://|^[ \t]|[ \t]$|^[-+]|^\d+[.)]", re.MULTILINE)
# How far a word is looked for: what stands in between is an address at most.
_WINDOW: Final = 4096
_WORD: Final = re.compile(r"\w+")


def render(content: Content) -> tuple[Part, ...]:
    """The messages that show the content: at least one, none of them blank, each within Discord's 2,000 code points.

    Their ranges of the content's text touch each other, begin with its first character and end with its last. A range ends at the
    exact character where the text is plain; elsewhere it ends after the last word that is the same in both. Buttons, file and
    question are on the last. No word of the text is lost: what is no Markdown, or half of it, is shown as it stands.
    """
    source = clean(content.text)
    for written in _ways(content, source):
        if shown := list(pieces(written)):
            break
    source_map = _SourceMap(written.text, source, written.places)
    parts: list[Part] = []
    start = 0
    for piece in shown:
        end = max(start, source_map.source_place(piece.end))
        parts.append(Part(start, end, piece.text))
        start = end
    last = parts.pop()
    parts.append(Part(last.start, len(content.text), last.text, (), content.buttons, content.file, content.ask))
    return tuple(parts)


def _ways(content: Content, source: str) -> Iterator[Written]:
    """What may be shown, the best first; the last one shows something."""
    yield _written(source)
    yield _escaped(source)
    yield _plain(_label(content))


def _written(source: str) -> Written:
    return BlockWriter(source).write() if _MARKED.search(source) else _plain(source)


def _plain(text: str) -> Written:
    return Written(len(text), chunks=[text])


def _escaped(source: str) -> Written:
    """The text to the letter: where its Markdown shows nothing."""
    return _plain("\n".join(escaped(line, line_start=True) for line in source.split("\n")))


def _label(content: Content) -> str:
    """What stands in a message whose text would be blank, which Discord refuses."""
    labels = (content.file.name if content.file else "", content.ask.label if content.ask else "")
    lines = (escaped(" ".join(clean(label).split())[: MAX_LENGTH // 10], line_start=True) for label in labels)
    return next((line for line in lines if not is_blank(line)), PLACEHOLDER)


@dataclass(slots=True)
class _SourceMap:
    """Finds the places of the source that places of the shown text come from; asked for rising places only."""

    text: str
    source: str
    places: Sequence[tuple[int, int]]
    _next: int = 0
    _shown: int = 0
    _found: int = 0

    def source_place(self, place: int) -> int:
        """The place of the line, and from there on word by word; the same place where nothing is changed."""
        if self.text == self.source:
            return place
        while self._next < len(self.places) and self.places[self._next][0] <= place:
            self._shown, self._found = self.places[self._next]
            self._next += 1
        end = self.places[self._next][1] if self._next < len(self.places) else len(self.source)
        for word in _WORD.finditer(self.text, self._shown, place):
            at = self.source.find(word.group(), self._found, min(end, self._found + _WINDOW))
            if at >= 0:
                self._found = at + len(word.group())
        self._shown = place
        return self._found
