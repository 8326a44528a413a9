"""Rows X of the list of risks on Discord: who is not on the list reaches nothing, by whatever way; and what is secret stays so."""

from __future__ import annotations

import io
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.command import Parley
from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, Person
from tests.fakes.openai_server import FakeOpenAI
from tests.whole.club import club, hasty
from tests.whole.plan import KEY, POLICY, until
from tests.whole.test_guards import dump, listening

CANARY = "canary-7f3a"
ALLOWED = replace(POLICY, allow=frozenset({"discord:1001"}))
Way = Callable[[Person, Channel, Message], Awaitable[object]]


async def edited(eve: Person, place: Channel, post: Message) -> None:
    await eve.edits(await eve.says(place, "x", mention=True), f"<@{post.author.id}> {CANARY}")


async def forged_form(eve: Person, place: Channel, post: Message) -> Interaction:
    """The form of /ask opens for anybody; what is sent by it does not pass."""
    asked = await eve.slash(place, "ask")
    response = await asked.wait_response()
    return await asked.submit(CANARY) if response.type == 9 else asked


WAYS: dict[str, Way] = {
    "message": lambda eve, place, post: eve.says(place, CANARY, mention=True),
    "reply": lambda eve, place, post: eve.says(place, CANARY, reply_to=post),
    "edited message": edited,
    "file": lambda eve, place, post: eve.says(place, CANARY, mention=True, attachments=[(f"{CANARY}.txt", b"x")]),
    "forwarded": lambda eve, place, post: eve.says(place, "", forwarded=CANARY),
    "slash": lambda eve, place, post: eve.slash(place, "ask", text=CANARY),
    "title": lambda eve, place, post: eve.slash(place, "title", text=CANARY),
    "form": forged_form,
    "menu": lambda eve, place, post: eve.menu(place, "Branch from here", post),
    "press": lambda eve, place, post: eve.presses(post, "Retry"),
    "forged press": lambda eve, place, post: eve.presses_id(post, f"title {CANARY}"),
    "autocomplete": lambda eve, place, post: eve.types(place, "open", "id", ""),
    "deletion": lambda eve, place, post: _deleted(eve, place),
}


async def _deleted(eve: Person, place: Channel) -> None:
    await eve.deletes(await eve.says(place, CANARY, mention=True))


@pytest.mark.parametrize("way", WAYS)
async def test_x4_x5_who_is_not_on_the_list_reaches_nothing(tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI, way: str) -> None:
    """Eve has the name of what is on the list."""
    async with club(tmp_path / "parley.db", discord, openai, replace(hasty(), policy=ALLOWED)) as there:
        await there.ready()
        eve = discord.person(666, "discord:1001")
        there.guild.members.append(eve.user)
        await there.says("hello", there.general, mention=True)
        done = await WAYS[way](eve, there.general, there.general.last)
        await there.settle()
        assert len(openai.requests) == 1
        shown = [*there.general.texts[1:], *(message.text for message in (done.messages if isinstance(done, Interaction) else []))]
        assert there.general.texts[0] == "You said: hello"
        assert all("not on this bot's list" in text for text in shown if text != "You said: hello"), shown
        if isinstance(done, list):
            assert done == []
    assert CANARY not in dump(tmp_path / "parley.db")


@pytest.mark.parametrize("allowed", ["discord:1001", "role", "guild", "channel"])
async def test_x5_people_roles_servers_and_channels_can_be_allowed(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI, allowed: str
) -> None:
    ann = discord.person(1001, "Ann")
    discord.person(1002, "Bob")
    guild = discord.guild("Club", ann, admins=[ann])
    ids = {"role": guild.id + 1, "guild": guild.id, "channel": guild.channel("general").id}
    policy = replace(POLICY, allow=frozenset({f"discord:{ids[allowed]}" if allowed in ids else allowed}))
    async with club(tmp_path / "parley.db", discord, openai, replace(hasty(), policy=policy)) as there:
        await there.ready()
        await there.says("hello", there.general, mention=True)
        given = await there.slash("ask", there.general, text="and again")
        assert given.message is not None
        assert (there.general.texts[0], given.message.text) == ("You said: hello", "> and again\n\nYou said: and again")


async def test_x7_x8_no_token_no_key_and_no_words_in_logs_or_the_database(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI, logged: io.StringIO
) -> None:
    """Everything goes wrong once, at DEBUG, and nothing is masked."""
    discord.faults.add("create message", cut=True, after=True)
    discord.faults.add("create message", error=502, html=True)
    discord.faults.add("edit message", error=400, code=50035)
    discord.faults.add("callback", error=404, code=10062)
    async with club(tmp_path / "parley.db", discord, openai, hasty()) as there:
        await there.ready()
        for _ in range(3):
            await there.says("say marzipan", there.general, mention=True)
            given = await there.slash("title", there.general, text="marzipan")
        discord.gateway.cut()
        await there.says("say marzipan")
        shown = repr((there.adapter, there.core, there.store))
    log = logged.getvalue()
    assert there.chat.texts
    for secret in (discord.token, discord.token.rpartition(".")[2], KEY):
        assert secret not in log + shown + dump(tmp_path / "parley.db")
    assert given.token not in log + shown
    assert "marzipan" not in log


async def test_x1_a_running_bot_opens_no_port(tmp_path: Path, discord: FakeDiscord) -> None:
    settings = {"DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.api_url, "DISCORD_GATEWAY_URL": discord.gateway_url}
    async with Parley(tmp_path, "run", **settings) as process:
        await until(lambda: discord.gateway.connected)
        assert listening(process.process.pid) == set()
    assert listening(os.getpid()), "the servers of this test are seen, so those of the bot would be"
