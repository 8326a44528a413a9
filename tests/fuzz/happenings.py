"""Discord's events and interactions, type-confused and half of them: none raises, and what becomes an event of the core is one."""

from __future__ import annotations

import copy
import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

import discord

from adapters.discord.cursors import Cursors
from adapters.discord.gateway import Gateway
from adapters.discord.interactions import Interactions
from adapters.discord.options import DiscordOptions
from adapters.discord.taking import Taking
from adapters.discord.threads import Threads
from bot.clock import SystemClock
from bot.errors import PlaceUnavailable
from bot.events import Event
from tests.discord.interacting import RecordingAnswers, RecordingCore
from tests.fuzz.events import event_problems
from tests.fuzz.loops import completed
from tests.fuzz.payloads import GUILD, HAPPENINGS, ME, OTHERS
from tests.fuzz.shrinking import smaller_json
from tests.fuzz.texts import nasty_text
from tests.fuzz.trees import twisted

Json = dict[str, Any]
_IDS: Final = re.compile(r"-?[0-9]{1,1000}")


class _Core(RecordingCore):
    """Takes any event."""

    async def accept(self, event: Event) -> str | None:
        self.every.append(event)
        return None

    def __init__(self) -> None:
        super().__init__()
        self.every: list[Event] = []


class _Rest:
    """Knows no channel, and opens no thread."""

    async def channel(self, channel_id: int) -> Mapping[str, Any]:
        raise PlaceUnavailable

    async def create_thread(self, channel_id: int, message_id: int, name: str) -> Mapping[str, Any]:
        raise PlaceUnavailable


class Happenings:
    """What the gateway tells goes the way it goes in life: the library's reading, ours, and the core."""

    name = "events"

    def __init__(self) -> None:
        logging.getLogger("adapters.discord").setLevel(logging.CRITICAL)
        logging.getLogger("discord").setLevel(logging.CRITICAL)

    def make(self, chance: Random) -> object:
        happening: Any = twisted(chance.choice(HAPPENINGS), chance, HAPPENINGS)
        if not isinstance(happening, dict) or happening.get("t") not in OTHERS:
            happening = {"t": chance.choice(OTHERS), "d": happening}
        inside = happening.get("d")
        if chance.random() < 0.2 and isinstance(inside, dict):
            inside["content"] = chance.choice(("", "<@42> ", "/edit ", "<@&42>")) + nasty_text(chance)
        return happening

    def smaller(self, case: object) -> Iterator[object]:
        return (smaller for smaller in smaller_json(case) if isinstance(smaller, dict) and smaller.get("t") in OTHERS)

    def show(self, case: object) -> str:
        return repr(case)

    def judge(self, case: Any) -> list[str]:
        return completed(_told(case["t"], copy.deepcopy(case.get("d"))))


async def _told(name: str, data: Any) -> list[str]:
    heard: list[tuple[str, tuple[object, ...]]] = []

    async def nobody(initial: bool) -> None:
        return

    options = DiscordOptions("a.b.c", state_folder=Path(), lock_folder="")
    gateway = Gateway(options, lambda event, args: heard.append((event, args)), nobody, content=True)
    tell = gateway._connection.parsers
    gateway._connection.user = me = discord.ClientUser(state=gateway._connection, data=copy.deepcopy(ME))
    tell["GUILD_CREATE"](copy.deepcopy(GUILD))
    tell[name](data)
    core, answers, clock = _Core(), RecordingAnswers(), SystemClock()
    cursors = Cursors(core, 42)
    taking = Taking(core, _Rest(), clock, cursors, Threads(_Rest(), frozenset({"discord:100"}), clock), me)
    interactions = Interactions(answers, clock)
    for event, args in heard:
        match event, args:
            case "message", (discord.Message() as message,):
                await taking.message(message)
            case "raw_message_edit", (discord.RawMessageUpdateEvent() as edit,):
                if edit.message.edited_at is not None:
                    await taking.edit(edit.message)
            case "raw_message_delete", (discord.RawMessageDeleteEvent() as gone,):
                kind = discord.ChannelType.private if gone.guild_id is None else None
                await taking.deletion(gone.message_id, gateway.channel_of(gone.channel_id, gone.guild_id, kind), None)
            case "interaction", (discord.Interaction() as interaction,):
                await interactions.take(core, interaction)
                await taking.invoked(interaction)
            case _:
                pass
    found = [problem for event in core.every for problem in event_problems(event, _IDS)]
    return found + _said(answers)


def _said(answers: RecordingAnswers) -> list[str]:
    """What is answered can be written as JSON."""
    found = []
    for kind, ref, what in answers.said:
        if kind == "choices":
            json.dumps(what, ensure_ascii=False).encode()
        if not isinstance(ref.token, str) or not ref.token.isascii():
            found.append(f"token: {ref.token!r:.100}")
    return found
