"""Where messages reply to nothing, the words tell whose a lost one is, if it may be older than the first try (P34)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.discord.sending import Bench
from tests.fakes.rig import plain


async def test_p34_without_a_reference_a_lost_line_from_shortly_before_is_not_taken(bench: Bench) -> None:
    """Clocks may differ by a minute; but it would show an answer above what was said since, and its own words would come anew below."""
    line = await bench.adapter.send(bench.place, plain("a part of what /help says"), key="h")
    bench.passes(30)
    since = bench.clock.now()
    bench.passes(300)
    bench.adapter._sender._made.clear()
    bench.fake.nonces.clear()
    await bench.adapter.send(bench.place, plain("an answer"), key="a", tried_since=since)
    assert bench.channel.texts == ["a part of what /help says", "an answer"]
    earlier = since - timedelta(seconds=30)
    assert await bench.adapter.send(bench.place, plain("a part of what /help says"), key="h", tried_since=earlier) == line


@pytest.mark.parametrize("seen", ["…", "other words of the model …", "```\nother code …\n```", "an ans", "an answer"])
async def test_p34_without_a_reference_the_words_tell_what_was_made_shortly_before(seen: str, bench: Bench) -> None:
    """Of an answer that the model was asked for again no more is known than that it is a preview."""
    lost = await bench.adapter.send(bench.place, plain(seen), key="a")
    bench.passes(30)
    since = bench.clock.now()
    bench.passes(300)
    bench.adapter._sender._made.clear()
    bench.fake.nonces.clear()
    assert await bench.adapter.send(bench.place, plain("an answer"), key="a", tried_since=since) == lost
    assert bench.channel.texts == ["an answer"]


async def test_p34_without_a_reference_any_words_are_taken_that_were_made_since(bench: Bench) -> None:
    """The first part of a preview of several is not short of its text, and the model says something else when it is asked again."""
    since = bench.clock.now()
    lost = await bench.adapter.send(bench.place, plain("a whole part of an earlier try"), key="a")
    bench.passes(300)
    bench.adapter._sender._made.clear()
    bench.fake.nonces.clear()
    assert await bench.adapter.send(bench.place, plain("an answer"), key="a", tried_since=since) == lost
    assert bench.channel.texts == ["an answer"]


async def test_p34_without_a_reference_what_has_just_been_made_is_found_by_its_key_alone(bench: Bench) -> None:
    """Another line was lost in the same seconds, and what this key sent comes late: both must not show one, and leave the other."""
    since = bench.clock.now()
    bench.passes(300)
    line = await bench.adapter.send(bench.place, plain("that …"), key="l")
    bench.passes(2)
    bench.adapter._sender._made.clear()
    answer = await bench.adapter.send(bench.place, plain("an answer"), key="a", tried_since=since)
    assert bench.channel.texts == ["that …", "an answer"]
    bench.adapter._sender._made.clear()
    assert await bench.adapter.send(bench.place, plain("an answer, longer"), key="a", tried_since=since) == answer
    assert await bench.adapter.send(bench.place, plain("that is all"), key="l", tried_since=since) == line
    assert bench.channel.texts == ["that is all", "an answer, longer"]
