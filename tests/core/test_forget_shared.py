"""/forget where several people share a session: the person's words go, and those of others stay."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import RateLimited
from bot.policy import Policy
from bot.replies import texts
from tests.core.talk import BOB, SHARED, SHARING, Talk, talking
from tests.core.test_forget import ALL


@pytest.fixture
def policy() -> Policy:
    return SHARING


async def test_in_a_shared_place_only_the_persons_words_go(talk: Talk) -> None:
    await talk.says("secret", place=SHARED)
    await talk.says("hello", place=SHARED, author=BOB)
    await talk.says("/title secret plans", place=SHARED, author=replace(talk.person, is_admin=True))
    await talk.says(ALL, place=SHARED)
    assert talk.texts() == ["Erased for good: 2 messages and your name. " + texts.FORGOTTEN.partition("{held}. ")[2]]
    await talk.says("/history", place=SHARED, author=BOB)
    page = talk.texts(SHARED)[-1]
    assert "secret" not in page
    assert "hello" in page
    await talk.says("again", place=SHARED, author=BOB)
    assert talk.asked() == ["Bob: hello", "Echo: Bob: hello", "Bob: again"]
    await talk.says("I am new", place=SHARED)
    assert talk.asked()[-1] == "Ann: I am new"


async def test_an_answer_to_others_as_well_is_made_anew_without_the_persons_words(talk: Talk) -> None:
    gate = asyncio.Event()
    for _ in range(2):
        talk.model.says("never", gate=gate)
    await talk.hears("from Bob", place=SHARED, author=BOB)
    await talk.hears("secret", place=SHARED)
    async with asyncio.timeout(20):
        while not talk.model.requests or "secret" not in talk.asked()[-1]:
            await asyncio.sleep(0.001)
    talk.model.scripts.clear()
    await talk.says(ALL, place=SHARED)
    assert talk.asked() == ["Bob: from Bob"]
    assert talk.texts(SHARED) == ["Echo: Bob: from Bob"]


async def test_what_a_command_is_about_to_tell_others_is_told_without_it(talk: Talk) -> None:
    await talk.says("secret", place=SHARED)
    await talk.says("hello", place=SHARED, author=BOB)
    talk.adapter.fail_next("send", RateLimited(100.0))
    await talk.hears("/history", place=SHARED, author=BOB)
    await talk.says(ALL, place=SHARED)
    assert texts.ERASED_MEANWHILE in talk.texts(SHARED)
    assert not any("secret" in text for text in talk.texts(SHARED) if "Echo" not in text)


async def test_a_title_that_is_being_made_of_it_is_not_set(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db", policy=replace(SHARING, titles=True)) as talk:
        talk.model.says("Bob's answer")
        gate = asyncio.Event()
        await talk.says("secret", place=SHARED)
        talk.model.says("Secret plans", gate=gate)
        async with asyncio.timeout(20):
            while len(talk.model.requests) < 2:
                await asyncio.sleep(0.001)
        await talk.hears("hello", place=SHARED, author=BOB)
        await talk.says(ALL, place=SHARED)
        gate.set()
        await talk.clock.sleep(30)
        session = (await talk.store.find(SHARED, "8")).session
        assert session is not None
        assert session.title == ""
