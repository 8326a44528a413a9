"""Lives too short for anything that is done now and then: who was heard once is found again, and what was fetched is not fetched anew."""

from __future__ import annotations

from pathlib import Path

from tests.discord.receiving import ListCore, alive
from tests.fakes.discord import FakeDiscord
from tests.fakes.rig import until

REAL_TIME = 1.0


def _killed(core: ListCore) -> ListCore:
    """What a next life finds of a core whose process ended just now."""
    return ListCore(list(core.events), list(core.keys), kept=dict(core.kept))


async def test_p25_a_direct_message_is_remembered_before_it_is_accepted(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        dm = fake.dm(ann)
        seen: list[dict[str, str]] = []
        core = ListCore(gate=lambda _: seen.append(dict(core.kept)))  # type: ignore[func-returns-value]
        async with alive(fake, tmp_path, core, faster=REAL_TIME):
            await ann.says(dm, "first")
            await until(lambda: core.texts)
            after = _killed(core)
        assert any(name.endswith(f"channel/{dm.id}") for name in seen[0]), "who dies here has to find the message again"
        await ann.says(dm, "second")
        async with alive(fake, tmp_path, after):
            assert after.texts == ["first", "second"]


async def test_p25_who_only_gave_a_command_is_found_again(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        dm = fake.dm(ann)
        core = ListCore()
        async with alive(fake, tmp_path, core):
            await ann.slash(dm, "help")
            await until(lambda: any(name.endswith(f"channel/{dm.id}") for name in core.kept))
            after = _killed(core)
        await ann.says(dm, "are you there?")
        async with alive(fake, tmp_path, after):
            assert after.texts == ["are you there?"]


async def test_p25_the_first_life_need_not_be_long_for_servers_to_be_caught_up_with(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        talk = fake.guild("Home", ann).channel("talk")
        core = ListCore()
        async with alive(fake, tmp_path, core, faster=REAL_TIME):
            after = _killed(core)
        await ann.says(talk, "is anybody there?", mention=True)
        async with alive(fake, tmp_path, after):
            assert after.texts == ["is anybody there?"]


async def test_what_was_fetched_is_not_fetched_again_after_a_short_life(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        ann = fake.person(1001, "Ann")
        dm = fake.dm(ann)
        core = ListCore()
        async with alive(fake, tmp_path, core):
            await ann.says(dm, "0")
            await until(lambda: core.texts)
        last = [await ann.says(dm, str(number)) for number in range(1, 4)][-1]
        async with alive(fake, tmp_path, core, faster=REAL_TIME):
            assert core.texts == ["0", "1", "2", "3"]
            assert any(value.startswith(f"{last.id} ") for value in core.kept.values())
