"""Both platforms in one process: what goes wrong on one is nothing to the other, and no words go from one to the other."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.busy import within
from tests.whole.club import Town
from tests.whole.plan import WHOLE, Held, until


async def says_on_telegram(both: Town, text: str) -> None:
    await both.house.ann.says(both.house.chat, text)
    await both.house.chat.wait_for(text)


async def says_on_discord(both: Town, text: str) -> None:
    await both.club.ann.says(both.club.chat, text)
    await both.club.chat.wait_for(text)


async def test_x3_u14_each_platform_has_sessions_of_its_own(both: Town) -> None:
    """The same number of an account is another person on another platform; ids of sessions lead nowhere there."""
    await says_on_telegram(both, "one")
    await says_on_discord(both, "uno")
    await both.settle()
    await both.club.says("due")
    assert both.club.prompts() == ["uno", "You said: uno", "due"]
    place = both.house.adapter.private_place("1001")
    assert place is not None
    theirs = (await both.house.store.find(place, "1001")).session
    assert theirs is not None
    for name in ("open", "delete"):
        await both.club.slash(name, id=f"#{theirs.id}")
        assert both.club.chat.last.text == "I find no session of yours with that id. /sessions lists them."


async def test_x3_nobody_reaches_what_is_somebody_elses_by_its_id(both: Town) -> None:
    club = both.club
    await club.says("secret of Ann")
    listed = await club.slash("sessions")
    await club.settle()
    assert listed.message is not None
    (label,) = listed.message.labels()
    command = str(listed.message.button(label)["custom_id"])
    session = command.rsplit(maxsplit=1)[-1]
    bob_chat = club.discord.dm(club.bob)
    await club.bob.says(bob_chat, "hello")
    await club.settle()
    answer = bob_chat.last
    for name in ("open", "delete"):
        await club.bob.slash(bob_chat, name, id=session)
        await club.settle()
        assert bob_chat.last.text == "I find no session of yours with that id. /sessions lists them."
    for forged in (command, f"fork {session}", f"back {session}", f"undelete {session}", f"confirm {session}", f"page history {session} 1"):
        pressed = await club.bob.presses_id(answer, forged)
        await club.settle()
        assert "secret" not in " ".join(message.text for message in pressed.messages)
    assert not any("secret" in text for text in bob_chat.texts)
    assert all(choice.value != session for choice in await club.bob.types(bob_chat, "open", "id", ""))


async def test_p7_a_revoked_token_of_discord_leaves_telegram_answering(both: Town) -> None:
    await says_on_discord(both, "before")
    await both.club.discord.revoke_token()
    await until(both.club.receiving.done)
    assert both.club.receiving.result() == "refused"
    await says_on_telegram(both, "one")
    assert not both.house.receiving.done()


async def test_p7_a_revoked_token_of_telegram_leaves_discord_answering(both: Town) -> None:
    both.house.telegram.faults.add("getUpdates", error=401, times=None)
    await until(both.house.receiving.done, 15)
    assert both.house.receiving.result() == "refused"
    await says_on_discord(both, "one")
    assert not both.club.receiving.done()


async def test_discord_down_while_telegram_talks_and_then_it_answers_too(both: Town) -> None:
    discord = both.club.discord
    discord.faults.add("*", error=503, times=None)
    await both.club.ann.says(both.club.chat, "one")
    for word in ("two", "three"):
        await says_on_telegram(both, word)
    assert both.club.chat.texts == []
    discord.faults.clear()
    await both.club.chat.wait_for("You said: one")
    await both.club.settle()
    assert both.club.chat.texts == ["You said: one"]


@pytest.mark.parametrize("data", [None, [], "x", {}, {"id": "x"}, {"id": "1", "channel_id": "2", "author": None}], ids=str)
async def test_p7_p22_a_malformed_payload_of_the_gateway_stops_nobody(both: Town, data: object) -> None:
    for name in ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "INTERACTION_CREATE", "GUILD_CREATE", "NEVER_HEARD_OF"):
        both.club.discord.gateway.send_raw(name, data)
    await says_on_telegram(both, "one")
    await both.club.ann.says(both.club.chat, "two")
    await asyncio.sleep(0.05)
    await both.club.ready()
    await both.club.ann.says(both.club.general, "three", mention=True)
    await both.club.general.wait_for("You said: three")
    assert not both.club.receiving.done()


async def test_r6_a_slow_platform_does_not_slow_the_other(both: Town) -> None:
    both.club.discord.faults.add("create message", hang=True, times=None)
    both.club.discord.faults.add("edit message", hang=True, times=None)
    for word in ("one", "two"):
        await both.club.ann.says(both.club.chat, word)
    await until(lambda: both.club.discord.calls_of("create message"))
    begun = asyncio.get_running_loop().time()
    for word in ("three", "four", "five"):
        await says_on_telegram(both, word)
    assert asyncio.get_running_loop().time() - begun < within(2.0)  # seconds; a half where nothing else runs
    both.club.discord.faults.clear()


async def test_an_answer_on_each_at_the_same_time(both: Town) -> None:
    on_phone, on_desk = Held(), Held()
    both.club.openai.script(on_phone.step)
    await both.house.ann.says(both.house.chat, "one")
    await both.house.chat.wait_for("some words")
    both.club.openai.script(on_desk.step)
    await both.club.ann.says(both.club.chat, "two")
    await both.club.chat.wait_for("some words")
    on_desk.on()
    await both.club.chat.wait_for(WHOLE)
    assert both.house.chat.last.text != WHOLE
    on_phone.on()
    await both.house.chat.wait_for(WHOLE)
    await both.settle()
