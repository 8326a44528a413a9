"""What Discord is offered while somebody types an option: whose it is, how much of it, and that it comes in time."""

from __future__ import annotations

import pytest

from bot.errors import StorageError
from bot.posts import Choice
from tests.discord.interacting import RecordingCore, bench
from tests.discord.lab import typed, world


async def test_sessions_are_offered_as_texts_and_messages_as_numbers():
    fake, ada, channel = world()
    core = RecordingCore(suggested=(Choice("#7f3a Holiday", "#7f3a"),))
    async with bench(core, fake) as it:
        assert await typed(it, ada, channel, "open", "id", "hol") == [{"name": "#7f3a Holiday", "value": "#7f3a"}]
        core.suggested = (Choice("3. my words", "3"), Choice("junk", "three"))
        assert await typed(it, ada, channel, "edit", "n", "words") == [{"name": "3. my words", "value": 3}]
        assert await typed(it, ada, channel, "help", "command", "/n") == [
            {"name": "3. my words", "value": "3"},
            {"name": "junk", "value": "three"},
        ]
        assert core.prefixes == [("session", "hol"), ("message", "words"), ("command", "/n")]
        assert core.events == []


async def test_offers_are_within_discords_limits():
    fake, ada, channel = world()
    labels = [Choice("x" * 300, "#1"), Choice(" ", "#blank"), Choice("long", "v" * 101), Choice("none", "")]
    core = RecordingCore(suggested=(*labels, *(Choice(f"session {number}", f"#{number}") for number in range(40))))
    async with bench(core, fake) as it:
        found = await typed(it, ada, channel, "open", "id", "")
        assert isinstance(found, list)
        assert len(found) == 25
        assert len(found[0]["name"]) == 100
        assert {"#blank", "", "v" * 101}.isdisjoint(choice["value"] for choice in found)


@pytest.mark.parametrize(
    "core", [RecordingCore(slow={"suggest": 5.0}), RecordingCore(storage=StorageError("full"))], ids=["slow", "failing"]
)
async def test_p29_an_offer_that_takes_too_long_is_an_empty_one(core: RecordingCore):
    fake, ada, channel = world()
    async with bench(core, fake) as it:
        assert await typed(it, ada, channel, "open", "id", "hol") == []
