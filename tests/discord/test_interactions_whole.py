"""Commands, buttons and forms through the whole adapter, with the core and a store behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.options import DiscordOptions
from bot.clock import SystemClock
from bot.commands.catalog import visible
from bot.replies import texts
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.core.talk import POLICY
from tests.discord.lab import FILLED, world
from tests.fakes.discord import Channel, FakeDiscord, Person
from tests.fakes.scripted_model import ScriptedModel


@asynccontextmanager
async def life(fake: FakeDiscord, folder: Path) -> AsyncIterator[Dispatcher]:
    """One life of the program, connected."""
    options = DiscordOptions(fake.token, fake.api_url, fake.gateway_url, state_folder=folder, lock_folder=str(folder))
    adapter = DiscordAdapter(options, SystemClock())
    store = await SqliteStore.open(folder / "parley.db", driver="inline")
    core = Dispatcher(store, ScriptedModel(), {"discord": adapter}, POLICY, SystemClock())
    await core.start()
    running = asyncio.create_task(adapter.run(core))
    try:
        async with asyncio.timeout(10):
            while not fake.gateway.sessions and not running.done():
                await asyncio.sleep(0.01)
        yield core
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await core.stop()
        await adapter.close()
        await store.close()


def places(fake: FakeDiscord, ada: Person, channel: Channel) -> dict[str, Channel]:
    elsewhere = fake.guild("Elsewhere", ada, owner=fake.person(103, "Other"), bot_in=False)
    return {"server": channel, "direct": fake.dm(ada), "installed": elsewhere.channel("general"), "group": fake.group_dm(ada)}


@pytest.mark.parametrize("where", ["server", "direct", "installed", "group"])
async def test_every_command_is_answered_wherever_it_may_be_given(tmp_path: Path, where: str):
    fake, ada, channel = world()
    place = places(fake, ada, channel)[where]
    async with fake, life(fake, tmp_path) as core:
        for command in visible():
            given = await ada.slash(place, command.name, **{option.name: FILLED[option.kind] for option in command.options})
            message = await given.wait_message()
            assert message.text
            await core.idle()
        assert fake.violations == []


async def test_buttons_and_forms_work_after_a_restart(tmp_path: Path):
    fake, ada, channel = world()
    async with fake:
        async with life(fake, tmp_path) as core:
            asked = await ada.slash(channel, "ask", text="a question")
            answer = await asked.wait_message()
            await core.idle()
            opened = await ada.slash(channel, "edit", n=1)
            await opened.wait_response()
        async with life(fake, tmp_path) as core:
            sent = await opened.submit("3 better questions")
            await sent.wait_message()
            await core.idle()
            bob = fake.person(102, "Bob")
            retry = next(label for label in (str(button.get("label")) for button in answer.pieces()) if label == texts.RETRY)
            refused = await bob.presses(answer, retry)
            assert (await refused.wait_response()).data["content"] == texts.NOT_YOURS
            pressed = await ada.presses(answer, retry)
            assert (await pressed.wait_response()).type == 6
            await core.idle()
        assert fake.violations == []
