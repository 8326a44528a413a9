"""How long a model is waited for: to connect, for its first token, between two tokens, and in all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.errors import ModelError


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds: to connect, to the first token of the answer, between two tokens, for the whole answer, and for what may follow it (the
    usage). Only tokens count, not bytes: a server that sends comments to keep the line open is as silent as one that sends nothing."""

    connect: float = 5.0
    first_token: float = 60.0
    gap: float = 30.0
    total: float = 600.0
    epilogue: float = 2.0
    check: float = 15.0


HELD = 1.0
"""Seconds by which the event loop is late only where the whole process stood still."""


class Patience:
    """How long to wait for the next token; the time that the caller takes between two of them is not the server's fault."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._clock = asyncio.get_running_loop().time
        start = self._clock()
        self._end = start + deadlines.total
        self.reason = f"no token within {deadlines.first_token:g} s"
        self.until = min(start + deadlines.first_token, self._end)

    def over(self) -> ModelError:
        """Why it ended. Where the deadline itself was noticed much too late, the process or its machine was put on hold, and the words may
        lie there unread: that is no silence of the server's, and is worth another try."""
        held = self._clock() - self.until
        return ModelError("interrupted", f"held for {held:.0f} s") if held > HELD else ModelError("timeout", self.reason)

    def now(self, *, made: bool, whole: bool) -> None:
        """After bytes came: whether they made a token, and whether the answer is whole and only its usage may be missing."""
        if not made and not whole:
            return
        wait = self._deadlines.epilogue if whole else self._deadlines.gap
        self.until = min(self._clock() + wait, self._end)
        self.reason = f"silent for {wait:g} s" if self.until < self._end else f"longer than {self._deadlines.total:g} s"
