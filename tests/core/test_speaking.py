"""/ask, branching from a message, and /edit and /retry as replies to a message."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.events import CommandInvoked, MessageRef, Place
from bot.policy import Policy
from bot.replies import texts
from tests.core.talk import BOB, GROUP, SHARED, SHARING, Talk


@pytest.fixture
def policy() -> Policy:
    return replace(SHARING, rate=10**6, context_tokens=1000)


async def test_ask_is_said_like_a_message(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("/ask two")
    assert talk.asked() == ["one", "Echo: one", "two"]
    found = await talk.store.find(talk.place, "7")
    assert found.leaf is not None
    prompt = await talk.store.message(found.leaf.parent_id or 0)
    assert prompt is not None
    assert prompt.source is None


async def test_ask_without_words_asks_for_them(talk: Talk) -> None:
    await talk.says("/ask")
    assert talk.last.text == texts.ASK_WORDS
    assert talk.last.ask
    answer = await talk.says("two")
    assert talk.asked() == ["two"]
    await talk.edits(answer, "zwei")
    assert talk.asked() == ["zwei"]


async def test_ask_with_too_much_is_refused(talk: Talk) -> None:
    await talk.says("/ask " + "word " * 4000)
    assert "longer than I can take in" in talk.last.text
    assert talk.model.requests == []


async def test_ask_as_a_reply_goes_on_from_there(talk: Talk) -> None:
    await talk.says("one")
    first = talk.post()
    await talk.says("two")
    await talk.says("/ask three", reply_to=first)
    assert talk.asked() == ["one", "Echo: one", "three"]


@pytest.mark.parametrize("on_prompt", [False, True])
async def test_branch_goes_on_beside_what_followed(talk: Talk, on_prompt: bool) -> None:
    prompt = await talk.says("one")
    about = prompt if on_prompt else talk.post()
    await talk.says("two")
    await talk.says("/branch three", reply_to=about)
    assert talk.asked() == ["one", "Echo: one", "three"]
    assert talk.texts() == ["Echo: one", "Echo: two", "Echo: three"]


async def test_branch_from_the_newest_answer_goes_on(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("/branch two", reply_to=talk.post())
    found = await talk.store.find(talk.place, "7")
    assert found.leaf is not None
    assert found.leaf.number == 4
    assert talk.asked() == ["one", "Echo: one", "two"]


async def test_branch_without_words_asks_for_them(talk: Talk) -> None:
    await talk.says("one")
    first = talk.post()
    await talk.says("two")
    await talk.says("/branch", reply_to=first)
    assert talk.last.ask
    assert "> Echo: one" in talk.last.text
    await talk.says("three")
    assert talk.asked() == ["one", "Echo: one", "three"]


async def test_branch_where_no_answer_is_yet(talk: Talk) -> None:
    gate = asyncio.Event()
    talk.model.says("some words of an answer", gate=gate, held=2)
    prompt = await talk.hears("one")
    await talk.shows("some words")
    await talk.hears("/branch two", reply_to=prompt)
    await talk.shows(texts.WAIT_FOR_ANSWER)
    await talk.hears("/branch two", reply_to=talk.post(0))
    gate.set()
    await talk.settle()
    assert talk.texts().count(texts.WAIT_FOR_ANSWER) == 2
    assert len(talk.model.requests) == 1


@pytest.mark.parametrize("command", ["/branch", "/branch words", "/versions", "/edit words", "/edit", "/retry"])
async def test_x3_somebody_elses_message_is_as_good_as_none(talk: Talk, command: str) -> None:
    prompt = await talk.says("a secret of Ann", place=GROUP)
    answer = talk.post(place=GROUP)
    await talk.says("of Bob", place=GROUP, author=BOB)
    bobs = Place("memory", "8")
    for about in (prompt, answer, MessageRef(GROUP, "99999")):
        before = len(talk.texts(GROUP)) + len(talk.texts(bobs))
        await talk.says(command, place=GROUP, author=BOB, reply_to=about)
        said = [*talk.texts(GROUP), *talk.texts(bobs)]
        assert len(said) == before + 1
        assert texts.IN_NO_SESSION in said
        assert len(talk.model.requests) == 2


async def test_in_a_shared_place_anybody_branches_and_asks(talk: Talk) -> None:
    await talk.says("one", place=SHARED)
    first = talk.post(place=SHARED)
    await talk.says("two", place=SHARED)
    await talk.says("/branch three", place=SHARED, author=BOB, reply_to=first)
    assert talk.asked() == ["Ann: one", "Echo: Ann: one", "Bob: three"]
    await talk.says("/ask four", place=SHARED, author=BOB)
    assert talk.asked()[-1] == "Bob: four"
    await talk.says("/edit five", place=SHARED, author=BOB, reply_to=first)
    await talk.says("/retry", place=SHARED, author=BOB, reply_to=first)
    assert talk.texts(SHARED)[-2:] == [texts.ASKER_ONLY, texts.ASKER_ONLY]


async def test_typed_without_a_message_branch_is_unknown(talk: Talk) -> None:
    await talk.says("/branch words")
    assert "There is no command" in talk.last.text
    assert talk.model.requests == []


async def test_edit_and_retry_as_replies_mean_that_message(talk: Talk) -> None:
    first = await talk.says("one")
    await talk.says("two")
    await talk.says("/edit uno", reply_to=first)
    assert talk.asked() == ["uno"]
    talk.model.says("another")
    await talk.says("/retry", reply_to=talk.post(0))
    assert talk.asked() == ["uno"]
    assert talk.chat()[0].text == "another"
    await talk.says("/edit by hand", reply_to=talk.post(0))
    assert talk.chat()[0].text == "by hand"
    await talk.says("/edit", reply_to=first)
    assert "> uno" in talk.last.text
    await talk.says("eins")
    assert talk.asked() == ["eins"]


async def test_a_leading_number_wins_over_the_message_replied_to(talk: Talk) -> None:
    await talk.says("one")
    second = await talk.says("two")
    await talk.says("/edit 1 uno", reply_to=second)
    assert talk.asked() == ["uno"]
    await talk.says("zwei")
    await talk.says("/retry 1", reply_to=talk.post())
    assert talk.asked() == ["uno"]


@pytest.mark.parametrize(
    ("command", "label"), [("ask", texts.ASK_WORDS_LABEL), ("branch", "Going on from message 2"), ("edit", "New text for message {n}")]
)
async def test_what_is_asked_before_a_command(talk: Talk, command: str, label: str) -> None:
    prompt = await talk.says("one")
    for number, about in enumerate((prompt, talk.post()), start=1):
        ask = await talk.core.prompt_for(talk.person, talk.place, command, about)
        assert ask is not None
        if command != "branch":
            assert ask.label == label.format(n=number)
        if command == "edit":
            assert ask.prefill == ("one", "Echo: one")[number - 1]
    if command == "branch":
        assert (await talk.core.prompt_for(talk.person, talk.place, command, talk.post())).label == label  # type: ignore[union-attr]
    if command != "ask":
        assert await talk.core.prompt_for(BOB, talk.place, command, prompt) is None
        assert await talk.core.prompt_for(BOB, talk.place, command, MessageRef(talk.place, "99999")) is None


async def test_the_answer_to_what_is_asked_before_branching_finds_its_message(talk: Talk) -> None:
    await talk.says("one")
    first = talk.post()
    await talk.says("two")
    ask = await talk.core.prompt_for(talk.person, talk.place, "branch", first)
    assert ask is not None
    name, _, args = ask.command.partition(" ")
    via = MessageRef(talk.place, "i1")
    event = CommandInvoked(via, talk.person, name, f"{args} three", talk.clock.now(), talk.key(), via=via)
    assert await talk.core.accept(event) is None
    await talk.settle()
    assert talk.asked() == ["one", "Echo: one", "three"]
