"""In which order and within which time an interaction is answered, by whom, and what a core that is slow or fails makes of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.errors import AlreadySeen, DatabaseBroken, StorageError
from bot.posts import Ask
from bot.replies import texts
from tests.discord.interacting import FastClock, RecordingCore, bench
from tests.discord.lab import given_to, world


async def test_p29_a_form_that_cannot_be_read_in_time_leaves_the_question_to_the_core():
    fake, ada, channel = world()
    async with bench(RecordingCore(asks={"ask": Ask("ask", "What?")}, slow={"prompt_for": 5.0}), fake) as it:
        await ada.slash(channel, "ask")
        await it.after()
        assert [(event.name, event.args) for event in it.core.events] == [("ask", "")]
        assert it.answers.kinds == ["defer"]


async def test_p29_a_slow_core_is_deferred_meanwhile_and_answers_then():
    fake, ada, channel = world()
    order: list[str] = []
    core = RecordingCore(slow={"accept": 0.3}, line="too late to be private")
    async with bench(core, fake) as it:
        core.on_accept = lambda: order.extend(["accepted", *it.answers.kinds])
        given = await ada.slash(channel, "undo")
        await it.after()
        assert order == ["accepted", "defer"]
        assert it.answers.kinds == ["defer", "line"]
        assert {ref.private for _, ref, _ in it.answers.said} == {False}
        assert {ref.id for _, ref, _ in it.answers.said} == {given.id}


async def test_p29_the_core_comes_first_where_it_is_quick():
    fake, ada, channel = world()
    core = RecordingCore()
    async with bench(core, fake) as it:
        before: list[list[str]] = []
        core.on_accept = lambda: before.append(it.answers.kinds)
        await ada.slash(channel, "undo")
        await it.after()
        assert before == [[]]
        assert it.answers.kinds == ["defer"]


async def test_p29_every_step_slow_is_still_deferred_within_three_seconds():
    fake, ada, channel = world()
    core = RecordingCore(slow={"prompt_for": 1.0, "is_private": 1.0, "accept": 1.0})
    async with bench(core, fake) as it:
        started = asyncio.get_running_loop().time()
        await ada.slash(channel, "ask")
        async with asyncio.timeout(20):
            while not it.answers.kinds:
                await asyncio.sleep(0.01)
        waited = asyncio.get_running_loop().time() - started
        assert it.core.events == []
        await it.after()
        assert len(it.core.events) == 1
    # The clock of these tests runs waits ten times as fast, so that 0.3 s are Discord's three, and a second is the machine's.
    assert waited < 1.0


async def test_an_interaction_that_was_on_its_way_for_long_is_deferred_the_sooner():
    fake, ada, channel = world()
    late = FastClock()
    late.now = lambda: datetime.now(UTC) + timedelta(seconds=2.1)  # type: ignore[method-assign]
    async with bench(RecordingCore(slow={"accept": 0.06}), fake) as it:
        it.interactions._clock = late
        await ada.slash(channel, "undo")
        await it.after()
        late.now = lambda: datetime.now(UTC) + timedelta(days=2)  # type: ignore[method-assign]
        await ada.slash(channel, "undo")
        await it.after()
    assert it.answers.kinds == ["defer", "defer"]


async def test_whether_it_is_private_is_the_cores_to_say_and_the_catalogues_where_that_takes_too_long():
    fake, ada, channel = world()
    core = RecordingCore(slow={"is_private": 5.0})
    async with bench(core, fake) as it:
        await ada.slash(channel, "history")
        await it.after()
        core.slow.clear()
        core.is_private = _never  # type: ignore[method-assign]
        await ada.slash(channel, "history")
        await it.after()
        assert [ref.private for kind, ref, _ in it.answers.said if kind == "defer"] == [True, False]


async def _never(place: object, command: str) -> bool:
    return False


async def test_a_line_is_said_to_who_gave_the_command_alone():
    fake, ada, channel = world()
    async with bench(RecordingCore(line=texts.TOO_FAST), fake) as it:
        await ada.slash(channel, "undo")
        await it.after()
        assert it.answers.kinds == ["line"]  # as the first answer nobody else sees it
        assert it.answers.said[-1][2] == texts.TOO_FAST


async def test_a_storage_that_fails_is_said_in_plain_words():
    fake, ada, channel = world()
    async with bench(RecordingCore(storage=StorageError("disk full")), fake) as it:
        await ada.slash(channel, "history")
        await ada.slash(channel, "ask")
        await it.after(2)
        assert [said for kind, _, said in it.answers.said if kind == "line"] == [texts.WENT_WRONG] * 2
        assert it.failures == []


async def test_a_broken_database_goes_out():
    fake, ada, channel = world()
    async with bench(RecordingCore(storage=DatabaseBroken("gone")), fake) as it:
        await ada.slash(channel, "history")
        await ada.slash(channel, "ask")
        await it.after(2)
        assert [type(error) for error in it.failures] == [DatabaseBroken] * 2


async def test_what_was_accepted_before_is_no_trouble():
    fake, ada, channel = world()
    async with bench(RecordingCore(accepting=AlreadySeen("twice")), fake) as it:
        await ada.slash(channel, "undo")
        await it.after()
        assert it.answers.kinds == ["defer"]


async def test_the_same_interaction_twice_has_one_key():
    fake, ada, channel = world()
    async with bench(fake=fake) as it:
        given = await ada.slash(channel, "undo")
        fake.gateway.dispatch("INTERACTION_CREATE", given.payload)
        await it.after(2)
        assert {event.key for event in it.core.events} == {f"discord:i:{given.id}"}
        assert it.failures == []


async def test_at_the_end_what_is_under_way_is_waited_for_and_then_given_up():
    fake, ada, channel = world()
    async with bench(RecordingCore(slow={"accept": 0.1}), fake) as it:
        await ada.slash(channel, "undo")
        async with asyncio.timeout(20):
            while not any(kind == "opened" for kind, _, _ in it.answers.said):
                await asyncio.sleep(0.005)
        await it.interactions.drain(1)
        assert len(it.core.events) == 1
        it.core.slow["accept"] = 60.0
        await ada.slash(channel, "undo")
        async with asyncio.timeout(20):
            while it.answers.kinds.count("defer") < 2:
                await asyncio.sleep(0.005)
        await it.interactions.drain(0.05)
        assert len(it.core.events) == 1
        assert it.interactions._flights._tasks == set()


async def test_an_interaction_outlives_the_task_it_came_in():
    fake, ada, channel = world()
    async with bench(RecordingCore(), fake) as it:
        given = await ada.slash(channel, "undo")
        await it.after()
        it.core.slow["accept"] = 0.05
        taking = asyncio.create_task(it.interactions.take(it.core, given_to(it, {**given.payload, "id": str(fake.new_id())})))
        await asyncio.sleep(0.01)
        taking.cancel()
        await it.interactions.drain(1)
        assert taking.cancelled()
        assert len(it.core.events) == 2
        assert it.answers.kinds == ["defer", "defer"]
