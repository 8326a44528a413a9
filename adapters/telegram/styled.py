"""A text that is being written together with its styles, which always nest as Telegram wants them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from adapters.telegram.cleaning import clean
from adapters.telegram.entities import EntityKind


@dataclass(frozen=True, slots=True)
class Span:
    """A style on the characters `start` to `end`."""

    kind: EntityKind
    start: int
    end: int
    url: str = ""
    language: str = ""


@dataclass(slots=True)
class StyledText:
    """Text and spans, in characters. Code stands in no other style but a quote: styles around it are ended and begun again."""

    length: int = 0
    spans: list[Span] = field(default_factory=list)
    _chunks: list[str] = field(default_factory=list)
    _open: list[Span | None] = field(default_factory=list)

    def write(self, text: str) -> None:
        """The text was cleaned before it was read, but `&#8238;` is a character only now."""
        text = clean(text).text.replace("\t", " ")
        self._chunks.append(text)
        self.length += len(text)

    def begin(self, kind: EntityKind, url: str = "") -> None:
        """Opens a style, closed by the matching `end`. Within its own kind it changes nothing."""
        inside = any(span is not None and span.kind == kind for span in self._open)
        self._open.append(None if inside else Span(kind, self.length, self.length, url))

    def end(self) -> None:
        """Closes the style opened last."""
        span = self._open.pop()
        if span is not None:
            self._keep(span)

    def write_code(self, code: str) -> None:
        """Code within a line; in a link it is plain, since Telegram takes one of the two."""
        if self.in_link:
            self.write(code)
        else:
            self._write_alone("code", code, "")

    def write_block(self, code: str, language: str = "") -> None:
        """A block of code. Telegram trims what a mark begins with: the first line's indentation is made of unbreakable spaces."""
        self._write_alone("pre", unbreakable_start(code.expandtabs(4)), language)

    def written_since(self, mark: int) -> str:
        """What was written after `self.mark` had that value."""
        return "".join(self._chunks[mark:])

    @property
    def mark(self) -> int:
        return len(self._chunks)

    @property
    def in_link(self) -> bool:
        return any(span is not None and span.kind == "text_link" for span in self._open)

    @property
    def text(self) -> str:
        return "".join(self._chunks)

    def _write_alone(self, kind: EntityKind, code: str, language: str) -> None:
        for index, span in enumerate(self._open):
            if span is not None and span.kind != "blockquote":
                self._keep(span)
                self._open[index] = replace(span, start=self.length + len(code.replace("\t", " ")))
        start = self.length
        self.write(code)
        self.spans.append(Span(kind, start, self.length, language=language))

    def _keep(self, span: Span) -> None:
        if span.start < self.length:
            self.spans.append(replace(span, end=self.length))


def unbreakable_start(code: str) -> str:
    """The code with the spaces at its very start made unbreakable; as long as before."""
    rest = code.lstrip(" ")
    return "\u00a0" * (len(code) - len(rest)) + rest
