"""How a turn ends that comes to no answer: starts without an outcome are counted, silence is given up, what goes wrong is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.changes import SetTurn
from bot.events import MessageReceived, MessageRef
from bot.replies import texts
from bot.sessions.turn import LONGEST_TURN
from tests.core.both import ANN, PRIVATE, Both
from tests.core.talk import Talk, killed, talking
from tests.core.virtual import VirtualLoop
from tests.fakes.memory_adapter import MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel


@asynccontextmanager
async def _asking(path: Path, adapter: MemoryAdapter, *, anew: bool) -> AsyncIterator[Talk]:
    """A life in which the model was asked and has said nothing yet; the message came in this one if `anew`."""
    model = ScriptedModel()
    model.says("never", gate=asyncio.Event())
    async with talking(path, adapter=adapter, model=model) as talk:
        if anew:
            await talk.hears("one")
        async with asyncio.timeout(20):
            while not model.requests:
                await asyncio.sleep(0.001)
        yield talk


async def test_r2_three_starts_without_an_outcome_are_enough(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    for life in range(3):
        async with _asking(tmp_path / "parley.db", adapter, anew=life == 0) as talk:
            await killed(talk)
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.settle()
        assert talk.texts() == [texts.GAVE_UP]
        assert talk.model.requests == []
        await talk.presses("Retry")
        assert talk.texts() == ["Echo: one"]


async def test_being_parked_does_not_count(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    for life in range(5):
        async with _asking(tmp_path / "parley.db", adapter, anew=life == 0) as talk:
            await talk.shows("…")
    async with talking(tmp_path / "parley.db", adapter=adapter) as talk:
        await talk.settle()
        assert talk.texts() == ["Echo: one"]


def test_m2_r6_a_model_that_says_nothing_is_given_up_in_time_and_the_next_message_is_answered(tmp_path: Path) -> None:
    loop = VirtualLoop()

    async def wait() -> None:
        both = Both(tmp_path / "parley.db")
        await both.start()
        both.teller.next = "dumb"
        await both.say(PRIVATE, ANN)
        assert both.adapter.chats[PRIVATE][0].text == f"{texts.STILL_THINKING} {texts.WAITING}"
        await both.core.idle()
        assert loop.time() == pytest.approx(LONGEST_TURN, abs=60.0)
        assert [seen.text for seen in both.adapter.chats[PRIVATE]] == [texts.model_failure("timeout")]
        ref = MessageRef(PRIVATE, "m99")
        await both.core.accept(MessageReceived(ref, both.author(ANN), "and now?", both.clock.now(), "k99"))
        await both.core.idle()
        assert [seen.text for seen in both.adapter.chats[PRIVATE]][1:] == ["a2 whole"], "its lane is free again"
        await both.core.stop()
        await both.store.close()

    loop.run_until_complete(wait())
    loop.close()


async def test_r5_what_goes_wrong_inside_a_turn_ends_it_with_a_line(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db") as talk:
        talk.model.says("half ", crash=ValueError("odd"))
        await talk.says("one")
        assert talk.last.text.endswith(texts.WENT_WRONG)
        await talk.presses("Retry")
        assert talk.last.text == "Echo: one"


async def test_a_turn_that_ended_meanwhile_is_not_begun(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db") as talk:
        ref = MessageRef(talk.place, "1")
        await talk.core.accept(MessageReceived(ref, talk.person, "one", talk.clock.now(), "k"))
        (turn,) = (await talk.store.find(talk.place, "7")).turns
        await talk.store.apply((SetTurn(turn.id, ("pending",), "cancelled"),))
        await talk.settle()
        assert talk.model.requests == []
