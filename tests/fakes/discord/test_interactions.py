"""What people do with commands, buttons and forms in the fake Discord, checked with the real discord.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_client import Bot, logged_in

TEXT = {"name": "text", "description": "The text", "type": 3, "max_length": 10}
EDIT = {"name": "edit", "description": "Edits", "options": [{"name": "n", "description": "Which", "type": 4, "required": True}, TEXT]}
OPEN = {"name": "open", "description": "Opens", "options": [{"name": "id", "description": "Which", "type": 3, "autocomplete": True}]}
BRANCH = {"name": "branch", "description": "Branches", "options": [{"name": "new", "description": "New", "type": 1, "options": [TEXT]}]}
EVERYWHERE = {"integration_types": [0, 1], "contexts": [0, 1, 2]}
COMMANDS: list[Any] = [*(command | EVERYWHERE for command in (EDIT, OPEN, BRANCH)), {"name": "Versions", "type": 3}]


class Form(discord.ui.Modal, title="Edit"):
    body: discord.ui.Label[Form] = discord.ui.Label(
        text="Text", component=discord.ui.TextInput(custom_id="body", default="old", max_length=20)
    )


@pytest.fixture
async def bot(fake: FakeDiscord) -> AsyncIterator[Bot]:
    async with logged_in(fake) as bot:
        await bot.http.bulk_upsert_global_commands(fake.application_id, COMMANDS)
        yield bot


async def test_a_slash_command_deferred_and_followed_up(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    general = fake.guild("Club", ann, admins=[ann]).channel("general")
    given = await ann.slash(general, "edit", n=3, text="new")
    asked = await bot.asked()
    assert asked.data is not None
    assert asked.data["options"] == [{"name": "n", "type": 4, "value": 3}, {"name": "text", "type": 3, "value": "new"}]  # type: ignore[typeddict-item]
    assert asked.permissions.administrator
    assert asked.app_permissions.send_messages
    assert asked.context.guild
    assert asked.is_guild_integration()
    await asked.response.defer()
    assert (await given.wait_response()).type == 5
    assert given.message is not None
    assert given.message.loading
    await asked.followup.send("first", suppress_embeds=True)
    assert (await given.wait_message("first")) is given.message, "the first followup takes the place of the thinking"
    await asked.followup.send("second", suppress_embeds=True, ephemeral=True)
    assert [message.text for message in given.followups] == ["second"]
    await asked.edit_original_response(content="first, better")
    assert general.texts == ["first, better", "second"]
    assert "second" not in general.transcript(fake.person(2, "Bob"))
    assert "(only for Ann)" in general.transcript(ann)
    with pytest.raises(discord.HTTPException) as caught:
        await asked.followup.send("nobody pinged" * 200, suppress_embeds=True)
    assert caught.value.code == 50035
    assert len(fake.violations) == 1


async def test_a_thinking_is_as_private_as_it_began(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    general = fake.guild("Club", ann).channel("general")
    given = await ann.slash(general, "open")
    asked = await bot.asked()
    await asked.response.defer(ephemeral=True)
    await asked.followup.send("hidden")
    assert (await given.wait_message("hidden")).only_for is ann.user
    await ann.slash(general, "open")
    asked = await bot.asked()
    await asked.response.defer()
    with pytest.raises(discord.HTTPException):
        await asked.followup.send("hidden too?", ephemeral=True)
    assert ["public thinking" in line for line in fake.violations] == [True]


async def test_the_first_response_is_once_and_in_time(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    given = await ann.slash(dm, "branch new", text="x")
    asked = await bot.asked()
    await asked.response.send_message("private", ephemeral=True)
    original = await asked.original_response()
    assert (original.content, original.flags.ephemeral) == ("private", True)
    route = f"/interactions/{asked.id}/{asked.token}/callback"
    with pytest.raises(discord.HTTPException) as caught:
        await bot.call("POST", route, {"type": 9, "data": {}})
    assert caught.value.code == 40060
    assert fake.violations == ["callback: a modal after the first response"]
    with pytest.raises(discord.NotFound) as gone:
        await bot.call("GET", f"/channels/{dm.id}/messages/{original.id}")
    assert gone.value.code == 10008
    fake.advance(seconds=901)
    with pytest.raises(discord.NotFound) as late:
        await asked.delete_original_response()
    assert late.value.code == 10015
    assert given.refused == ["Interaction has already been acknowledged."]
    await ann.slash(dm, "open")
    asked = await bot.asked()
    fake.advance(seconds=3.5)
    with pytest.raises(discord.NotFound) as missed:
        await asked.response.defer()
    assert missed.value.code == 10062


async def test_promises_hold_for_responses_too(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    await ann.slash(fake.dm(ann), "open")
    asked = await bot.asked()
    with pytest.raises(discord.HTTPException):
        await asked.response.send_message("hi", allowed_mentions=discord.AllowedMentions.all(), suppress_embeds=True)
    with pytest.raises(discord.HTTPException):
        await asked.response.send_message("public, with previews of links")
    await asked.response.send_message("private needs no flag", ephemeral=True)
    assert ["allowed_mentions" in line for line in fake.violations] == [True, False]


async def test_buttons_selects_and_updates(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    await ann.says(dm, "hi")
    await bot.until(1)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Retry", custom_id="retry"))
    view.add_item(discord.ui.Button(label="Off", custom_id="off", disabled=True))
    view.add_item(discord.ui.Select(custom_id="pick", options=[discord.SelectOption(label="Big", value="gpt-big")]))
    await bot.heard[0].channel.send("keys", nonce="n", suppress_embeds=True, view=view)
    pressed = await ann.presses(dm.last, "Retry")
    asked = await bot.asked()
    assert asked.message is not None
    assert asked.message.id == dm.last.id
    await asked.response.edit_message(content="again")
    assert pressed.message is dm.last
    assert dm.texts == ["again"]
    await ann.chooses(dm.last, "Big")
    asked = await bot.asked()
    assert asked.data is not None
    assert asked.data["values"] == ["gpt-big"]  # type: ignore[typeddict-item]
    await asked.response.defer()
    await asked.edit_original_response(content="chosen", view=None)
    assert (dm.last.text, dm.last.labels()) == ("chosen", [])
    await ann.presses_id(dm.last, "forged")
    asked = await bot.asked()
    await asked.response.send_message("no", ephemeral=True)
    assert dm.last.only_for is ann.user
    with pytest.raises(AssertionError):
        await ann.presses(dm.last, "Retry")
    assert fake.violations == []


async def test_a_form_comes_filled_in_and_goes_back(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    given = await ann.slash(dm, "edit", n=1)
    await (await bot.asked()).response.send_modal(Form(custom_id="edit:1"))
    await given.wait_response()
    assert (given.modal.title, given.modal.values) == ("Edit", {"body": "old"})
    with pytest.raises(AssertionError, match="takes 0 to 20"):
        await given.submit("x" * 21)
    sent = await given.submit("new text")
    asked = await bot.asked()
    assert asked.type is discord.InteractionType.modal_submit
    assert asked.data is not None
    assert asked.data["components"][0]["component"]["value"] == "new text"  # type: ignore[typeddict-item]
    await asked.response.send_message("done", suppress_embeds=True)
    assert (await sent.wait_message("done")).text == "done"
    await ann.slash(dm, "edit", n=1)
    with pytest.raises(discord.HTTPException):
        await (await bot.asked()).response.send_modal(Form(title="x" * 46))
    assert ["title of 46" in line for line in fake.violations] == [True]


async def test_choices_are_offered_while_typing(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")

    async def answer(count: int) -> None:
        asked = await bot.asked()
        assert asked.data is not None
        assert asked.data["options"][0]["value"] == "7f"  # type: ignore[typeddict-item]
        many = [{"name": f"c{n}", "value": "v"} for n in range(26)]
        with pytest.raises(discord.HTTPException):
            await bot.call("POST", f"/interactions/{asked.id}/{asked.token}/callback", {"type": 8, "data": {"choices": many}})
        choices = [discord.app_commands.Choice(name=f"c{n}", value=f"v{n}") for n in range(count)]
        await asked.response.autocomplete(choices)

    answering = bot.loop.create_task(answer(2))
    assert await ann.types(fake.dm(ann), "open", "id", "7f") == [("c0", "v0"), ("c1", "v1")]
    await answering


async def test_menus_show_what_they_point_at(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    general = fake.guild("Club", ann).channel("general")
    said = await ann.says(general, "no mention, but seen")
    await ann.menu(general, "Versions", said)
    asked = await bot.asked()
    assert asked.data is not None
    assert asked.data["resolved"]["messages"][str(said.id)]["content"] == "no mention, but seen"  # type: ignore[typeddict-item]


async def test_a_user_install_has_five_followups(fake: FakeDiscord, bot: Bot) -> None:
    ann, bob = fake.person(1001, "Ann", installed=True), fake.person(1002, "Bob")
    away = fake.guild("Elsewhere", ann, bob, bot_in=False).channel("general")
    given = await ann.slash(away, "open")
    asked = await bot.asked()
    assert asked.is_user_integration()
    assert not asked.is_guild_integration()
    await asked.response.send_message("0", suppress_embeds=True)
    for n in range(1, 6):
        await asked.followup.send(str(n), suppress_embeds=True)
    with pytest.raises(discord.HTTPException) as caught:
        await asked.followup.send("6", suppress_embeds=True)
    assert caught.value.code == 40094
    assert [message.text for message in given.messages] == ["0", "1", "2", "3", "4", "5"]
    with pytest.raises(discord.Forbidden):
        await bot.call("GET", f"/channels/{away.id}/messages")
    with pytest.raises(AssertionError, match="not installed"):
        await bob.slash(away, "open")
    here = fake.guild("Club", ann).channel("general")
    await ann.slash(here, "open")
    both = await bot.asked()
    assert both.is_user_integration()
    assert both.is_guild_integration()
    group = fake.group_dm(ann, bob)
    await bob.slash(group, "open")
    assert isinstance((await bot.asked()).channel, discord.GroupChannel)


async def test_what_the_client_would_not_send(fake: FakeDiscord, bot: Bot) -> None:
    ann = fake.person(1001, "Ann")
    dm = fake.dm(ann)
    for wrong in ({}, {"n": "3"}, {"n": 1, "text": "x" * 11}, {"n": 1, "unknown": 1}):
        with pytest.raises(AssertionError):
            await ann.slash(dm, "edit", **wrong)
    with pytest.raises(AssertionError, match="no command"):
        await ann.slash(dm, "nothing")
    with pytest.raises(AssertionError, match="subcommand is missing"):
        await ann.slash(dm, "branch")
