"""Interactions, commands and checks with the REST client behind them: what people on the loopback Discord are shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.discord import checking, commands
from adapters.discord.options import DiscordOptions
from adapters.discord.responses import Responses
from adapters.discord.rest import Rest
from bot.clock import SystemClock
from bot.posts import Choice
from bot.replies import texts
from tests.discord.interacting import Bench, RecordingCore, bench
from tests.discord.lab import ASK, post, world
from tests.fakes.discord import Channel, FakeDiscord, Person
from tests.fakes.discord import Choice as Offered

EPHEMERAL = 64


@asynccontextmanager
async def connected(core: RecordingCore) -> AsyncIterator[tuple[Bench, Person, Channel]]:
    """The commands are registered by the sync itself."""
    fake, ada, channel = world()
    fake.commands = []
    async with fake:
        rest = Rest(DiscordOptions(fake.token, fake.api_url), SystemClock())
        try:
            await rest.login()
            await commands.sync(core, rest)
            async with bench(core, fake, real=Responses(rest, SystemClock()), entered=True) as it:
                yield it, ada, channel
        finally:
            await rest.close()


async def test_the_commands_are_taken_by_discord_once():
    async with connected(core := RecordingCore()) as (it, _, _):
        assert {str(command["name"]) for command in it.fake.commands} == {str(command["name"]) for command in commands.payload()}
        rest = Rest(DiscordOptions(it.fake.token, it.fake.api_url), SystemClock())
        await rest.login()
        await commands.sync(core, rest)
        await rest.close()
        assert len(it.fake.calls_of("put commands")) == 1
        assert it.fake.violations == []


async def test_every_first_answer_is_taken_by_discord():
    core = RecordingCore(asks={"edit": ASK, "edit #1f": ASK}, suggested=(Choice("3. words", "3"),))
    async with connected(core) as (it, ada, channel):
        public, private = await ada.slash(channel, "undo"), await ada.slash(channel, "history")
        assert (await public.wait_response()).type == 5
        assert (await private.wait_response()).data == {"flags": EPHEMERAL}
        form = await ada.slash(channel, "edit")
        assert (await form.wait_response()).type == 9
        assert form.modal.values == {"text0": "old words"}
        sent = await form.submit("3 new words")
        assert (await sent.wait_response()).type == 5
        assert (core.events[-1].name, core.events[-1].args) == ("edit", "#1f 3 new words")
        assert await ada.types(channel, "edit", "n", "wor") == [Offered("3. words", 3)]
        pressed = await ada.presses_id(post(it.fake, channel, "retry #1f"), "retry #1f")
        assert (await pressed.wait_response()).type == 6
        assert it.fake.violations == []


async def test_u17_the_line_to_a_foreign_press_is_seen_by_who_pressed_alone():
    async with connected(RecordingCore(line=texts.NOT_YOURS)) as (it, ada, channel):
        pressed = await ada.presses_id(post(it.fake, channel, "retry #1f"), "retry #1f")
        answer = await pressed.wait_response()
        assert (answer.type, answer.data["content"]) == (4, texts.NOT_YOURS)
        assert answer.data["flags"] & EPHEMERAL
        given = await ada.slash(channel, "undo")
        assert (await given.wait_response()).data["flags"] & EPHEMERAL
        assert it.fake.violations == []


@pytest.mark.parametrize("wrong", ["", "token"])
async def test_the_check_asks_discord_itself(wrong: str):
    async with FakeDiscord() as fake:
        rest = Rest(DiscordOptions("a.b.c" if wrong else fake.token, fake.api_url), SystemClock())
        lines = await checking.check(rest, DiscordOptions(fake.token, fake.api_url))
        await rest.close()
    assert [verdict for verdict, _ in lines] == ["fail"] if wrong else all(verdict != "fail" for verdict, _ in lines)
    assert any(("refused" if wrong else "client_id=7000000001") in line for _, line in lines)


async def test_without_a_network_the_check_says_so():
    options = DiscordOptions("a.b.c", "http://127.0.0.1:9/api/v10")
    rest = Rest(options, SystemClock())
    lines = await checking.check(rest, options)
    await rest.close()
    assert [verdict for verdict, _ in lines] == ["fail"]
    assert "does not answer" in lines[0][1]
