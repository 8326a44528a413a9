"""A send that may have been done is one message: by its key, and by what stands in the channel once keys are forgotten (P34)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.discord.places import InteractionRef, snowflake_at
from bot.errors import SendUnknown
from bot.events import MessageRef
from bot.replies.target import LONG_AGO
from tests.discord.sending import Bench
from tests.fakes.rig import plain


async def test_p34_p5_a_reset_is_unknown_and_the_same_key_is_one_message(bench: Bench) -> None:
    bench.fake.faults.add("create message", cut=True, after=True)
    with pytest.raises(SendUnknown):
        await bench.adapter.send(bench.place, plain("once"), key="a")
    await bench.adapter.send(bench.place, plain("once"), key="a")
    assert bench.channel.texts == ["once"]


async def test_p34_what_the_key_leads_to_shows_the_newest_text(bench: Bench) -> None:
    bench.fake.faults.add("create message", cut=True, after=True)
    with pytest.raises(SendUnknown):
        await bench.adapter.send(bench.place, plain("half an ..."), key="a", preview=True)
    await bench.adapter.send(bench.place, plain("half an answer, and the other half"), key="a")
    assert bench.channel.texts == ["half an answer, and the other half"]


async def test_p34_after_the_key_is_forgotten_the_channel_is_looked_through(bench: Bench) -> None:
    since = bench.clock.now() - timedelta(minutes=5)
    earlier = await bench.adapter.send(bench.place, plain("half"), key="a")
    bench.passes(301)
    found = await bench.adapter.send(bench.place, plain("whole"), key="a", tried_since=since)
    assert found == earlier
    assert bench.channel.texts == ["whole"]


@pytest.mark.parametrize("ahead", [-1, 0, 1])
@pytest.mark.parametrize("theirs", [False, True])
async def test_p34_s11_a_wrong_clock_makes_no_second_message(ahead: int, theirs: bool, bench: Bench) -> None:
    """Five minutes after a crash. What an answer was asked for is dated by Discord, what a command says by this machine."""
    bench.clock.ahead = timedelta(hours=ahead)
    since = bench.clock.now() - timedelta(hours=ahead if theirs else 0)
    earlier = await bench.adapter.send(bench.place, plain("half"), key="a")
    bench.passes(300)
    bench.adapter._sender._made.clear()
    assert await bench.adapter.send(bench.place, plain("whole"), key="a", tried_since=since) == earlier
    assert bench.channel.texts == ["whole"]


@pytest.mark.parametrize("ahead", [-1, 0, 1])
@pytest.mark.parametrize("theirs", [False, True])
async def test_p34_s11_with_a_wrong_clock_too_only_what_came_after_the_question_is_taken(ahead: int, theirs: bool, bench: Bench) -> None:
    bench.clock.ahead = timedelta(hours=ahead)
    await bench.adapter.send(bench.place, plain("of another"), key="b")
    bench.passes(300)
    asked = await bench.ann.says(bench.channel, "and now?", mention=True)
    since = bench.clock.now() - timedelta(hours=ahead if theirs else 0)
    bench.passes(300)
    bench.adapter._sender._made.clear()
    await bench.adapter.send(bench.place, plain("mine"), via=MessageRef(bench.place, str(asked.id)), key="a", tried_since=since)
    assert [message.text for message in bench.channel.from_bot] == ["of another", "mine"]


async def test_p34_s11_a_time_that_lies_ahead_was_written_by_a_wrong_clock(bench: Bench) -> None:
    """It was set right meanwhile."""
    earlier = await bench.adapter.send(bench.place, plain("half"), key="a")
    bench.passes(301)
    since = bench.clock.now() + timedelta(minutes=55)
    assert await bench.adapter.send(bench.place, plain("whole"), key="a", tried_since=since) == earlier


async def test_p34_what_was_sent_for_an_earlier_message_is_found(bench: Bench) -> None:
    """A post that another answer has taken over may stand above what this one replies to."""
    earlier = await bench.adapter.send(bench.place, plain("half of another answer"), key="a")
    bench.passes(301)
    asked = await bench.ann.says(bench.channel, "and now?", mention=True)
    via = MessageRef(bench.place, str(asked.id))
    found = await bench.adapter.send(bench.place, plain("(no longer needed)"), via=via, key="a", tried_since=LONG_AGO)
    assert found == earlier
    assert bench.channel.from_bot[-1].text == "(no longer needed)"


async def test_p34_what_this_life_has_just_sent_is_not_taken_for_a_lost_one(bench: Bench) -> None:
    """It is no post yet, as the core stores it when the call has returned."""
    since = bench.clock.now() - timedelta(minutes=5)
    bench.fake.faults.add("create message", slow=0.1)
    first = asyncio.create_task(bench.adapter.send(bench.place, plain("another"), key="a"))
    await bench.channel.wait_for(1)
    await bench.adapter.send(bench.place, plain("mine"), key="b", tried_since=since)
    await first
    assert bench.channel.texts == ["another", "mine"]


async def test_p34_two_that_were_lost_are_not_taken_for_each_other(bench: Bench) -> None:
    """The one is a reply, the other is none; who looks first takes its own."""
    asked = await bench.ann.says(bench.channel, "one", mention=True)
    reply = MessageRef(bench.place, str(asked.id))
    since = bench.clock.now()
    first = await bench.adapter.send(bench.place, plain("a reply"), key="a", reply_to=reply)
    second = await bench.adapter.send(bench.place, plain("said to all"), key="b", via=reply)
    bench.passes(300)
    bench.adapter._sender._made.clear()
    assert await bench.adapter.send(bench.place, plain("said"), key="b", via=reply, tried_since=since) == second
    assert await bench.adapter.send(bench.place, plain("a reply"), key="a", reply_to=reply, tried_since=since) == first
    assert bench.channel.texts == ["a reply", "said"]


async def test_p34_of_what_was_lost_the_very_text_is_taken_first(bench: Bench) -> None:
    since = bench.clock.now()
    first = await bench.adapter.send(bench.place, plain("one"), key="a")
    second = await bench.adapter.send(bench.place, plain("two"), key="b")
    bench.passes(300)
    bench.adapter._sender._made.clear()
    assert await bench.adapter.send(bench.place, plain("two"), key="b", tried_since=since) == second
    assert await bench.adapter.send(bench.place, plain("one and more"), key="a", tried_since=since) == first


async def test_p34_of_two_with_the_very_text_the_one_that_replies_to_the_same_is_taken(bench: Bench) -> None:
    asked = await bench.ann.says(bench.channel, "one", mention=True)
    reply, since = MessageRef(bench.place, str(asked.id)), bench.clock.now()
    other = await bench.adapter.send(bench.place, plain("Stopped."), key="a")
    own = await bench.adapter.send(bench.place, plain("Stopped."), key="b", reply_to=reply)
    bench.passes(300)
    bench.adapter._sender._made.clear()
    assert await bench.adapter.send(bench.place, plain("Stopped."), key="b", reply_to=reply, tried_since=since) == own
    assert await bench.adapter.send(bench.place, plain("Stopped."), key="a", tried_since=since) == other


async def test_p34_what_was_forgotten_shortly_before_is_not_taken_for_what_was_lost(bench: Bench) -> None:
    """No post is known to be it any more, and it stands above what was written; clocks may differ by a minute, but most do not."""
    await bench.adapter.send(bench.place, plain("forgotten"), key="f")
    bench.passes(30)
    since = bench.clock.now()
    own = await bench.adapter.send(bench.place, plain("a preview"), key="a")
    bench.passes(300)
    bench.adapter._sender._made.clear()
    assert await bench.adapter.send(bench.place, plain("the whole"), key="a", tried_since=since) == own
    assert bench.channel.texts == ["forgotten", "the whole"]


async def test_p34_a_reply_to_what_was_deleted_is_found_by_its_text(bench: Bench) -> None:
    asked = await bench.ann.says(bench.channel, "one", mention=True)
    reply, since = MessageRef(bench.place, str(asked.id)), bench.clock.now()
    await bench.ann.deletes(asked)
    sent = await bench.adapter.send(bench.place, plain("whole"), key="a", reply_to=reply)
    bench.passes(300)
    bench.adapter._sender._made.clear()
    assert await bench.adapter.send(bench.place, plain("whole"), key="a", reply_to=reply, tried_since=since) == sent
    assert bench.channel.texts == ["whole"]


async def test_p34_a_key_that_leads_to_what_another_has_taken_gives_way(bench: Bench) -> None:
    since = bench.clock.now() - timedelta(minutes=5)
    bench.fake.faults.add("create message", cut=True, after=True)
    with pytest.raises(SendUnknown):
        await bench.adapter.send(bench.place, plain("mine"), key="a")
    await bench.adapter.send(bench.place, plain("mine"), key="b", tried_since=since)
    assert bench.channel.texts == ["mine"]
    await bench.adapter.send(bench.place, plain("another"), key="a")
    assert bench.channel.texts == ["mine", "another"]


@pytest.mark.parametrize("times", [1, 2, 5])
async def test_p34_a_key_that_leads_to_what_became_another_post_gives_way(times: int, bench: Bench) -> None:
    """Lives that are killed right after the send; in the next one the post of a taken back answer looks around first, and takes it."""
    since = bench.clock.now() - timedelta(seconds=30)
    for number in range(times):
        sent = await bench.adapter.send(bench.place, plain("mine"), key="a", tried_since=since)
        bench.adapter._sender._made.clear()
        assert await bench.adapter.send(bench.place, plain("mine"), key=f"{number}", tried_since=LONG_AGO) == sent
        bench.core.known.add(sent)
        bench.adapter._sender._made.clear()
    sent = await bench.adapter.send(bench.place, plain("mine"), key="a", tried_since=since)
    bench.adapter._sender._made.clear()
    assert await bench.adapter.send(bench.place, plain("mine"), key="a", tried_since=since) == sent
    assert bench.channel.texts == ["mine"] * (times + 1)


async def test_p34_a_key_that_leads_to_a_deleted_message_gives_way(bench: Bench) -> None:
    ref = await bench.adapter.send(bench.place, plain("first"), key="a")
    await bench.adapter.delete(ref)
    await bench.adapter.send(bench.place, plain("second"), key="a")
    assert bench.channel.texts == ["second"]


async def test_what_is_known_as_a_post_is_not_taken_for_a_lost_one(bench: Bench) -> None:
    since = bench.clock.now() - timedelta(minutes=5)
    bench.core.known.add(await bench.adapter.send(bench.place, plain("another"), key="a"))
    await bench.adapter.send(bench.place, plain("mine"), key="b", tried_since=since)
    assert bench.channel.texts == ["another", "mine"]


async def test_p34_a_page_in_place_of_the_answer_is_no_answer_and_the_same_key_is_one_message(bench: Bench) -> None:
    """Such as the network of an hotel, or what stands before Discord, gives for each address, with a status of success."""
    bench.fake.faults.add("create message", html=True, error=200, after=True)
    with pytest.raises(SendUnknown):
        await bench.adapter.send(bench.place, plain("once"), key="a")
    ref = await bench.adapter.send(bench.place, plain("once"), key="a")
    bench.fake.faults.add("edit message", html=True, error=200)
    with pytest.raises(SendUnknown):
        await bench.adapter.edit(ref, plain("changed"))
    bench.fake.faults.add("delete message", html=True, error=200)
    with pytest.raises(SendUnknown):
        await bench.adapter.delete(ref)
    bench.fake.faults.add("history", html=True, error=200)
    with pytest.raises(SendUnknown):
        await bench.adapter.send(bench.place, plain("b"), key="b", tried_since=LONG_AGO)
    assert bench.channel.texts == ["once"]


async def test_p34_an_answer_to_a_command_that_nobody_can_read_is_no_answer(bench: Bench) -> None:
    now = bench.clock.now()
    via = InteractionRef(snowflake_at(now), "token", "command", here=True).in_place(bench.place)
    bench.fake.faults.add("edit original", html=True, error=200)
    with pytest.raises(SendUnknown):
        await bench.adapter.send(bench.place, plain("x"), reply_to=via, via=via, key="a")


async def test_p32_a_limit_that_names_no_time_is_no_answer(bench: Bench) -> None:
    bench.fake.faults.add("create message", error=429, code=30046)
    with pytest.raises(SendUnknown):
        await bench.adapter.send(bench.place, plain("x"), key="a")
