"""Markdown to Telegram: from a content to the posts that show it, each as Telegram takes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adapters.telegram.blocks import BlockWriter
from adapters.telegram.cleaning import Cleaned, clean, is_blank, shown_label
from adapters.telegram.cutting import pieces
from adapters.telegram.markdown import parse
from adapters.telegram.styled import Span
from bot.posts import Content, Part

PLACEHOLDER: Final = "…"
# Where none of this stands, Markdown changes nothing, and parsing it is most of the cost.
_MARKED: Final = re.compile(r"[*_`~\[\]<>&\\|#$]|^[ \t]|[ \t]$|^[-+]|^\d+[.)]", re.MULTILINE)
_LONGEST_LABEL: Final = 200
# How far a word is looked for: what stands in between is an address at most.
_WINDOW: Final = 4096
_WORD: Final = re.compile(r"\w+")

_Places = Sequence[tuple[int, int]]


def render(content: Content) -> tuple[Part, ...]:
    """The posts that show the content: at least one, none of them blank, each within Telegram's limits.

    Their ranges of the content's text touch each other, begin with its first character and end with its last. A range ends at the
    exact character where the text is plain; inside a block of Markdown it ends after the last word that is the same in both.
    Buttons, file and question are on the last. No word of the text is lost: what is no Markdown, or half of it, is shown as it stands.
    """
    cleaned = clean(content.text)
    text, spans, places = _styled(cleaned.text)
    if is_blank(text):
        text, spans, places = cleaned.text.replace("\t", " "), [], [(0, 0)]
    if is_blank(text):
        text, spans, places = _label(content), [], []
    source_map = _SourceMap(text, cleaned, places)
    parts: list[Part] = []
    start = 0
    for piece in pieces(text, spans):
        end = max(start, source_map.source_place(piece.end))
        parts.append(Part(start, end, piece.text, piece.entities))
        start = end
    last = parts.pop()
    parts.append(Part(last.start, len(content.text), last.text, last.markup, content.buttons, content.file, content.ask))
    return tuple(parts)


def _styled(source: str) -> tuple[str, list[Span], _Places]:
    """The text as it is shown, its styles, and which place of it comes from which of the source."""
    tokens = parse(source) if _MARKED.search(source) else None
    if tokens is None:
        return (source.replace("\t", " ") if "\t" in source else source), [], [(0, 0)]
    writer = BlockWriter(source)
    writer.write(tokens)
    return writer.text.text, writer.text.spans, writer.places


def _label(content: Content) -> str:
    """What stands in a post whose text would be blank, which Telegram refuses."""
    labels = (content.file.name if content.file else "", content.ask.label if content.ask else "")
    return next((line for label in labels if (line := shown_label(label, _LONGEST_LABEL))), PLACEHOLDER)


@dataclass(slots=True)
class _SourceMap:
    """Finds the places of the source that places of the shown text come from; asked for rising places only."""

    text: str
    cleaned: Cleaned
    places: _Places
    _next: int = 0
    _shown: int = 0
    _found: int = 0

    def source_place(self, place: int) -> int:
        """The place of the block, and from there on word by word; the same place where nothing is changed."""
        source = self.cleaned.text
        if self.text is source:
            return self.cleaned.original(place)
        while self._next < len(self.places) and self.places[self._next][0] <= place:
            self._shown, self._found = self.places[self._next]
            self._next += 1
        end = self.places[self._next][1] if self._next < len(self.places) else len(source)
        for word in _WORD.finditer(self.text, self._shown, place):
            at = source.find(word.group(), self._found, min(end, self._found + _WINDOW))
            if at >= 0:
                self._found = at + len(word.group())
        self._shown = place
        return self.cleaned.original(self._found)
