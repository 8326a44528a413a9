"""Server-sent events, read from bytes as they come: the same events for all cuts of the same bytes, in linear time."""

from __future__ import annotations

from typing import Final

from bot.errors import ModelError

_BOM: Final = b"\xef\xbb\xbf"

Event = tuple[bytes, bytes]
"""Its name, and its data."""


class EventReader:
    """Feed it the body, then `end` it. `error` is set where more than `body_bytes` come, or more than `event_bytes` for one event: no event
    comes after that. `seen` counts the events that came."""

    def __init__(self, event_bytes: int, body_bytes: int) -> None:
        self.error: ModelError | None = None
        self.seen = 0
        self._event_bytes = event_bytes
        self._room = body_bytes
        self._line: list[bytes] = []  # pieces of a line whose end has not come yet
        self._line_bytes = 0
        self._after_cr = False
        self._data: list[bytes] = []  # the data lines of the event that is being read
        self._data_bytes = 0
        self._name = b""

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes end."""
        over = len(data) > self._room
        if over:
            data = data[: self._room]
        self._room -= len(data)
        if self._after_cr or b"\r" in data:
            data = self._without_cr(data)
        events: list[Event] = []
        lines = data.split(b"\n")
        tail = lines.pop()
        if lines:
            self._line.append(lines[0])
            lines[0] = b"".join(self._line)
            self._line, self._line_bytes = [], 0
            for line in lines:
                self._take(line, events)
        if tail:
            self._keep(tail)
        if over:
            self._fail("the body is too large")
        return events

    def end(self) -> list[Event]:
        """Called once when the body has ended: the last event, which may have come without its blank line."""
        events: list[Event] = []
        if self._line:
            self._take(b"".join(self._line), events)
            self._line = []
        self._take(b"", events)
        return events

    def _fail(self, why: str) -> None:
        if self.error is None:
            self.error = ModelError("malformed", why)

    def _without_cr(self, data: bytes) -> bytes:
        if self._after_cr and data:
            if data.startswith(b"\n"):
                data = data[1:]
            self._after_cr = False
        self._after_cr = self._after_cr or data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _keep(self, tail: bytes) -> None:
        self._line.append(tail)
        self._line_bytes += len(tail)
        if self._line_bytes > self._event_bytes:
            self._line = []
            self._fail("an event is too large")

    def _take(self, line: bytes, events: list[Event]) -> None:
        if not line:
            if self._data:
                self._dispatch(events)
        elif len(line) > self._event_bytes:
            self._fail("an event is too large")
        elif line.startswith(b"data:"):
            self._data.append(line[5:])
            self._data_bytes += len(line)
            if self._data_bytes > self._event_bytes:
                self._fail("an event is too large")
        elif line.startswith(b"event:"):
            self._name = line[6:].strip()
        elif not self.seen and line.startswith(_BOM) and not line.startswith(_BOM, len(_BOM)):
            self._take(line[len(_BOM) :], events)

    def _dispatch(self, events: list[Event]) -> None:
        body = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        if self.error is None:
            self.seen += 1
            events.append((self._name, body))
        self._data, self._data_bytes, self._name = [], 0, b""
