"""Interactions with the core itself behind them: whose a message is, who may, and what somebody else is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from adapters.discord.places import place_of
from bot.commands.catalog import COMMANDS, visible
from bot.events import Author, MessageReceived, MessageRef
from bot.policy import Policy
from bot.posts import Ask
from bot.replies import texts
from tests.core.talk import POLICY, Talk, talking
from tests.discord.interacting import Bench, bench
from tests.discord.lab import FILLED, post, sends, typed, world
from tests.fakes.discord import Channel, FakeDiscord, Message, Person
from tests.fakes.memory_adapter import DEFAULT, MemoryAdapter
from tests.fakes.scripted_model import ScriptedModel


class Scene:
    """Ada and Bob in a channel; what the bot says there is in the core's own memory."""

    def __init__(self, it: Bench, talk: Talk, fake: FakeDiscord, ada: Person, channel: Channel) -> None:
        self.it, self.talk, self.fake, self.ada, self.channel = it, talk, fake, ada, channel
        self.bob = fake.person(102, "Bob")
        self.place = place_of(channel.id)

    async def says(self, person: Person, text: str) -> Message:
        """A message that the core was told of, as the receiver would have."""
        message = await person.says(self.channel, text)
        author, ref = Author(str(person.id), person.name), MessageRef(self.place, str(message.id))
        await self.talk.core.accept(MessageReceived(ref, author, text, datetime.now(UTC), f"m{message.id}"))
        await self.talk.settle()
        return message

    async def done(self) -> list[tuple[str, object]]:
        """What was answered to the interaction, once the core has come to rest."""
        await self.it.after()
        await self.talk.settle()
        said = [(kind, what) for kind, _, what in self.it.answers.said if kind != "opened"]
        self.it.answers.said.clear()
        return said

    @property
    def chat(self) -> list[str]:
        return self.talk.texts(self.place)


@asynccontextmanager
async def scene(path: Path, policy: Policy = POLICY) -> AsyncIterator[Scene]:
    fake, ada, channel = world()
    adapter = MemoryAdapter("discord", replace(DEFAULT, private="ephemeral"))
    async with (
        talking(path / "parley.db", policy=policy, adapter=adapter, model=ScriptedModel(), speed=10.0) as talk,
        bench(fake=fake, behind=talk.core) as it,
    ):
        yield Scene(it, talk, fake, ada, channel)


async def test_the_menu_of_a_message_edits_it_by_a_form(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        mine = await on.says(on.ada, "a question")
        given = await on.ada.menu(on.channel, "Edit and answer again", mine)
        ((kind, ask),) = await on.done()
        assert kind == "modal"
        assert isinstance(ask, Ask)
        assert ask.prefill == "a question"
        await sends(on.it, given, ask.command, "3 better questions")
        await on.talk.settle()
        assert on.talk.asked()[-1].endswith("3 better questions")


async def test_x3_somebody_elses_message_is_as_good_as_none_in_every_menu(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        theirs, nothing = await on.says(on.ada, "ADAS-SECRET"), await on.ada.says(on.channel, "never told")
        calls = len(on.talk.model.requests)
        for command in COMMANDS:
            if not command.menu:
                continue
            said = []
            for target in (theirs, nothing):
                before = len(on.chat)
                await on.bob.menu(on.channel, command.menu, target)
                said.append((await on.done(), on.chat[before:]))
            assert said[0] == said[1]
            assert "SECRET" not in str(said)
        assert len(on.talk.model.requests) == calls


async def test_u17_what_somebody_else_presses_changes_nothing_and_they_alone_are_told(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        mine = await on.says(on.ada, "a question")
        await on.ada.menu(on.channel, "Edit and answer again", mine)
        ((_, ask),) = await on.done()
        assert isinstance(ask, Ask)
        which = ask.command.partition(" ")[2]
        before, calls = list(on.chat), len(on.talk.model.requests)
        for custom_id in (f"retry {which}", f"version {which}", f"continue {which}", f"ask:{ask.command}", f"edit {which}"):
            await on.bob.presses_id(post(on.fake, on.channel, custom_id), custom_id)
            assert await on.done() == [("line", texts.NOT_YOURS)], custom_id
        assert on.chat == before
        assert len(on.talk.model.requests) == calls


async def test_x5_who_is_not_on_the_list_comes_in_by_no_door(tmp_path: Path) -> None:
    policy = replace(POLICY, allow=frozenset({"discord:999"}))
    async with scene(tmp_path, policy) as on:
        target = await on.ada.says(on.channel, "words")
        for command in visible():
            await on.ada.slash(on.channel, command.name, **{option.name: FILLED[option.kind] for option in command.options})
            assert [kind for kind, _ in await on.done()] == ["line"]
        for command in COMMANDS:
            if command.menu:
                await on.ada.menu(on.channel, command.menu, target)
                assert [kind for kind, _ in await on.done()] == ["line"]
            await on.ada.presses_id(post(on.fake, on.channel, f"{command.name} #1"), f"{command.name} #1")
            assert [kind for kind, _ in await on.done()] == ["line"]
        assert await typed(on.it, on.ada, on.channel, "open", "id", "") == []
        assert on.talk.model.requests == []
        assert on.chat == []


async def test_x3_autocomplete_offers_ones_own_alone(tmp_path: Path) -> None:
    async with scene(tmp_path) as on:
        await on.says(on.ada, "a question about bees")
        await on.says(on.bob, "what of wasps")
        for name, option in (("open", "id"), ("edit", "n")):
            adas = str(await typed(on.it, on.ada, on.channel, name, option, ""))
            bobs = str(await typed(on.it, on.bob, on.channel, name, option, ""))
            assert ("bees" in adas, "wasps" in adas, "bees" in bobs, "wasps" in bobs) == (True, False, False, True)
        assert "bees" in str(await typed(on.it, on.ada, on.channel, "edit", "n", "bees"))
