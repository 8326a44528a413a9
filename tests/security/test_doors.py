"""Every way in, on both platforms, for who is not allowed: no call of the model, and no word of theirs is kept (X5, X4).

Ways that only one platform has stand with it. Kinds of updates that the bot never asked for are handed to it all the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.commands.catalog import COMMANDS, visible
from tests.fakes import discord as on_discord
from tests.fakes import telegram as on_telegram
from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import FakeTelegram
from tests.whole.club import Town, hasty, town
from tests.whole.plan import POLICY
from tests.whole.test_guards import dump

WORD = "canary-7f3a"
REFUSED = "not on this bot's list"
ALLOWED: Mapping[str, frozenset[str]] = {
    "a person": frozenset({"telegram:1001", "discord:1001"}),
    "others, other chats, and the same numbers on the other platform": frozenset(
        {"telegram:1", "discord:1", "telegram:-1009999", "discord:999999", "telegram:667", "discord:668"}
    ),
}


@dataclass(slots=True)
class Door:
    """Eve, who may not, in all places where she could be; Ann may, or may not either."""

    both: Town
    phone: on_telegram.Person
    desk: on_discord.Person
    chat: on_telegram.Chat
    group: on_telegram.Chat
    post: on_telegram.Message
    message: on_discord.Message

    @property
    def telegram(self) -> FakeTelegram:
        return self.both.house.telegram

    @property
    def general(self) -> on_discord.Channel:
        return self.both.club.general


@asynccontextmanager
async def at_the_door(path: Path, allowed: frozenset[str]) -> AsyncIterator[Door]:
    async with FakeTelegram(privacy=False) as telegram, FakeDiscord(message_content=True) as discord, FakeOpenAI() as openai:
        plan = replace(hasty(), policy=replace(POLICY, allow=allowed))
        async with town(path, telegram, discord, openai, plan) as both:
            await both.club.ready()
            phone, desk = telegram.person(668, "Eve"), discord.person(667, "Eve")
            both.club.guild.members.append(desk.user)
            group = telegram.group("Team", both.house.ann, phone, forum=True)
            await both.house.ann.says(group, "@parley_bot hello")
            message = await both.club.ann.says(both.club.general, "hello", mention=True)
            await both.settle()
            yield Door(
                both,
                phone,
                desk,
                telegram.private_chat(phone),
                group,
                group.from_bot[-1],
                both.club.general.from_bot[-1] if both.club.general.from_bot else message,
            )


async def _edited(door: Door, place: on_telegram.Chat | on_telegram.Topic) -> None:
    await door.phone.edits(await door.phone.says(place, "@parley_bot x"), f"@parley_bot {WORD}")


async def _raw(door: Door, kind: str, body: dict[str, object]) -> None:
    """A kind of update that the bot did not ask for."""
    updates = door.telegram.updates
    number, updates.next_id = updates.next_id, updates.next_id + 1
    updates.repeat({"update_id": number, kind: {"from": door.phone.user.to_json(), **body}})


Way = Callable[[Door], Awaitable[object]]
PLACES: Mapping[str, Callable[[Door], on_telegram.Chat | on_telegram.Topic]] = {
    "private": lambda door: door.chat,
    "group": lambda door: door.group,
    "topic": lambda door: door.telegram.topic(door.group, "Topic"),
}


CHANNEL = {"id": -1, "type": "channel", "title": WORD}
POSTED = {"message_id": 1, "date": 1, "text": WORD, "chat": CHANNEL}
REACTED = {"chat": CHANNEL, "message_id": 1, "date": 1, "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": WORD}]}
UNASKED: Mapping[str, Mapping[str, object]] = {
    "inline_query": {"id": "1", "query": WORD, "offset": ""},
    "chosen_inline_result": {"result_id": "1", "query": WORD},
    "channel_post": POSTED,
    "edited_channel_post": POSTED | {"edit_date": 2},
    "business_message": POSTED | {"business_connection_id": WORD},
    "edited_business_message": POSTED | {"business_connection_id": WORD, "edit_date": 2},
    "guest_message": POSTED,
    "message_reaction": REACTED,
    "poll_answer": {"poll_id": WORD, "option_ids": [0]},
    "chat_join_request": {"chat": CHANNEL, "user_chat_id": 668, "date": 1, "bio": WORD},
    "pre_checkout_query": {"id": WORD, "currency": "XTR", "total_amount": 1, "invoice_payload": WORD},
    "never_heard_of": {"text": WORD},
}
"""Updates of kinds that the bot did not ask for."""


def _telegram_ways() -> dict[str, Way]:
    ways: dict[str, Way] = {}
    for name, place in PLACES.items():
        ways |= {
            f"message, {name}": lambda door, at=place: door.phone.says(at(door), f"@parley_bot {WORD}"),
            f"reply, {name}": lambda door, at=place: door.phone.says(at(door), WORD, reply_to=door.post, quote=WORD),
            f"forwarded, {name}": lambda door, at=place: door.phone.says(at(door), f"@parley_bot {WORD}", forwarded=WORD),
            f"edited message, {name}": lambda door, at=place: _edited(door, at(door)),
            f"caption, {name}": lambda door, at=place: door.phone.sends_photo(at(door), caption=f"@parley_bot {WORD}"),
            f"photo, {name}": lambda door, at=place: door.phone.sends_photo(at(door)),
            f"document, {name}": lambda door, at=place: door.phone.sends_document(at(door), b"x", WORD, caption=f"@parley_bot {WORD}"),
            f"voice, {name}": lambda door, at=place: door.phone.sends_voice(at(door)),
            f"sticker, {name}": lambda door, at=place: door.phone.sends_sticker(at(door)),
            f"contact, {name}": lambda door, at=place: door.phone.sends(at(door), "contact", {"phone_number": "1", "first_name": WORD}),
            f"unknown command, {name}": lambda door, at=place: door.phone.says(at(door), f"/{WORD}@parley_bot {WORD}"),
        }
        for command in COMMANDS:
            text = f"/{command.name}@parley_bot {WORD}"
            ways[f"/{command.name}, {name}"] = lambda door, at=place, text=text: door.phone.says(at(door), text)
    for command in COMMANDS:
        ways[f"pressed {command.name}"] = lambda door, data=f"{command.name} {WORD}": door.phone.presses_data(door.post, data)
    for kind, body in UNASKED.items():
        ways[kind] = lambda door, kind=kind, body=body: _raw(door, kind, dict(body))
    return ways


async def _form(door: Door) -> None:
    asked = await door.desk.slash(door.general, "ask")
    if (await asked.wait_response()).type == 9:
        await asked.submit(WORD)


async def _edits(door: Door, place: on_discord.Channel) -> None:
    message = await door.desk.says(place, "x", mention=True)
    await door.desk.edits(message, f"<@{door.both.club.discord.bot.id}> {WORD}")
    await door.desk.deletes(message)


def _discord_ways() -> dict[str, Way]:
    filled = {"number": 1, "message": 1}
    ways: dict[str, Way] = {"form": _form}
    places: Mapping[str, Callable[[Door], on_discord.Channel]] = {
        "server": lambda door: door.general,
        "direct": lambda door: door.both.club.discord.dm(door.desk),
        "thread": lambda door: door.general.thread("Thread", by=door.desk),
    }
    for name, place in places.items():
        ways |= {
            f"message, {name}": lambda door, at=place: door.desk.says(at(door), WORD, mention=True),
            f"forwarded, {name}": lambda door, at=place: door.desk.says(at(door), "", forwarded=WORD),
            f"file, {name}": lambda door, at=place: door.desk.says(at(door), WORD, mention=True, attachments=[(WORD, b"x")]),
            f"edited and deleted, {name}": lambda door, at=place: _edits(door, at(door)),
            f"autocomplete, {name}": lambda door, at=place: door.desk.types(at(door), "open", "id", WORD),
        }
        for command in visible():
            options = {option.name: filled.get(option.kind, WORD) for option in command.options}
            ways[f"/{command.name}, {name}"] = lambda door, at=place, name=command.name, options=options: door.desk.slash(
                at(door), name, **options
            )
    ways["reply"] = lambda door: door.desk.says(door.general, WORD, reply_to=door.message)
    for command in COMMANDS:
        ways[f"pressed {command.name}"] = lambda door, data=f"{command.name} {WORD}": door.desk.presses_id(door.message, data)
        if command.menu:
            ways[f"menu {command.menu}"] = lambda door, name=command.menu: door.desk.menu(door.general, name, door.message)
    return ways


@pytest.mark.parametrize("allowed", ALLOWED)
async def test_x5_x4_who_is_not_allowed_comes_in_by_no_door(tmp_path: Path, allowed: str) -> None:
    path = tmp_path / "parley.db"
    async with at_the_door(path, ALLOWED[allowed]) as door:
        asked = len(door.both.house.openai.requests)
        assert asked == (2 if allowed == "a person" else 0)
        for ways in (_telegram_ways(), _discord_ways()):
            assert len(ways) > len(COMMANDS) * 2
            for number, way in enumerate(ways.values()):
                await way(door)
                if number % 10 == 0:
                    await door.both.settle()
        await door.both.settle()
        assert len(door.both.house.openai.requests) == asked
        said = [*door.chat.texts, *door.both.club.discord.dm(door.desk).texts, *door.group.texts, *door.general.texts]
        assert any(REFUSED in text for text in said)
        assert {text for text in said if REFUSED not in text} <= {"You said: hello"}
    kept = dump(path)
    assert WORD not in kept
    assert "'Eve'" not in kept, "not even who it was"
