"""The platforms' side of the chats, which no death of the program touches: what stands there, as people see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.errors import MessageGone
from bot.events import MessageRef, Place
from bot.posts import Content, Part

WIDTH = 90
"""Letters that fit into a message: few, so that answers of several posts are short."""


@dataclass(slots=True)
class Shown:
    """A message in a chat. `made_at` and `edited_at` are seconds of the run; `only_for` is whose eyes it is for, or empty."""

    id: int
    place: Place
    by: str
    text: str
    made_at: float
    buttons: list[tuple[str, str]] = field(default_factory=list)
    reply_to: str = ""
    only_for: str = ""
    nonce: str = ""
    asks: bool = False
    edited_at: float = 0.0
    deleted: bool = False

    @property
    def ref(self) -> MessageRef:
        return MessageRef(self.place, str(self.id))


class Chats:
    """All chats of one platform. The bot writes as `BOT`."""

    BOT = "bot"

    def __init__(self) -> None:
        self.messages: dict[int, Shown] = {}
        self._last = 100

    def write(self, place: Place, by: str, text: str, at: float) -> Shown:
        self._last += 1
        shown = self.messages[self._last] = Shown(self._last, place, by, text, at)
        return shown

    def post(self, place: Place, part: Part, at: float, *, reply_to: MessageRef | None, only_for: str = "") -> Shown:
        """The bot writes."""
        shown = self.write(place, self.BOT, "", at)
        shown.reply_to, shown.only_for = reply_to.message_id if reply_to else "", only_for
        self._put(shown, part)
        return shown

    def change(self, number: int, part: Part, at: float) -> Shown:
        """Raises MessageGone."""
        shown = self.own(number)
        shown.edited_at = at
        self._put(shown, part)
        return shown

    def take_away(self, number: int) -> Shown:
        """Raises MessageGone."""
        shown = self.own(number)
        shown.deleted = True
        return shown

    def own(self, number: int) -> Shown:
        shown = self.messages.get(number)
        if shown is None or shown.deleted or shown.by != self.BOT:
            raise MessageGone
        return shown

    def in_place(self, place: Place, *, by_bot: bool | None = None) -> Iterator[Shown]:
        """What stands there, oldest first."""
        for shown in self.messages.values():
            if shown.place == place and not shown.deleted and by_bot in (None, shown.by == self.BOT):
                yield shown

    @staticmethod
    def _put(shown: Shown, part: Part) -> None:
        shown.text = part.text
        shown.buttons = [(button.label, button.command) for row in part.buttons for button in row if button.command]
        shown.asks = part.ask is not None


def render(content: Content) -> tuple[Part, ...]:
    """Plain text, cut to the width; the last part has the buttons."""
    text = content.text or "…"
    parts = [Part(start, min(len(text), start + WIDTH), text[start : start + WIDTH]) for start in range(0, len(text), WIDTH)]
    last = parts[-1]
    parts[-1] = Part(last.start, last.end, last.text, (), content.buttons, content.file, content.ask)
    return tuple(parts)
