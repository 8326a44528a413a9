"""Small things that a reader of the code stumbled over, one test each: refusals, edits, questions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import DatabaseBroken, ModelError, RateLimited, StorageError
from bot.events import Attachment, MessageReceived, MessageRef
from bot.sessions.dispatcher import Dispatcher
from tests.core.talk import BOB, GROUP, POLICY, Talk, talking


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path / "parley.db", policy=replace(POLICY, rate=4, context_tokens=200), speed=100.0) as talk:
        yield talk


async def test_u15_a_backlog_is_no_flood(talk: Talk) -> None:
    for number in range(6):
        sent_at = talk.clock.now() - timedelta(minutes=60 - number)
        ref = MessageRef(talk.place, f"old{number}")
        await talk.core.accept(MessageReceived(ref, talk.person, f"m{number}", sent_at, talk.key()))
    await talk.settle()
    assert talk.asked() == ["m0\n\nm1\n\nm2\n\nm3\n\nm4\n\nm5"]


async def test_u15_an_edit_beyond_the_rate_is_told_so(talk: Talk) -> None:
    refs = [await talk.says(f"m{number}") for number in range(4)]
    await talk.edits(refs[0], "other words")
    assert talk.last.text.startswith("That was a lot at once.")


async def test_p8_an_event_that_comes_twice_counts_once(talk: Talk) -> None:
    event = MessageReceived(MessageRef(talk.place, "1"), talk.person, "one", talk.clock.now(), "memory:twice")
    for _ in range(5):
        await talk.core.accept(event)
    await talk.settle()
    await talk.says("two")
    assert talk.texts() == ["Echo: one", "Echo: two"]


async def test_a_native_edit_that_is_too_long_is_told_so(talk: Talk) -> None:
    ref = await talk.says("one")
    await talk.edits(ref, "many words " * 400)
    assert talk.last.text.startswith("That message is longer than I can take in")
    await talk.says("/edit 1 " + "many words " * 400)
    assert talk.last.text.startswith("That message is longer than I can take in")
    assert len(talk.model.requests) == 1


async def test_an_edit_in_an_ended_session_takes_it_up_again(talk: Talk) -> None:
    ref = await talk.says("one")
    await talk.says("/end")
    await talk.edits(ref, "uno")
    await talk.says("two")
    assert talk.asked() == ["uno", "Echo: uno", "two"]


async def test_an_undo_while_the_final_edit_is_put_off_takes_the_answer_away(talk: Talk) -> None:
    talk.adapter.fail_next("edit", RateLimited(5.0))
    await talk.hears("one")
    async with asyncio.timeout(5):
        while not (await talk.store.find(talk.place, "7")).leaf or not talk.texts():
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.005)
    await talk.hears("/undo")
    await talk.settle()
    assert [text for text in talk.texts() if "one" in text] == []


async def test_s16_a_broken_database_ends_the_core_by_whatever_it_is_noticed(talk: Talk) -> None:
    await talk.says("one")
    talk.store._database._broken = "I/O error"
    with pytest.raises(DatabaseBroken):
        await talk.hears("two")
    async with asyncio.timeout(20):
        assert isinstance(await talk.core.failed(), DatabaseBroken)
    talk.store._database._broken = ""


async def test_the_model_is_told_whom_it_talks_with(talk: Talk) -> None:
    await talk.says("one", place=GROUP)
    await talk.says("two", place=GROUP, author=BOB)
    prompts = [request[0].text for request in talk.model.requests]
    assert prompts[0].endswith("You are talking with Ann.")
    assert "Ann" not in prompts[1]


@pytest.fixture
async def free(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path / "free.db") as talk:
        yield talk


@pytest.mark.parametrize("command", ["/undo", "/end", "/delete", "/new", "/edit uno", "/retry"])
async def test_a_question_ends_with_what_it_was_about(free: Talk, command: str) -> None:
    await free.says("one")
    await free.says("/edit")
    await free.says(command)
    await free.says("plain words")
    assert free.texts()[-1] == "Echo: plain words"
    assert (await free.store.find(free.place, "7")).ask is None


@pytest.mark.parametrize("command", ["/help", "/history", "/sessions", "/title x"])
async def test_a_question_stays_open_beside_what_only_looks(free: Talk, command: str) -> None:
    await free.says("one")
    await free.says("/edit")
    await free.says(command)
    await free.says("uno")
    assert free.texts()[0] == "Echo: uno"


async def test_an_edit_that_the_platform_repeats_changes_nothing(free: Talk) -> None:
    ref = await free.says("a")
    await free.edits(ref, "a edited")
    await free.presses("‹")
    await free.edits(ref, "a edited")
    assert free.texts() == ["Echo: a"]
    assert len(free.model.requests) == 2


async def test_u2_what_came_beside_the_words_is_said_not_to_be_seen(free: Talk) -> None:
    picture = Attachment("photo", "image/jpeg", 1000, "", "file")
    await free.says("what is this", attachments=(picture,))
    assert sorted(free.texts()) == ["Echo: what is this", "I cannot see what came with it yet, so I go by your words alone."]


async def test_retry_takes_a_number(free: Talk) -> None:
    await free.says("one")
    await free.says("two")
    await free.says("/retry 2")
    assert free.asked() == ["one"]
    await free.says("/retry 9")
    assert free.last.text == "There is no message 9 in this session. /history shows the numbers."
    await free.says("/retry soon")
    assert "is not a number" in free.last.text


async def test_u9_a_slash_and_signed_numbers_get_a_hint(free: Talk) -> None:
    await free.says("one")
    for odd in ("/ foo", "/edit -1 x", "/history -1", "/history 99999999999999999999", "/history 1 2"):
        name, _, args = odd[1:].partition(" ")
        if name:
            await free.says(odd)
        else:
            await free.core.accept(MessageReceived(MessageRef(free.place, "odd"), free.person, odd, free.clock.now(), free.key()))
            await free.settle()
        assert args.split()[0][:3] in free.last.text or "no command" in free.last.text
    assert len(free.model.requests) == 1


async def test_versions_of_question_and_answer_are_told_apart(free: Talk) -> None:
    ref = await free.says("one")
    await free.edits(ref, "uno")
    await free.presses("Retry")
    assert [label for label, _ in free.last.buttons] == ["‹", "✎ 2/2", "‹", "2/2", "Retry"]


async def test_an_arrow_to_a_version_that_was_never_answered_has_it_answered(free: Talk) -> None:
    free.model.says("some words of the old answer", gate=asyncio.Event(), held=2)
    ref = await free.hears("one")
    await free.shows("some")
    await free.hears("two")
    await free.edits(ref, "uno")
    assert free.texts() == ["Echo: uno\n\ntwo"]
    await free.presses("‹")
    assert len(free.texts()) == 1
    assert free.texts()[0].startswith("Echo: one")


async def test_failures_do_not_fill_the_context(tmp_path: Path) -> None:
    async with talking(tmp_path / "small.db", policy=replace(POLICY, context_tokens=300)) as talk:
        for number in range(4):
            talk.model.says(error=ModelError("refused"))
            await talk.says(f"m{number} " + "word " * 200)
        await talk.says("hi")
        assert sum(len(text) for text in talk.asked()) < 1500
        assert talk.asked()[-1].endswith("hi")


async def test_s1_a_full_disk_does_not_end_the_core_by_its_chores(free: Talk) -> None:
    async def full(before: object) -> int:
        raise StorageError("the disk is full")

    core = Dispatcher(_With(free.store, purge=full), free.model, {}, POLICY, free.clock)  # type: ignore[arg-type]
    await core.start()
    await asyncio.sleep(0.05)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await core.failed()
    await core.stop(0.1)


class _With:
    """A store with another way to purge."""

    def __init__(self, store: object, **others: object) -> None:
        self._store, self._others = store, others

    def __getattr__(self, name: str) -> object:
        return self._others.get(name) or getattr(self._store, name)


async def test_what_was_stopped_or_broke_off_is_counted_by_estimate(free: Talk) -> None:
    free.model.says("some words and more", gate=asyncio.Event(), held=2)
    await free.hears("one")
    await free.shows("some")
    await free.says("/stop")
    free.model.says("half an answer", error=ModelError("filtered"))
    await free.says("two")
    session = (await free.store.find(free.place, "7")).session
    assert session is not None
    answers = [message for message in await free.store.branch(session.leaf, 10) if message.role == "assistant"]
    assert [answer.status for answer in answers] == ["stopped", "failed"]
    for answer in answers:
        assert answer.usage is not None
        assert answer.usage.estimated
        assert answer.usage.prompt_tokens > 20
        assert answer.usage.completion_tokens > 0
