"""Answers in places that refuse, move, come back or are slow (P16, P19, P36): what is shown there, and that no other place waits."""

from __future__ import annotations

import asyncio

from bot.errors import PlaceMoved, PlaceUnavailable, RateLimited
from bot.events import Place, PlaceChanged
from tests.core.talk import GROUP, Talk, nothing_is_owed


async def test_p16_a_place_that_cannot_be_written_to_is_left_and_opened_again(talk: Talk) -> None:
    talk.adapter.fail_next("send", PlaceUnavailable())
    talk.adapter.fail_next("edit", PlaceUnavailable())
    await talk.hears("one")
    await talk.settle()
    assert await nothing_is_owed(talk)
    talk.adapter._faults.clear()
    assert not (await talk.store.find(talk.place, "")).place.reachable
    await talk.says("two")
    assert talk.last.text == "Echo: two"
    assert (await talk.store.find(talk.place, "")).place.reachable
    assert talk.asked() == ["one", "Echo: one", "two"]


async def test_p36_blocked_and_unblocked_is_remembered(talk: Talk) -> None:
    await talk.says("one")
    await talk.core.accept(PlaceChanged(talk.place, "blocked", "k1"))
    assert not (await talk.store.find(talk.place, "")).place.reachable
    await talk.core.accept(PlaceChanged(talk.place, "unblocked", "k2"))
    assert (await talk.store.find(talk.place, "")).place.reachable


async def test_p19_an_answer_follows_a_chat_that_moves(talk: Talk) -> None:
    new = Place("memory", "-100", kind="group")
    await talk.says("one", place=GROUP)
    talk.adapter.fail_next("send", PlaceMoved(new))
    talk.adapter.fail_next("edit", PlaceMoved(new))
    await talk.hears("two", place=GROUP)
    await talk.settle()
    async with asyncio.timeout(20):
        while "Echo: two" not in talk.texts(new):
            await talk.adapter.changed.wait()
    await talk.settle()
    await talk.says("three", place=new)
    assert talk.asked() == ["one", "Echo: one", "two", "Echo: two", "three"]


async def test_p19_a_move_that_is_told_takes_the_session_along(talk: Talk) -> None:
    new = Place("memory", "-100", kind="group")
    await talk.says("one", place=GROUP)
    await talk.core.accept(PlaceChanged(GROUP, "moved", "k", new))
    await talk.says("two", place=new)
    assert talk.asked() == ["one", "Echo: one", "two"]


async def test_p16_an_answer_that_nobody_can_read_was_stopped_and_has_not_failed(talk: Talk) -> None:
    talk.adapter.fail_next("send", PlaceUnavailable(), times=1000)
    talk.model.says("some words and no end", gate=asyncio.Event(), held=2)
    await talk.says("one")
    leaf = (await talk.store.find(talk.place, "7")).leaf
    assert leaf is not None
    assert (leaf.role, leaf.status) == ("assistant", "stopped")


async def test_places_do_not_hold_up_each_other(talk: Talk) -> None:
    talk.adapter.fail_next("send", RateLimited(2000.0))
    await talk.hears("one")
    async with asyncio.timeout(2):
        while talk.adapter._faults["send"]:
            await asyncio.sleep(0.001)
    await talk.hears("two", place=GROUP)
    async with asyncio.timeout(2):
        while talk.texts(GROUP) != ["Echo: two"]:
            await talk.adapter.changed.wait()
    assert talk.texts() == []
    await talk.settle()
    assert talk.texts() == ["Echo: one"]


async def test_p36_a_thread_that_is_gone_stops_no_answer_beside_it(talk: Talk) -> None:
    """A channel that is gone takes its threads along, but not the other way round."""
    gates = [asyncio.Event() for _ in range(3)]
    thread, other = (Place(GROUP.platform, GROUP.chat_id, number, "group") for number in ("5", "6"))
    for place, gate in zip((GROUP, thread, other), gates, strict=True):
        talk.model.says("some words and then more", gate=gate, held=2)
        await talk.hears("one", place=place)
        async with asyncio.timeout(5):
            while not talk.texts(place) or "some" not in talk.texts(place)[-1]:
                await talk.adapter.changed.wait()
    await talk.core.accept(PlaceChanged(thread, "removed", "k"))
    for gate in gates:
        gate.set()
    await talk.settle()
    assert [talk.texts(place)[-1].endswith("and then more") for place in (GROUP, thread, other)] == [True, False, True]
