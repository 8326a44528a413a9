"""Bugs planted on purpose, around the real thing: what does not find them would find nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from telegram import Update

from adapters.discord.forms import Json
from adapters.discord.payloads import shown
from adapters.discord.render import render as on_discord
from adapters.telegram.entities import Entity, entities_of
from adapters.telegram.events import Reader
from adapters.telegram.render import render as on_telegram
from bot.events import CommandInvoked, Event
from bot.models.reader import StreamReader
from bot.posts import Content, Part
from tests.core.talk import Talk
from tests.fuzz.commands import Commands, fresh
from tests.fuzz.discord import Discord
from tests.fuzz.field import Field
from tests.fuzz.growth import Growth
from tests.fuzz.stream import Stream
from tests.fuzz.telegram import Telegram
from tests.fuzz.terminal import Terminal
from tests.fuzz.updates import ME, Updates


def counts_code_points(content: Content) -> tuple[Part, ...]:
    """Offsets in characters, where Telegram wants UTF-16 units."""
    return tuple(
        replace(part, markup=tuple(_in_code_points(part.text, mark) for mark in entities_of(part))) for part in on_telegram(content)
    )


def _in_code_points(text: str, mark: Entity) -> Entity:
    units = text.encode("utf-16-le")
    before, covered = units[: mark.offset * 2], units[mark.offset * 2 : (mark.offset + mark.length) * 2]
    return replace(mark, offset=len(before.decode("utf-16-le")), length=len(covered.decode("utf-16-le")))


def cuts_blindly(content: Content) -> tuple[Part, ...]:
    """Telegram's limit in characters, and no Markdown: what is white at a cut is sent, too."""
    text = content.text.replace("\x00", "") or "…"
    cuts = range(0, len(text), 4096)
    parts = [Part(start, min(len(content.text), start + 4096), text[start : start + 4096]) for start in cuts]
    return (*parts[:-1], replace(parts[-1], end=len(content.text)))


def forgets_at_the_cut(content: Content) -> tuple[Part, ...]:
    """The first character of each further message is gone."""
    first, *rest = on_discord(content)
    return (first, *(replace(part, text=part.text[1:]) for part in rest))


def passes_markdown_through(content: Content) -> tuple[Part, ...]:
    """What the model wrote goes to Discord as it is."""
    parts = on_discord(content)
    return (Part(0, len(content.text), content.text),) if len(parts) == 1 and len(content.text) < 2000 and content.text.strip() else parts


def pings_everybody(part: Part) -> Json:
    """Without a list of whom a message may ping, all of them are."""
    return {name: value for name, value in shown(part).items() if name != "allowed_mentions"}


def shows_it_all(content: Content) -> tuple[Part, ...]:
    """A terminal that gets what the model said."""
    return (Part(0, len(content.text), content.text.encode("utf-8", "replace").decode()),)


class ForgetfulReader(StreamReader):
    """Takes each piece of the body for itself: of a character whose halves come apart the first one is lost."""

    def feed(self, data: bytes) -> str:
        self._high = ""
        return super().feed(data)


class HastyReader(Reader):
    """Takes for granted that a message has words."""

    def event(self, update: Update, now: Any) -> Event | None:
        event = super().event(update, now)
        if update.message is not None and update.message.text is not None:
            assert update.message.text[:1].strip()
        return event


class _Mute:
    """A core that forgets a command when its argument is odd."""

    def __init__(self, talk: Talk) -> None:
        self._core = talk.core

    def __getattr__(self, name: str) -> object:
        return getattr(self._core, name)

    async def accept(self, event: Event) -> str | None:
        if isinstance(event, CommandInvoked) and event.name == "open" and "#" not in event.args:
            return None
        return await self._core.accept(event)


@asynccontextmanager
async def mute() -> AsyncIterator[Talk]:
    async with fresh() as talk:
        talk.core = _Mute(talk)  # type: ignore[assignment]
        yield talk


def quadratic(text: str) -> int:
    """Looks to the end of the text for each bracket."""
    return sum(sum(character == "]" for character in text[place:]) for place, character in enumerate(text) if character == "[")


PLANTS: Final[dict[str, tuple[Callable[[], Field[Any]], int]]] = {
    "offsets in code points": (lambda: Telegram(counts_code_points), 200),
    "cuts by code points": (lambda: Telegram(cuts_blindly), 400),
    "drops the character at the cut": (lambda: Discord(forgets_at_the_cut), 400),
    "passes Markdown through": (lambda: Discord(passes_markdown_through), 200),
    "lets @everyone through": (lambda: Discord(payload=pings_everybody), 20),
    "obeys the model": (lambda: Terminal(shows_it_all), 200),
    "a reader that depends on the cuts": (lambda: Stream(ForgetfulReader), 400),
    "a reader of updates that takes for granted": (lambda: Updates(lambda: HastyReader(ME, lambda chat, user: False)), 400),
    "a command that nobody answers": (lambda: Commands(mute), 200),
    "quadratic time": (lambda: Growth({"hasty": quadratic}), 60),
}
"""What is planted, and within how many inputs it has to be found."""
