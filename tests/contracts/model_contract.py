"""What every Model keeps. A test file takes the class in and says, by the fixture `model`, whose contract is checked."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.errors import ModelError
from bot.ports import ChatMessage, Finish, Model, ModelOptions, TextDelta

ASK = [ChatMessage("system", "Be brief."), ChatMessage("user", "Please say something long.")]
OPTIONS = ModelOptions("fake-1", 0.5, 1000)


class ModelContract:
    """The model under test must answer ASK with several deltas; where it holds connections, it must hold one at most."""

    async def test_deltas_are_never_empty_and_finish_is_last(self, model: Model) -> None:
        async with model.stream(ASK, OPTIONS) as words:
            heard = [word async for word in words]
        *deltas, finish = heard
        assert len(deltas) > 1
        assert all(isinstance(delta, TextDelta) and delta.text for delta in deltas)
        assert isinstance(finish, Finish)
        assert finish.reason == "stop"
        assert finish.model

    async def test_same_messages_give_the_same_answer(self, model: Model) -> None:
        answers = []
        for _ in range(2):
            async with model.stream(ASK, OPTIONS) as words:
                answers.append("".join([word.text async for word in words if isinstance(word, TextDelta)]))
        assert answers[0] == answers[1]

    async def test_leaving_early_frees_the_way_for_the_next(self, model: Model) -> None:
        for _ in range(3):
            async with model.stream(ASK, OPTIONS) as words:
                assert isinstance(await anext(words), TextDelta)
        async with asyncio.timeout(5), model.stream(ASK, OPTIONS) as words:
            assert isinstance([word async for word in words][-1], Finish)

    async def test_leaving_before_the_first_word(self, model: Model) -> None:
        for _ in range(3):
            async with model.stream(ASK, OPTIONS):
                pass
        async with asyncio.timeout(5), model.stream(ASK, OPTIONS) as words:
            assert isinstance([word async for word in words][-1], Finish)

    async def test_an_error_of_the_caller_passes_through(self, model: Model) -> None:
        async def stumble() -> None:
            async with model.stream(ASK, OPTIONS) as words:
                await anext(words)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await stumble()
        async with asyncio.timeout(5), model.stream(ASK, OPTIONS) as words:
            assert isinstance([word async for word in words][-1], Finish)

    async def test_cancelling_frees_the_way_for_the_next(self, model: Model) -> None:
        first_word = asyncio.Event()

        async def read() -> None:
            async with model.stream(ASK, OPTIONS) as words:
                async for _ in words:
                    first_word.set()
                    await asyncio.sleep(0.001)

        for _ in range(3):
            first_word.clear()
            task = asyncio.create_task(read())
            await asyncio.wait_for(first_word.wait(), 5)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        async with asyncio.timeout(5), model.stream(ASK, OPTIONS) as words:
            assert isinstance([word async for word in words][-1], Finish)

    async def test_nothing_to_answer_is_a_model_error_or_an_answer(self, model: Model) -> None:
        heard: list[TextDelta | Finish] = []
        with suppress(ModelError):
            async with model.stream([], OPTIONS) as words:
                heard = [word async for word in words]
        assert not heard or isinstance(heard[-1], Finish)

    async def test_check_says_what_would_answer(self, model: Model) -> None:
        line = await model.check()
        assert line
        assert "\n" not in line
