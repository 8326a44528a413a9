"""What is sent, edited and taken away, by the bot's own token and by those of interactions, and what Discord's refusals mean."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.breaker import ALLOWED
from adapters.discord.places import InteractionRef, place_of, snowflake_at
from bot.errors import ContentRefused, MessageGone, PlaceUnavailable, RateLimited, SendUnknown, TokenRefused
from bot.events import MessageRef
from bot.posts import Ask, Button, File
from bot.replies import texts
from bot.replies.target import LONG_AGO
from tests.discord.rig import FastClock, ListCore, options_for, plain, running, until
from tests.fakes.discord import FakeDiscord


class Wrong(FastClock):
    """Real time and more."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class Bench:
    def __init__(self, fake: FakeDiscord, folder: Path) -> None:
        self.fake = fake
        self.clock = Wrong()
        self.adapter = DiscordAdapter(options_for(fake, folder), self.clock)
        self.ann = fake.person(1001, "Ann")
        self.channel = fake.guild("Club", self.ann).channel("general")
        self.place = place_of(self.channel.id)
        self.core = ListCore()
        self.adapter._sender.core = self.core

    def passes(self, seconds: float) -> None:
        """Time passes, here and there."""
        self.fake.advance(seconds)
        self.clock.ahead += timedelta(seconds=seconds)

    def over(self, *, here: bool = True, private: bool = False) -> MessageRef:
        """An interaction of twenty minutes ago."""
        number = snowflake_at(self.clock.now() - timedelta(minutes=20))
        return InteractionRef(number, "old", "command", here, private).in_place(self.place)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with FakeDiscord() as fake:
        bench = Bench(fake, tmp_path)
        yield bench
        await bench.adapter.close()
        assert fake.violations == []


async def test_x11_u12_nobody_is_pinged_and_links_show_no_previews(bench: Bench) -> None:
    ref = await bench.adapter.send(bench.place, plain("@everyone"), key="a")
    await bench.adapter.edit(ref, plain("@here"))
    for call in bench.fake.calls_of("create message") + bench.fake.calls_of("edit message"):
        assert call.body["allowed_mentions"] == {"parse": []}
        assert call.body["flags"] & 4


async def test_an_answer_replies_to_the_message_it_answers(bench: Bench) -> None:
    asked = await bench.ann.says(bench.channel, "hello", mention=True)
    await bench.adapter.send(bench.place, plain("hi"), reply_to=MessageRef(bench.place, str(asked.id)), key="a")
    assert bench.channel.from_bot[-1].reply_to is asked


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
    bench.fake.nonces.clear()
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
    bench.fake.nonces.clear()
    since = bench.clock.now() + timedelta(minutes=55)
    assert await bench.adapter.send(bench.place, plain("whole"), key="a", tried_since=since) == earlier


async def test_p34_what_was_sent_for_an_earlier_message_is_found(bench: Bench) -> None:
    """A post that another answer has taken over may stand above what this one replies to."""
    earlier = await bench.adapter.send(bench.place, plain("half of another answer"), key="a")
    bench.fake.nonces.clear()
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
        await bench.adapter.send(bench.place, plain("an earlier life's"), key="a")
    await bench.adapter.send(bench.place, plain("mine"), key="b", tried_since=since)
    assert bench.channel.texts == ["mine"]
    await bench.adapter.send(bench.place, plain("another"), key="a")
    assert bench.channel.texts == ["mine", "another"]


async def test_p34_a_key_that_leads_to_what_became_another_post_gives_way(bench: Bench) -> None:
    """In an earlier life: this one knows it from the store alone."""
    since = bench.clock.now() - timedelta(seconds=30)
    bench.core.known.add(await bench.adapter.send(bench.place, plain("taken for another post"), key="a"))
    bench.adapter._sender._made.clear()
    await bench.adapter.send(bench.place, plain("mine"), key="a", tried_since=since)
    assert bench.channel.texts == ["taken for another post", "mine"]


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


async def test_p12_p30_a_message_that_is_gone_is_told_so(bench: Bench) -> None:
    ref = await bench.adapter.send(bench.place, plain("x"), key="a")
    bench.fake.remove(bench.channel.from_bot[-1])
    with pytest.raises(MessageGone):
        await bench.adapter.edit(ref, plain("y"))
    await bench.adapter.delete(ref)


