"""The gateway's connection: what is lost with it and comes again, what is refused, and what the log says."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from adapters.discord.connection import AWAY_AT_MOST
from bot.errors import TokenRefused
from tests.discord.receiving import alive
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import until


async def test_an_intent_that_is_refused_is_left_out(tmp_path: Path) -> None:
    async with FakeDiscord(message_content=False) as fake:
        fake.application["flags"] = 1 << 18  # Discord says one thing and does another
        ann = fake.person(1001, "Ann")
        async with alive(fake, tmp_path) as life:
            await ann.says(fake.dm(ann), "hello")
            await until(lambda: life.core.messages)
            assert not fake.gateway.intents & 1 << 15
            assert fake.gateway.identifies == 1


async def test_d2_p26_a_cut_socket_is_resumed_and_its_replay_put_in_order(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path) as life:
        ann = fake.person(1001, "Ann")
        fake.gateway.shuffles = True
        fake.gateway.cut()
        for number in range(5):
            await ann.says(fake.dm(ann), str(number))
        await until(lambda: len(life.core.messages) == 5)
        assert life.core.texts == ["0", "1", "2", "3", "4"]
        assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)


@pytest.mark.parametrize("content", [True, False])
async def test_the_log_says_that_it_is_connected(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bool) -> None:
    caplog.set_level(logging.INFO)
    async with FakeDiscord(message_content=content) as fake:
        fake.guild("Home", fake.person(1001, "Ann"))
        async with alive(fake, tmp_path, threads=frozenset({"discord:1"})):
            pass
    assert "discord: connected as parley, in 1 server" in caplog.messages
    assert ("discord: the Message Content intent is off; PARLEY_THREADS needs it" in caplog.messages) is not content


async def test_after_a_long_outage_a_new_session_is_begun_soon(tmp_path: Path) -> None:
    """The library's own pauses grow to a quarter of an hour by then."""
    async with FakeDiscord() as fake, alive(fake, tmp_path) as life:
        ann = fake.person(1001, "Ann")
        fake.gateway.accepts = False
        fake.gateway.cut()
        await ann.says(fake.dm(ann), "meanwhile")
        await until(lambda: AWAY_AT_MOST in life.clock.slept)
        await asyncio.sleep(AWAY_AT_MOST / life.clock.faster)
        fake.gateway.accepts = True
        await until(lambda: fake.gateway.identifies == 2, 5.0)
        await ann.says(fake.dm(ann), "again")
        await until(lambda: life.core.texts[-1:] == ["again"])


async def test_a_revoked_token_is_told_at_once(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path) as life:
        await fake.revoke_token()
        await until(life.task.done)
        assert isinstance(life.task.exception(), TokenRefused)


async def test_a_wrong_token_is_told_at_login(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        fake.revoked = True
        async with alive(fake, tmp_path, wait=False) as life:
            await until(life.task.done)
            assert isinstance(life.task.exception(), TokenRefused)


async def test_p37_no_network_at_start_goes_on_asking(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        for _ in range(3):
            fake.faults.add("GET /users/@me", error=500)
        ann = fake.person(1001, "Ann")
        async with alive(fake, tmp_path) as life:
            await ann.says(fake.dm(ann), "hello")
            await until(lambda: life.core.messages)
            first, second = life.clock.slept[:2]
            assert 0.5 <= first <= 1.0 <= second <= 2.0
