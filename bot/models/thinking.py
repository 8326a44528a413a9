"""Takes the reasoning away that some models write in front of their answer, between <think> and </think>. Incremental, linear time."""

from __future__ import annotations

from typing import Literal

_TAGS = {"<think>": "</think>", "<thinking>": "</thinking>"}
_LONGEST = max(map(len, _TAGS))


class Thinking:
    """Only a tag before the first visible word counts: later ones are words of the answer. A tag that is never closed hides the rest."""

    def __init__(self) -> None:
        self._state: Literal["start", "inside", "after", "open"] = "start"
        self._held: list[str] = []  # at the start: blanks, then what may become a tag
        self._candidate = ""
        self._closing = ""
        self._tail = ""

    @property
    def open(self) -> bool:
        """Everything that comes from now on is the answer."""
        return self._state == "open"

    def feed(self, text: str) -> str:
        """What of the text is to be shown now."""
        match self._state:
            case "open":
                return text
            case "start":
                return self._start(text)
            case "inside":
                return self._inside(text)
            case "after":
                return self._after(text)

    def rest(self) -> str:
        """What was held back, once nothing more comes."""
        return "".join([*self._held, self._candidate]) if self._state == "start" else ""

    def _start(self, text: str) -> str:
        if not self._candidate:
            stripped = text.lstrip()
            self._held.append(text[: len(text) - len(stripped)])
            text = stripped
        self._candidate += text
        tag = next((tag for tag in _TAGS if self._candidate.startswith(tag)), None)
        if tag is not None:
            self._state, self._closing = "inside", _TAGS[tag]
            return self._inside(self._candidate[len(tag) :])
        if len(self._candidate) < _LONGEST and any(tag.startswith(self._candidate) for tag in _TAGS):
            return ""
        shown = self.rest()
        self._state = "open"
        return shown

    def _inside(self, text: str) -> str:
        text = self._tail + text
        _, found, rest = text.partition(self._closing)
        if not found:
            self._tail = text[-(len(self._closing) - 1) :]
            return ""
        self._state = "after"
        return self._after(rest)

    def _after(self, text: str) -> str:
        text = text.lstrip()
        if text:
            self._state = "open"
        return text
