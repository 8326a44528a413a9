"""The server that tests of interactions take place on: a channel with a member, the commands, posts with buttons, forms that are sent."""

from __future__ import annotations

import asyncio

import discord

from adapters.discord.commands import payload
from bot.posts import Ask
from tests.discord.interacting import Bench
from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, Person

ASK = Ask("edit #1f", "New text for message 3", "old words")


def world() -> tuple[FakeDiscord, Person, Channel]:
    """A server with a channel, one member, and the catalogue's commands registered."""
    fake = FakeDiscord()
    ada = fake.person(101, "Ada", locale="de", installed=True)
    channel = fake.guild("Lab", ada, owner=fake.person(100, "Owner")).channel("general")
    fake.commands = [{**command, "id": str(index)} for index, command in enumerate(payload(), start=1)]
    return fake, ada, channel


def post(fake: FakeDiscord, channel: Channel, *buttons: str) -> Message:
    """A post of the bot with buttons of these ids, as one of an earlier life."""
    message = Message(fake.new_id(), channel, fake.bot, fake.now(), "an answer")
    message.components = [{"type": 1, "components": [{"type": 2, "style": 2, "label": it[:80], "custom_id": it} for it in buttons]}]
    return fake.add(message)


FILLED = {
    "number": 3,
    "message": 3,
    "text": "3 words of text",
    "session": "#7f3a",
    "command": "new",
    "words": "all of these",
}


async def sends(it: Bench, given: Interaction, custom_id: str, text: str) -> None:
    """Sends a form with any custom id; who and where are those of another interaction."""
    field = {"type": 18, "id": 2, "component": {"type": 4, "custom_id": "text", "value": text, "id": 3}}
    data = {"custom_id": custom_id, "components": [{"type": 10, "id": 1}, field]}
    it.fake.gateway.dispatch("INTERACTION_CREATE", {**given.payload, "id": str(it.fake.new_id()), "type": 5, "data": data})
    await it.after()


async def typed(it: Bench, person: Person, place: Channel, name: str, option: str, text: str) -> object:
    """What is offered; the fake's own waiting is cut short, since these answers are only written down."""
    task = asyncio.create_task(person.types(place, name, option, text))
    await it.after()
    task.cancel()
    return it.answers.said[-1][2]


def given_to(it: Bench, told: dict[str, object]) -> discord.Interaction:
    """An interaction of the library from a payload, without the wire."""
    return discord.Interaction(data=told, state=it.client._connection)  # type: ignore[arg-type]
