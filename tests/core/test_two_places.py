"""An answer that has been shown in more than one place, or on more than one post, and is gone back to (P24)."""

from __future__ import annotations

import asyncio

from bot.events import CommandInvoked, MessageRef, Place
from bot.posts import Part
from tests.core.talk import GROUP, Talk, nothing_is_owed
from tests.fakes.memory_adapter import Seen


async def _opened_here(talk: Talk, place: Place) -> None:
    """Ann goes on with the session of the group in private."""
    found = await talk.store.find(GROUP, "7")
    assert found.session is not None
    await talk.says(f"/open #{found.session.id}", place=place)


async def _presses(talk: Talk, seen: Seen, label: str) -> str | None:
    command = dict(seen.buttons)[label]
    verb, _, args = command.partition(" ")
    event = CommandInvoked(MessageRef(seen.place, seen.id), talk.person, verb, args, talk.clock.now(), talk.key(), pressed=True)
    return await talk.core.accept(event)


async def test_p24_an_answer_on_two_posts_of_a_chat_leaves_none_of_them_behind(talk: Talk) -> None:
    """Asked in a group, asked anew in private, and edited in the group: then the group has two posts of what are versions."""
    asked = await talk.says("one", place=GROUP)
    await _opened_here(talk, talk.place)
    talk.model.says("anew")
    await talk.says("/retry")
    await talk.edits(asked, "two")
    first, second = talk.chat(GROUP)
    assert (first.text, second.text) == ("Echo: one", "Echo: two")
    for label, shows in (("‹", "anew"), ("‹", "Echo: one"), ("›", "anew")):
        await _presses(talk, second, label)
        await talk.settle()
        assert second.text == shows
    assert await nothing_is_owed(talk)
    await talk.says("/undo", place=GROUP)
    assert second not in talk.chat(GROUP)
    assert await nothing_is_owed(talk)


async def test_p24_an_answer_that_is_gone_back_to_while_it_is_written_elsewhere_is_kept_in_one_place(talk: Talk) -> None:
    """Its text is written once more in the group, as something there had no answer, when its version is chosen in private."""
    writing, may, edit = asyncio.Event(), asyncio.Event(), talk.adapter.edit

    async def held(ref: MessageRef, part: Part, **more: object) -> None:
        if ref.place == GROUP:
            writing.set()
            await may.wait()
        await edit(ref, part, **more)  # type: ignore[arg-type]

    await talk.says("one", place=GROUP)
    first = await talk.store.find(GROUP, "7", post=talk.post(place=GROUP))
    assert first.shown is not None
    await _opened_here(talk, talk.place)
    talk.model.says("anew")
    await talk.says("/retry")
    talk.adapter.edit = held  # type: ignore[method-assign]
    talk.core._deliver(first.shown.id, GROUP, first.shown.session_id)
    await asyncio.wait_for(writing.wait(), 20)
    await _presses(talk, talk.last, "‹")
    may.set()
    await talk.settle()
    assert talk.last.text == "Echo: one"
    assert [post.place for post in await talk.store.posts(first.shown.id)] == [talk.place]
