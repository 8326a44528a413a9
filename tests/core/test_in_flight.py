"""Decisions about an answer whose posts are just being written: what was begun must not undo them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.events import MessageRef, Place
from bot.posts import Part
from tests.core.talk import Talk, talking
from tests.fakes.memory_adapter import MemoryAdapter

LONG = "word," * 20


class HeldAdapter(MemoryAdapter):
    """The second post is there, and the bot does not know yet."""

    def __init__(self) -> None:
        super().__init__()
        self.limit = 70
        self.held = asyncio.Event()
        self.gate = asyncio.Event()

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
        ref = await super().send(place, part, reply_to=reply_to, audience=audience, key=key, preview=preview)
        if len(self.chats[place]) == 2:
            self.held.set()
            await self.gate.wait()
        return ref


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """A stored answer of two posts is on its way."""
    adapter = HeldAdapter()
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        talk.model.says(LONG)
        await talk.hears("one")
        async with asyncio.timeout(20):
            await adapter.held.wait()
        yield talk


async def _until_the_model_is_asked_again(talk: Talk) -> None:
    async with asyncio.timeout(20):
        while len(talk.model.requests) < 2:
            await asyncio.sleep(0.001)


async def test_a_post_that_is_placed_meanwhile_goes_to_the_new_answer(talk: Talk) -> None:
    assert isinstance(talk.adapter, HeldAdapter)
    await talk.hears("/retry")
    talk.adapter.gate.set()
    await talk.settle()
    assert talk.texts() == ["Echo: one"]


async def test_posts_of_an_owed_answer_are_not_called_final(talk: Talk) -> None:
    """Else a crash between the answer's storing and its showing would leave the old text for ever."""
    assert isinstance(talk.adapter, HeldAdapter)
    gate = asyncio.Event()
    talk.model.says("anew", gate=gate)
    await talk.hears("/retry")
    talk.adapter.gate.set()
    await _until_the_model_is_asked_again(talk)
    ((session_id, _),) = await talk.store.owing_sessions()
    (turn,) = await talk.store.open_turns(session_id)
    assert [post.state for post in await talk.store.posts(turn.reply_id)] == ["placed", "placed"]
    gate.set()
    await talk.settle()
    assert talk.texts() == ["anew"]


async def test_an_answer_taken_back_meanwhile_leaves_no_post(talk: Talk) -> None:
    assert isinstance(talk.adapter, HeldAdapter)
    await talk.hears("/undo")
    talk.adapter.gate.set()
    await talk.settle()
    assert not [text for text in talk.texts() if "word" in text]
