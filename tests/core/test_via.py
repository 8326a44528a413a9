"""Commands that came by something that waits for an answer: each gets exactly one, and what answers it hangs on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.commands.catalog import COMMANDS
from bot.events import Author, CommandInvoked, MessageRef, Place
from bot.policy import Policy
from bot.posts import Post
from bot.replies import texts
from tests.core.talk import GROUP, Talk, talking
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter

PRIVATE = Place("memory", "7")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, private="ephemeral"))
    policy = Policy(titles=False, rate=30)
    async with talking(tmp_path / "parley.db", policy=policy, adapter=adapter) as talk:
        yield talk


class Interactions:
    """Gives commands by something that waits, and finds what hangs on it."""

    def __init__(self, talk: Talk, place: Place) -> None:
        self.talk, self.place, self._count = talk, place, 0

    async def give(
        self, name: str, args: str = "", *, about: MessageRef | None = None, author: Author | None = None
    ) -> tuple[str | None, list[Post]]:
        """What is said at once, and the posts that hang on what the command came by."""
        self._count += 1
        via, talk = MessageRef(self.place, f"via{self._count}"), self.talk
        event = CommandInvoked(via, author or talk.person, name, args, talk.clock.now(), talk.key(), reply_to=about, via=via)
        before = await talk.store.last_id()
        line = await talk.core.accept(event)
        after = await talk.store.last_id()
        found = [post for reply in range(before, after + 1) for post in await talk.store.posts(reply) if post.reply_to == via]
        await talk.settle()
        return line, found

    async def turn(self) -> MessageRef | None:
        """What the turn that was answered last replies to."""
        found = await self.talk.store.find(self.place, "7")
        turn = await self.talk.store.turn_of(found.leaf.id) if found.leaf is not None else None
        return turn.reply_to if turn is not None else None


ARGS = ["", "words", "1 words", "1", "#1", "help", "#ffff"]


@pytest.mark.parametrize("place", [GROUP, PRIVATE])
@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("name", [*(command.name for command in COMMANDS), "xyzzy"])
async def test_each_command_gets_exactly_one_answer(tmp_path: Path, name: str, place: Place, begun: bool) -> None:
    adapter = MemoryAdapter(capabilities=replace(DEFAULT, private="ephemeral"))
    async with talking(tmp_path / "parley.db", policy=Policy(titles=False, rate=10**6), adapter=adapter) as talk:
        given = Interactions(talk, place)
        for args in ARGS:
            about: list[MessageRef | None] = [None]
            if begun:
                prompt = await talk.says("one", place=place)
                about += [prompt, MessageRef(place, talk.chat(place)[-1].id), MessageRef(place, "99999")]
            for message in about:
                line, posts = await given.give(name, args, about=message)
                assert (len(posts), line is None) in ((1, True), (0, False)), (name, args, message)


async def test_answers_hang_on_what_the_command_came_by(talk: Talk) -> None:
    given = Interactions(talk, PRIVATE)
    line, posts = await given.give("ask", "one")
    assert (line, len(posts)) == (None, 1)
    assert talk.chat()[0].reply_to == "via1"
    assert await given.turn() == MessageRef(PRIVATE, "via1")


@pytest.mark.parametrize(("name", "args"), [("edit", "uno"), ("retry", "")])
async def test_what_is_written_onto_an_older_post_is_said_to_be_done(talk: Talk, name: str, args: str) -> None:
    await talk.says("one")
    given = Interactions(talk, PRIVATE)
    line, posts = await given.give(name, args)
    assert (line, posts) == (texts.DONE_ABOVE, [])
    assert len(talk.texts()) == 1
    assert await given.turn() is None, "the line has answered what the command came by"


async def test_an_answer_that_is_not_there_yet_goes_where_it_was_to_go(talk: Talk) -> None:
    """Not to those who joined it later by a command, whose line may be for their eyes alone."""
    talk.model.says("some words of an answer", gate=asyncio.Event(), held=0)
    await talk.hears("one", place=GROUP)
    async with asyncio.timeout(20):
        while not talk.model.requests:
            await asyncio.sleep(0.001)
    given = Interactions(talk, GROUP)
    for name, args in (("ask", "two"), ("retry", ""), ("edit", "three")):
        assert await given.give(name, args) == (texts.DONE_ABOVE, [])
        turn = await given.turn()
        assert turn is not None
        assert not turn.message_id.startswith("via"), name


async def test_a_question_that_joins_another_is_said_to_be_done(talk: Talk) -> None:
    talk.model.says("some words of an answer", gate=asyncio.Event(), held=0)
    await talk.hears("one")
    async with asyncio.timeout(20):
        while not talk.model.requests:
            await asyncio.sleep(0.001)
    line, posts = await Interactions(talk, PRIVATE).give("ask", "two")
    assert (line, posts) == (texts.DONE_ABOVE, [])
    assert talk.asked() == ["one\n\ntwo"]


@pytest.mark.parametrize("name", ["history", "sessions", "versions"])
async def test_private_lists_are_for_one_account(talk: Talk, name: str) -> None:
    prompt = await talk.says("one", place=GROUP)
    await talk.edits(prompt, "uno")
    line, posts = await Interactions(talk, GROUP).give(name, about=prompt)
    assert line is None
    content = posts[0].content
    assert content is not None
    assert (content.audience, posts[0].place) == ("7", GROUP)
    assert talk.chat(PRIVATE) == []


async def test_in_a_private_place_replies_hang_on_it_too(talk: Talk) -> None:
    line, posts = await Interactions(talk, PRIVATE).give("help")
    assert (line, len(posts)) == (None, 1)
    assert talk.last.reply_to == "via1"


async def test_refusals_are_lines(tmp_path: Path) -> None:
    adapter = MemoryAdapter()
    policy = Policy(titles=False, rate=1)
    async with talking(tmp_path / "parley.db", policy=policy, adapter=adapter, speed=1.0) as talk:
        given = Interactions(talk, GROUP)
        lines = [(await given.give("help"))[0] for _ in range(4)]
        assert lines[0] is None
        assert lines[1:] == [texts.TOO_FAST] * 3
        assert len(talk.texts(GROUP)) == 1


async def test_somebody_who_is_not_let_in_is_told_so_each_time(tmp_path: Path) -> None:
    policy = Policy(titles=False, allow=frozenset({"memory:8"}))
    async with talking(tmp_path / "parley.db", policy=policy) as talk:
        given = Interactions(talk, PRIVATE)
        lines = [(await given.give("help"))[0] for _ in range(3)]
        assert lines == [texts.NOT_ALLOWED.format(id="memory:7")] * 3
        assert talk.texts() == []


async def test_a_refusal_is_a_line(tmp_path: Path) -> None:
    shared = frozenset({"memory:-5"})
    async with talking(tmp_path / "parley.db", policy=Policy(titles=False, shared=shared)) as talk:
        await talk.says("one", place=GROUP)
        line, posts = await Interactions(talk, GROUP).give("title", "words")
        assert (line, list(posts)) == (texts.ADMINS_ONLY, [])
