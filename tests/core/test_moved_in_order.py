"""What was asked first is shown first also where the chat moves in between (P19)."""

from __future__ import annotations

import asyncio

from bot.errors import PlaceMoved
from bot.events import Place
from tests.core.talk import GROUP, Talk

NEW = Place("memory", "-1005", kind="group")


async def test_p19_an_answer_that_follows_its_chat_comes_before_the_next_one(talk: Talk) -> None:
    gate = asyncio.Event()
    talk.model.says("some words of the first", gate=gate, held=2)
    await talk.hears("one", place=GROUP)
    async with asyncio.timeout(20):
        while not any("some" in text for text in talk.texts(GROUP)):
            await talk.adapter.changed.wait()
    await talk.hears("two", place=GROUP)
    talk.adapter.fail_next("edit", PlaceMoved(NEW))
    gate.set()
    async with asyncio.timeout(20):
        while len([text for text in talk.texts(NEW) if not text.endswith("…")]) < 2:
            await talk.adapter.changed.wait()
    await talk.settle()
    assert talk.texts(NEW) == ["some words of the first", "Echo: two"]