async def test_p31_a_channel_that_refused_is_not_asked_again_until_it_is_heard(bench: Bench) -> None:
    bench.channel.bot_may_write = False
    for _ in range(3):
        with pytest.raises(PlaceUnavailable):
            await bench.adapter.send(bench.place, plain("x"), key="a")
    assert len(bench.fake.calls_of("create message")) == 1
    bench.channel.bot_may_write = True
    bench.adapter._heard(bench.place)
    await bench.adapter.send(bench.place, plain("x"), key="a")
    assert bench.channel.texts == ["x"]


async def test_p31_too_many_refusals_stop_all_calls(bench: Bench) -> None:
    for channel in range(ALLOWED):
        bench.adapter._rest.breaker.refused(403, channel + 1)
    with pytest.raises(RateLimited) as refused:
        await bench.adapter.send(bench.place, plain("x"), key="a")
    assert refused.value.retry_after > 500
    assert bench.fake.calls_of("create message") == []


async def test_p32_cloudflares_page_is_a_limit(bench: Bench) -> None:
    bench.fake.faults.add("create message", html=True, retry_after=45)
    with pytest.raises(RateLimited) as refused:
        await bench.adapter.send(bench.place, plain("x"), key="a")
    assert refused.value.retry_after == 45


async def test_p31_p32_what_stands_before_discord_says_nothing_of_the_place(bench: Bench) -> None:
    bench.fake.faults.add("create message", html=True, error=403)
    with pytest.raises(RateLimited):
        await bench.adapter.send(bench.place, plain("x"), key="a")
    await bench.adapter.send(bench.place, plain("x"), key="a")


async def test_p32_a_global_limit_names_its_time(bench: Bench) -> None:
    bench.fake.faults.add("edit message", retry_after=30.0, everywhere=True)
    ref = await bench.adapter.send(bench.place, plain("x"), key="a")
    with pytest.raises(RateLimited) as refused:
        await bench.adapter.edit(ref, plain("y"))
    assert 29 <= refused.value.retry_after <= 31


async def test_503_is_unknown_and_400_is_refused(bench: Bench) -> None:
    bench.fake.faults.add("create message", error=503)
    with pytest.raises(SendUnknown):
        await bench.adapter.send(bench.place, plain("x"), key="a")
    bench.fake.faults.add("create message", error=400, code=50035)
    with pytest.raises(ContentRefused):
        await bench.adapter.send(bench.place, plain("x"), key="a")


async def test_previews_leave_room_for_the_final_text(bench: Bench) -> None:
    ref = await bench.adapter.send(bench.place, plain("0"), key="a")
    refused = 0
    for number in range(8):
        try:
            await bench.adapter.edit(ref, plain(f"{number}…"), preview=True)
        except RateLimited:
            refused += 1
    assert refused == 4
    await bench.adapter.edit(ref, plain("whole"))
    assert bench.channel.texts == ["whole"]


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


async def test_files_go_along_and_questions_become_buttons(bench: Bench) -> None:
    part = plain("here", file=File("a.txt", "text/plain", b"words"), ask=Ask("edit 3", "The new text"))
    await bench.adapter.send(bench.place, part, key="a")
    message = bench.channel.from_bot[-1]
    assert [file.data for file in message.attachments] == [b"words"]
    assert message.labels() == [texts.WRITE]


async def test_x10_only_discords_own_files_are_fetched(bench: Bench) -> None:
    for url in ("http://cdn.discordapp.com/a", "https://cdn.discordapp.com.evil/a", "http://127.0.0.1:1/a", "file:///a", "https://[::1/a"):
        with pytest.raises(ContentRefused):
            await bench.adapter._rest.download(url, 100)


async def test_a_call_that_finds_the_token_revoked_ends_the_run(bench: Bench) -> None:
    async with running(bench.adapter, bench.core) as run:
        await until(lambda: bench.core.caught)
        bench.fake.revoked = True
        with pytest.raises(TokenRefused):
            await bench.adapter.send(bench.place, plain("x"), key="a")
        with pytest.raises(TokenRefused):
            await run
        calls = len(bench.fake.calls)
        with pytest.raises(TokenRefused):
            await bench.adapter.send(bench.place, plain("x"), key="a")
        assert len(bench.fake.calls) == calls, "what is owed is tried again and again, and each refusal counts (P31)"
        bench.fake.revoked = False
        again = asyncio.create_task(bench.adapter.run(bench.core))
        bench.core.caught.clear()
        await until(lambda: bench.core.caught)
        await bench.adapter.send(bench.place, plain("x"), key="a")
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)
