"""Telegram's renderer: whatever the text, Telegram takes every message as it is sent, nothing is lost, and no link lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from adapters.telegram.captions import with_room_for_files
from adapters.telegram.entities import to_bot_api
from adapters.telegram.keyboards import keyboard_of
from adapters.telegram.render import render
from bot.posts import Content, Part
from tests.fuzz.contents import nasty_content, smaller_contents
from tests.fuzz.reading_back import hidden_address, lost_problems, range_problems
from tests.telegram.validator import keyboard_problems, problems
from tests.telegram.visible import is_shown, with_arguments

Render = Callable[[Content], tuple[Part, ...]]


def as_adapter(content: Content) -> tuple[Part, ...]:
    """What TelegramAdapter.render does; the adapter itself takes sockets."""
    return with_room_for_files(render(content))


class Telegram:
    """`render` is what is tried."""

    name = "telegram"

    def __init__(self, render: Render = as_adapter) -> None:
        self._render = render

    def make(self, chance: Random) -> Content:
        return nasty_content(chance)

    def smaller(self, case: Content) -> Iterator[Content]:
        return smaller_contents(case)

    def show(self, case: Content) -> str:
        return repr(case)

    def judge(self, case: Content) -> list[str]:
        parts = self._render(case)
        sent = [(part.text, to_bot_api(part)) for part in parts]
        found = [problem for text, entities in sent for problem in problems(text, entities)]
        found += [problem for part in parts for problem in keyboard_problems(keyboard_of(part))]
        found += range_problems(case.text, parts)
        if found:
            return found
        full = "".join(with_arguments(text, entities) for text, entities in sent)
        found += lost_problems(case.text, full, is_shown(sent))
        shown = "".join(text for text, _ in sent)
        return found + [problem for text, entities in sent for problem in _links(text, entities, shown)]


def _links(text: str, entities: list[dict[str, object]], shown: str) -> Iterator[str]:
    units = text.encode("utf-16-le")
    for entity in entities:
        url, offset, length = entity.get("url"), entity["offset"], entity["length"]
        if isinstance(url, str) and isinstance(offset, int) and isinstance(length, int):
            covered = units[offset * 2 : (offset + length) * 2].decode("utf-16-le")
            if hidden_address(covered, url, shown):
                yield f"lying link: {covered!r} leads to {url!r}"
