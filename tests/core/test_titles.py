"""Titles: the first words at once, a better one from the model when the session is quiet, a person's own above both."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.errors import ModelError
from bot.messages import Session
from bot.policy import Policy
from tests.core.talk import POLICY, Talk


@pytest.fixture
def policy() -> Policy:
    return replace(POLICY, titles=True)


async def session_of(talk: Talk) -> Session:
    session = (await talk.store.find(talk.place, "7")).session
    assert session is not None
    return session


async def quiet(talk: Talk) -> Session:
    """After the time in which a title is made."""
    await talk.clock.sleep(30)
    return await session_of(talk)


async def test_the_first_words_are_the_title_at_once(talk: Talk) -> None:
    await talk.says("What is the capital of France, and since when, and why not Lyon?")
    assert (await session_of(talk)).title == "What is the capital of France, and since when,…"


async def test_the_model_makes_a_better_one_when_the_session_is_quiet(talk: Talk) -> None:
    talk.model.says("Paris.")
    talk.model.says('"Capital of France"\nand more words')
    await talk.says("What is the capital of France?")
    async with asyncio.timeout(20):
        while (await quiet(talk)).title != "Capital of France":
            pass  # the machine is busy otherwise
    assert talk.model.options[-1].max_tokens == 20
    await talk.says("And of Spain?")
    await quiet(talk)
    assert len(talk.model.requests) == 3


async def test_a_title_that_fails_is_left_without_a_word(talk: Talk) -> None:
    talk.model.says("Paris.")
    talk.model.says(error=ModelError("overloaded"))
    await talk.says("What is the capital of France?")
    assert (await quiet(talk)).title == "What is the capital of France?"
    assert talk.texts() == ["Paris."]


async def test_a_persons_title_stays(talk: Talk) -> None:
    await talk.says("/new Mine")
    await talk.says("hello")
    assert (await quiet(talk)).title == "Mine"
    assert len(talk.model.requests) == 1
