"""The last try of a turn: what runs beside one that kills the process is not given up with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import RateLimited
from bot.events import Place
from bot.ports import AnswerStream, ChatMessage, ModelOptions
from bot.replies import texts
from bot.sessions.last_tries import MOST_ATTEMPTS
from tests.core.talk import Talk, killed, talking
from tests.fakes.memory_adapter import MemoryAdapter
from tests.fakes.scripted_model import Script, ScriptedModel

CHATS = [Place("memory", str(number)) for number in range(7, 12)]
POISON = CHATS[2]


async def until(condition: Callable[[], object]) -> None:
    """Far more time than it takes, since the machine may be busy otherwise."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.002)


class Waits(ScriptedModel):
    """Ends no answer before it is let go on, or said that it ends them at once; that of the poison never."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    def stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AnswerStream:
        self.requests.append(messages)
        words = messages[-1].text
        gate = asyncio.Event() if words == "poison" else self.go_on
        return self._stream(Script(f"Echo: {words}", gate=gate))

    def asked_for(self, words: str) -> int:
        return [request[-1].text for request in self.requests].count(words)

    async def is_asked(self, count: int) -> None:
        await until(lambda: self.open >= count)
        await asyncio.sleep(0.02)
        assert self.open == count


@asynccontextmanager
async def _life(path: Path, adapter: MemoryAdapter, model: Waits) -> AsyncIterator[Talk]:
    async with talking(path / "parley.db", adapter=adapter, model=model) as talk:
        yield talk


async def _tried(path: Path, adapter: MemoryAdapter, chats: Sequence[Place], times: int = MOST_ATTEMPTS - 1) -> None:
    """Each chat is asked something, and the program dies so often while all of it is being answered."""
    for life in range(times):
        model = Waits()
        async with _life(path, adapter, model) as talk:
            if life == 0:
                for place in chats:
                    await talk.hears("poison" if place == POISON else f"words in {place.chat_id}", place=place)
            await model.is_asked(len(chats))
            await killed(talk)


async def test_r2_what_runs_beside_a_poison_is_answered_all_the_same(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    await _tried(tmp_path, adapter, CHATS)
    asked = 0
    for _ in range(len(CHATS) + 1):
        model = Waits()
        async with _life(tmp_path, adapter, model) as talk:
            idle = asyncio.ensure_future(talk.core.idle())
            await until(lambda idle=idle, model=model: idle.done() or model.requests)
            await asyncio.sleep(0.02)
            if not model.asked_for("poison"):  # else it kills what was begun with it
                model.go_on.set()
                await until(lambda idle=idle, model=model: idle.done() or model.asked_for("poison"))
            idle.cancel()
            await killed(talk)
            asked += model.asked_for("poison")
    told = {place.chat_id: [seen.text for seen in adapter.chats[place]] for place in CHATS}
    assert told == {place.chat_id: [texts.GAVE_UP if place == POISON else f"Echo: words in {place.chat_id}"] for place in CHATS}
    assert asked == 1


async def test_r2_one_that_was_tried_less_often_waits_for_a_last_try_and_what_is_new_does_not(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    await _tried(tmp_path, adapter, CHATS[:1], MOST_ATTEMPTS - 2)
    model = Waits()
    async with _life(tmp_path, adapter, model) as talk:
        await talk.hears("words in 8", place=CHATS[1])
        await model.is_asked(2)
        await killed(talk)
    model = Waits()
    async with _life(tmp_path, adapter, model) as talk:
        await model.is_asked(1)
        await talk.hears("fresh", place=CHATS[3])
        await model.is_asked(2)
        model.go_on.set()
        await talk.settle()
        told = [talk.texts(place)[-1] for place in (CHATS[0], CHATS[1], CHATS[3])]
        assert told == ["Echo: words in 7", "Echo: words in 8", "Echo: fresh"]


async def test_an_orderly_end_while_one_waits_uses_up_nothing(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    await _tried(tmp_path, adapter, CHATS[:2])
    for _ in range(4):
        model = Waits()
        async with _life(tmp_path, adapter, model):
            await model.is_asked(1)
    model = Waits()
    model.go_on.set()
    async with _life(tmp_path, adapter, model) as talk:
        await talk.settle()
        assert [talk.texts(place) for place in CHATS[:2]] == [["Echo: words in 7"], ["Echo: words in 8"]]


@pytest.mark.parametrize(
    ("said", "shows"),
    [("/stop", texts.STOPPED_EMPTY), ("/edit other words", "Echo: other words"), ("/undo", ""), ("more", "Echo: words in 8\n\nmore")],
)
async def test_what_is_said_to_one_that_waits_takes_effect_at_once(tmp_path: Path, said: str, shows: str) -> None:
    adapter = MemoryAdapter()
    await _tried(tmp_path, adapter, CHATS[:2])
    model = Waits()
    async with _life(tmp_path, adapter, model) as talk:
        await model.is_asked(1)
        waits = CHATS[1] if model.requests[0][-1].text.endswith("7") else CHATS[0]
        shows = shows.replace("words in 8", f"words in {waits.chat_id}")
        await talk.hears(said, place=waits)
        if shows.startswith("Echo"):
            await model.is_asked(2)
        if shows and not shows.startswith("Echo"):
            await until(lambda: shows in talk.texts(waits))
        model.go_on.set()
        await talk.settle()
        assert shows in talk.texts(waits) if shows else not [text for text in talk.texts(waits) if "Echo" in text or text.strip() == "…"]
        assert [text for text in talk.texts(waits) if text.strip() == "…"] == []


async def test_one_that_is_stopped_lets_the_next_one_begin(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    await _tried(tmp_path, adapter, CHATS[:3])
    model = Waits()
    async with _life(tmp_path, adapter, model) as talk:
        for count in range(1, 4):
            await until(lambda count=count: len(model.requests) >= count)
            assert (len(model.requests), model.open) == (count, 1)
            words = model.requests[-1][-1].text
            await talk.hears("/stop", place=POISON if words == "poison" else Place("memory", words.split()[-1]))
        await talk.settle()
        assert all(texts.STOPPED_EMPTY in talk.texts(place) for place in CHATS[:3])


async def test_an_outcome_that_cannot_be_shown_yet_holds_up_nobody(tmp_path: Path) -> None:
    """The last try is over when it is stored how it ended; to show that may take as long as the platform likes."""
    adapter = MemoryAdapter()
    await _tried(tmp_path, adapter, CHATS[:2])
    model = Waits()
    model.go_on.set()
    adapter.fail_next("edit", RateLimited(10**6))
    async with _life(tmp_path, adapter, model) as talk:
        await until(lambda: any(f"Echo: words in {place.chat_id}" in talk.texts(place) for place in CHATS[:2]))
        assert len(model.requests) == 2
        assert len([place for place in CHATS[:2] if f"Echo: words in {place.chat_id}" in talk.texts(place)]) == 1


async def test_settled_waits_for_one_that_waits_for_another_place(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    await _tried(tmp_path, adapter, CHATS[:2])
    model = Waits()
    async with _life(tmp_path, adapter, model) as talk:
        await model.is_asked(1)
        settled = [asyncio.ensure_future(talk.core.settled(place)) for place in CHATS[:2]]
        await asyncio.sleep(0.02)
        assert not any(task.done() for task in settled)
        model.go_on.set()
        async with asyncio.timeout(20):
            await asyncio.gather(*settled)
        assert [talk.texts(place) for place in CHATS[:2]] == [["Echo: words in 7"], ["Echo: words in 8"]]
