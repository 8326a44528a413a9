"""A gateway that lives and says nothing."""

from __future__ import annotations

from pathlib import Path

from tests.discord.receiving import alive
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import until


async def test_p27_d9_a_half_dead_gateway_is_noticed(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path, watch_interval=5.0) as life:
        ann = fake.person(1001, "Ann")
        await ann.says(fake.dm(ann), "0")
        await until(lambda: life.core.texts == ["0"])
        fake.gateway.mute()
        await ann.says(fake.dm(ann), "1")
        await until(lambda: life.core.texts == ["0", "1"])
        await ann.says(fake.dm(ann), "2")
        await until(lambda: life.core.texts == ["0", "1", "2"])
        assert fake.gateway.identifies == 2


async def test_p27_what_was_fetched_is_no_alarm(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path, watch_interval=1.0) as life:
        ann = fake.person(1001, "Ann")
        await ann.says(fake.dm(ann), "0")
        await until(lambda: life.core.texts == ["0"])
        fake.gateway.forget_session()
        fake.gateway.cut()
        await ann.says(fake.dm(ann), "1")
        await until(lambda: life.core.texts == ["0", "1"])
        looks = life.clock.slept.count(1.0)
        await until(lambda: life.clock.slept.count(1.0) > looks + 5)
        assert fake.gateway.identifies == 2


async def test_d8_a_silent_server_is_left(tmp_path: Path) -> None:
    async with FakeDiscord(heartbeat=0.1) as fake, alive(fake, tmp_path, heartbeat_timeout=0.3) as life:
        ann = fake.person(1001, "Ann")
        await ann.says(fake.dm(ann), "0")
        await until(lambda: life.core.texts == ["0"])
        fake.gateway.acknowledges = False
        fake.gateway.mute()
        await until(lambda: fake.gateway.resumes)
        assert not life.task.done()


async def test_p27_a_deleted_newest_message_is_no_alarm(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path, watch_interval=1.0) as life:
        ann = fake.person(1001, "Ann")
        await ann.says(fake.dm(ann), "0")
        await until(lambda: life.core.texts == ["0"])
        fake.gateway.mute()
        await ann.deletes(await ann.says(fake.dm(ann), "gone at once"))
        fake.gateway.unmute()
        looks = life.clock.slept.count(1.0)
        await until(lambda: life.clock.slept.count(1.0) > looks + 5)
        assert fake.gateway.identifies == 1


async def test_p31_a_channel_that_may_not_be_looked_at_costs_one_call(tmp_path: Path) -> None:
    async with FakeDiscord() as fake, alive(fake, tmp_path, watch_interval=1.0) as life:
        ann = fake.person(1001, "Ann")
        talk = fake.guild("Home", ann).channel("talk")
        await ann.says(talk, "0", mention=True)
        await until(lambda: life.core.texts == ["0"])
        fake.faults.add("GET /channels/{id}", error=403, code=50001, times=None)
        looks = life.clock.slept.count(1.0)
        await until(lambda: life.clock.slept.count(1.0) > looks + 3)
        asked = life.rest.calls.count(f"GET /channels/{talk.id}")
        await until(lambda: life.clock.slept.count(1.0) > looks + 8)
        assert life.rest.calls.count(f"GET /channels/{talk.id}") == asked
        await ann.says(talk, "1", mention=True)
        await until(lambda: life.rest.calls.count(f"GET /channels/{talk.id}") == asked + 1)
