"""What is sent, edited and taken away by the bot's own token, and what Discord's refusals mean."""

from __future__ import annotations

import asyncio

import pytest

from adapters.discord.breaker import ALLOWED
from adapters.discord.places import place_of
from bot.errors import ContentRefused, MessageGone, PlaceUnavailable, RateLimited, SendUnknown, TokenRefused
from bot.events import MessageRef
from bot.posts import Ask, File
from bot.replies import texts
from tests.discord.sending import Bench
from tests.fakes.rig import plain, running, until


async def test_x11_u12_nobody_is_pinged_and_links_show_no_previews(bench: Bench) -> None:
    ref = await bench.adapter.send(bench.place, plain("@everyone"), key="a")
    await bench.adapter.edit(ref, plain("@here"))
    calls = bench.fake.calls_of("create message") + bench.fake.calls_of("edit message")
    assert len(calls) == 2
    for call in calls:
        assert call.body["allowed_mentions"] == {"parse": []}
        assert call.body["flags"] & 4


async def test_an_answer_replies_to_the_message_it_answers(bench: Bench) -> None:
    asked = await bench.ann.says(bench.channel, "hello", mention=True)
    await bench.adapter.send(bench.place, plain("hi"), reply_to=MessageRef(bench.place, str(asked.id)), key="a")
    assert bench.channel.from_bot[-1].reply_to is asked


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


async def test_p18_in_a_thread_that_was_archived_meanwhile_an_answer_is_changed_and_taken_away(bench: Bench) -> None:
    """Only a new message opens a thread by itself."""
    thread = bench.channel.thread("talk", by=bench.ann)
    ref = await bench.adapter.send(place_of(thread.id, bench.channel.id), plain("half an …"), key="a")
    bench.fake.archives(thread)
    await bench.adapter.edit(ref, plain("half an answer"), preview=True)
    await bench.adapter.edit(ref, plain("half an answer, and the other half"))
    assert thread.texts == ["half an answer, and the other half"]
    assert len(bench.fake.calls_of("edit channel")) == 1
    bench.fake.archives(thread)
    await bench.adapter.delete(ref)
    assert thread.texts == []


async def test_a_thread_that_was_locked_is_left_alone(bench: Bench) -> None:
    thread = bench.channel.thread("talk", by=bench.ann)
    ref = await bench.adapter.send(place_of(thread.id, bench.channel.id), plain("half an …"), key="a")
    bench.fake.archives(thread, locked=True)
    for _ in range(2):
        with pytest.raises(PlaceUnavailable):
            await bench.adapter.edit(ref, plain("whole"))
    assert thread.texts == ["half an …"]
    assert len(bench.fake.calls_of("edit channel")) == 1, "each refusal counts (P31)"


async def test_p31_who_may_not_read_what_was_said_answers_without_replying(bench: Bench) -> None:
    """Discord lets nobody reply who lacks the right to read the history. That says nothing of the place."""
    asked = await bench.ann.says(bench.channel, "hello", mention=True)
    bench.fake.faults.add("create message", error=403, code=160002, times=None, when=lambda call: "message_reference" in call.body)
    for key in "ab":
        await bench.adapter.send(bench.place, plain(key), reply_to=MessageRef(bench.place, str(asked.id)), key=key)
    assert [message.reply_to for message in bench.channel.from_bot] == [None, None]
    assert bench.channel.texts[-2:] == ["a", "b"]
    assert len(bench.fake.calls_of("create message")) == 3, "each refusal counts (P31)"
    bench.passes(700)
    await bench.adapter.send(bench.place, plain("c"), reply_to=MessageRef(bench.place, str(asked.id)), key="c")
    assert len(bench.fake.calls_of("create message")) == 5, "by now it may be allowed"


@pytest.mark.parametrize(("status", "code"), [(400, 200000), (403, 240000), (403, 20009)])
async def test_p31_a_text_that_moderation_stops_closes_no_place(status: int, code: int, bench: Bench) -> None:
    bench.fake.faults.add("create message", error=status, code=code)
    with pytest.raises(ContentRefused):
        await bench.adapter.send(bench.place, plain("a bad word"), key="a")
    await bench.adapter.send(bench.place, plain("a good one"), key="b")
