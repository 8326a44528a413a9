"""Answers to an interaction whose token is over, or that may have been given: where they go, and that none is shown to others (P29)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.discord.places import InteractionRef, place_of, snowflake_at
from bot.errors import ContentRefused, PlaceUnavailable
from bot.posts import Button
from bot.replies import texts
from tests.discord.sending import Bench
from tests.fakes.rig import plain


async def test_p29_a_token_that_is_over_is_answered_in_the_channel(bench: Bench) -> None:
    via = bench.over()
    await bench.adapter.send(bench.place, plain("late"), reply_to=via, via=via, key="a")
    assert bench.channel.texts == ["late"]


async def test_p29_a_private_answer_that_is_late_is_never_shown_to_all(bench: Bench) -> None:
    via = bench.over(private=True)
    part = plain("secret", buttons=((Button("Open", "open 1"),),))
    ref = await bench.adapter.send(bench.place, part, reply_to=via, via=via, audience="1001", key="a")
    await bench.adapter.edit(ref, plain("secret again"), via=via)
    assert bench.channel.texts == [texts.PRIVATE_TOO_LATE]
    assert bench.channel.from_bot[-1].labels() == []


async def test_p29_the_line_for_a_private_answer_that_is_late_stays_one_in_the_next_life(bench: Bench) -> None:
    via = bench.over(private=True)
    ref = await bench.adapter.send(bench.place, plain("secret"), reply_to=via, via=via, audience="1001", key="a")
    bench.adapter._responses._sent.clear()
    await bench.adapter.edit(ref, plain("secret"), via=via)
    assert bench.channel.texts == [texts.PRIVATE_TOO_LATE]


async def test_p29_in_a_direct_message_a_late_answer_is_shown(bench: Bench) -> None:
    dm = bench.fake.dm(bench.ann)
    place = place_of(dm.id, kind="private")
    via = InteractionRef(snowflake_at(bench.clock.now() - timedelta(minutes=20)), "old", "command", here=True).in_place(place)
    await bench.adapter.send(place, plain("your sessions"), reply_to=via, via=via, audience="1001", key="a")
    assert dm.texts == ["your sessions"]


async def test_where_the_bot_is_not_a_late_answer_has_no_place(bench: Bench) -> None:
    via = bench.over(here=False)
    with pytest.raises(PlaceUnavailable):
        await bench.adapter.send(bench.place, plain("late"), reply_to=via, via=via, key="a")
    assert bench.channel.texts == []


async def test_a_followup_that_may_have_been_sent_is_not_repeated(bench: Bench) -> None:
    via = InteractionRef(snowflake_at(bench.clock.now()), "new", "press", here=False).in_place(bench.place)
    with pytest.raises(ContentRefused):
        await bench.adapter.send(bench.place, plain("x"), via=via, key="a", tried_since=bench.clock.now())
    bench.fake.faults.add("followup", cut=True)
    with pytest.raises(ContentRefused):
        await bench.adapter.send(bench.place, plain("x"), via=via, key="a")
    assert len(bench.fake.calls_of("followup")) == 1
