"""What is never written anywhere: the bot's token, those of interactions, and what people say."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.places import interaction_of, place_of
from bot.errors import AdapterError
from bot.events import CommandInvoked
from tests.discord.rig import options_for
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import FastClock, ListCore, plain, running, until


async def test_x7_no_token_and_no_words_are_logged_or_told_in_errors(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[BaseException] = []
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        talk = fake.guild("Home", ann).channel("talk")
        core, adapter = ListCore(), DiscordAdapter(options_for(fake, tmp_path), FastClock())
        async with running(adapter, core) as run:
            await until(lambda: core.caught)
            await ann.says(talk, "canary words", mention=True)
            given = await ann.slash(talk, "help")
            await given.wait_response()
            await until(lambda: len(core.events) == 2)
            via = next(event.via for event in core.events if isinstance(event, CommandInvoked))
            for fault in ({"error": 503}, {"error": 400, "code": 50035}, {"cut": True}, {"error": 404, "code": 10015}, {"html": True}):
                fake.faults.add("edit original", **fault)
                fake.faults.add("create message", **fault)
                try:
                    await adapter.send(place_of(talk.id), plain("canary answer"), reply_to=via, via=via, key="a")
                except AdapterError as error:
                    told += [error, *filter(None, (error.__cause__,))]
            fake.gateway.cut()
            await until(lambda: fake.gateway.resumes)
            await fake.revoke_token()
            with pytest.raises(AdapterError) as refused:
                await run
            told.append(refused.value)
    records = [record for record in caplog.records if not record.name.startswith("aiohttp")]  # which is the loopback Discord here
    written = "\n".join([logging.Formatter().format(record) for record in records] + [repr(error) for error in told])
    assert len(told) > 3
    for secret in (fake.token, given.token, "canary"):
        assert secret not in written
    assert given.token not in repr(interaction_of(via))
