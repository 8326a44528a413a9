"""The terminal as a platform: lines become events, posts are printed, and the next line waits until the last one is answered."""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from adapters.terminal.cleaning import clean
from bot.errors import ContentRefused, MessageGone, PlaceUnavailable
from bot.events import Attachment, Author, CommandInvoked, MessageReceived, MessageRef, Place
from bot.ports import Capabilities, Core
from bot.posts import Ask, Button, Content, Part
from bot.replies import texts

LONGEST_POST = 1_000_000
EXIT = "exit"
CANCEL = "/cancel"
REMEMBERED = 200
"""Posts that are known as they were printed, so that an edit that changes nothing is told from one that cannot be shown."""
_COMMAND = re.compile(r"/([a-z_]+)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_PRESS = re.compile(r"!(\d{1,2})")


class Face(Protocol):
    """What a person sees and types on: a screen with a keyboard, or a pipe."""

    streaming: bool

    async def read(self, prefill: str) -> str | None:
        """The next line, or None when there are no more."""

    def show(self, part: Part, *, hints: tuple[Button, ...]) -> None:
        """Prints a post for good. Raises OSError where nobody reads any more."""

    def grow(self, part: Part) -> None:
        """Shows a post that is not finished yet, in place of the one before."""

    def drop(self) -> None:
        """Takes an unfinished post away."""

    def forget(self) -> None:
        """Typed lines are kept no longer, in no file either."""


class TerminalAdapter:
    """One person, one place. What was printed cannot be changed: an edit of an older post says that it is gone, and the core sends it
    again below. `account` is who types; `now` gives the time in UTC."""

    platform = "terminal"

    def __init__(self, face: Face, account: str = "me", now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._face = face
        self._author = Author(account, account, is_admin=True)
        self._place = Place(self.platform, account)
        self._now = now
        # No two processes give the same key to two lines, nor the same id to two posts.
        self._start = secrets.token_hex(6)
        self._count = 0
        self._growing: MessageRef | None = None
        self._shown: OrderedDict[MessageRef, Part] = OrderedDict()
        self._hints: tuple[tuple[MessageRef, Button], ...] = ()
        self._ask: tuple[MessageRef, Ask] | None = None
        self._core: Core | None = None
        self._answering = False
        self._unread = False

    def capabilities(self, place: Place) -> Capabilities:
        return Capabilities(
            max_text=LONGEST_POST,
            streaming=self._face.streaming,
            idempotent_send=True,
            update_interval=0.05,
            first_words=0.3,
            buttons=self._face.streaming,
            exit_word=True,
        )

    def private_place(self, author_id: str) -> Place | None:
        return Place(self.platform, author_id)

    async def run(self, core: Core) -> None:
        """Returns at the end of the input, after the bare word `exit`, or when nobody reads what is printed."""
        self._core = core
        await core.caught_up(self.platform)
        await core.settled(self._place)
        while not self._unread:
            line = await self._face.read(self._ask[1].prefill if self._ask else "")
            if line is None:
                return
            if not line.strip():
                continue
            self._answering = True
            event = self._event(line.strip())
            said = await core.accept(event)
            if said:
                self._face.show(Part(0, len(said), clean(said)), hints=())
            elif isinstance(event, CommandInvoked) and _erases(event):  # a press that was refused has got a line
                self._face.forget()
            await core.settled(self._place)
            self._answering = False
            if line.strip().lower() == EXIT:
                return

    async def interrupt(self) -> bool:
        """Ctrl-C: stops the answer that is being made. False when there is none, so that the program may end instead."""
        if self._core is None or not self._answering:
            return False
        await self._core.accept(self._command("stop", "", self._ref()))
        return True

    def render(self, content: Content) -> tuple[Part, ...]:
        text = clean(content.text).strip() or texts.WAITING
        return (Part(0, len(content.text), text, buttons=content.buttons, file=content.file, ask=content.ask),)

    async def send(
        self,
        place: Place,
        part: Part,
        *,
        reply_to: MessageRef | None = None,
        via: MessageRef | None = None,
        audience: str = "",
        key: str,
        tried_since: datetime | None = None,
        preview: bool = False,
    ) -> MessageRef:
        ref = self._ref()
        if preview and self._face.streaming:
            self._grow(ref, part)
        else:
            self._print(ref, part)
        return ref

    async def edit(self, ref: MessageRef, part: Part, *, via: MessageRef | None = None, preview: bool = False) -> None:
        if ref != self._growing:
            if self._shown.get(ref) != part:
                raise MessageGone
        elif preview:
            self._grow(ref, part)
        else:
            self._print(ref, part)

    async def delete(self, ref: MessageRef) -> None:
        """What is printed stays where it is; only what still grows can go."""
        if ref == self._growing:
            self._face.drop()
            self._growing = None

    async def typing(self, place: Place) -> None:
        """The growing answer shows it well enough."""

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        raise ContentRefused("nothing can be attached in a terminal")

    async def close(self) -> None:
        self._face.drop()

    def _event(self, line: str) -> MessageReceived | CommandInvoked:
        """A button by its number, a command by its slash, or words, which answer an open question."""
        ref = self._ref()
        if self._ask and line.endswith(CANCEL):
            line = CANCEL  # behind the old words, which stand in the line already
        if (press := _PRESS.fullmatch(line)) and 0 < int(press[1]) <= len(self._hints):
            post, button = self._hints[int(press[1]) - 1]
            name, _, args = button.command.partition(" ")
            return self._command(name, args, post, pressed=True)
        if command := _COMMAND.fullmatch(line):
            return self._command(command[1].lower(), command[2] or "", ref)
        question, self._ask = self._ask, None
        return MessageReceived(ref, self._author, line, self._now(), self._key(), reply_to=question[0] if question else None)

    def _command(self, name: str, args: str, ref: MessageRef, *, pressed: bool = False) -> CommandInvoked:
        self._ask = None
        return CommandInvoked(ref, self._author, name, args, self._now(), self._key(), pressed=pressed)

    def _grow(self, ref: MessageRef, part: Part) -> None:
        self._growing = ref
        self._face.grow(part)

    def _print(self, ref: MessageRef, part: Part) -> None:
        """Only the newest post's buttons can be pressed: their numbers begin at 1 again."""
        self._growing = None
        self._shown[ref] = part
        if len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)
        buttons = tuple(button for row in part.buttons for button in row if button.command)
        if buttons:
            self._hints = tuple((ref, button) for button in buttons)
        if part.ask:
            self._ask = (ref, part.ask)
        try:
            self._face.show(part, hints=buttons)
        except OSError:
            self._unread = True
            raise PlaceUnavailable("nobody reads the output") from None

    def _ref(self) -> MessageRef:
        return MessageRef(self._place, self._next())

    def _key(self) -> str:
        return f"{self.platform}:{self._next()}"

    def _next(self) -> str:
        self._count += 1
        return f"{self._start}-{self._count}"


def _erases(event: CommandInvoked) -> bool:
    """Whether the person has just confirmed that all that is kept about them goes."""
    return event.name == "erase" or (event.name == "forget" and event.args.strip().lower() == texts.EVERYTHING)
