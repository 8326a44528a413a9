"""Where guests of each kind come together with the bot, and what people see there: every message with the place that it stands in."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.places import Channel, Guild
from tests.fakes.telegram import Chat, FakeTelegram, Person, Topic
from tests.syscalls.deeds import HERE, NEXT_DOOR, THREAD, AnyTalker
from tests.syscalls.kinds import OWN_PLACE, Kind, Seen
from tests.torture.crowd import Room, Said, Talker
from tests.torture.discord import DiscordSide
from tests.torture.telegram import TelegramSide

FIRST_GUEST = 50_000
SHARED_GROUPS = 64
"""Groups that share a session stand in the settings, so they are there before anybody comes."""
_VARYING = re.compile(r"#[0-9a-f]+|\w*\d\w*")


class Guests:
    """`meet` gives somebody who was never there before, in a room of their own."""

    def __init__(self, side: TelegramSide | DiscordSide, kind: Kind) -> None:
        self._side, self._kind = side, kind
        self._numbers = itertools.count(FIRST_GUEST)
        self._settings: dict[str, str] = {}
        self._shared: list[tuple[Person, Chat]] = []
        if kind.where == "shared":
            assert isinstance(side, TelegramSide)
            self._shared = [_pair(side.fake, next(self._numbers)) for _ in range(SHARED_GROUPS)]
            self._settings["PARLEY_SHARED"] = ",".join(f"telegram:{group.id}" for _, group in self._shared)
        elif kind.where == "threads":
            assert isinstance(side, DiscordSide)
            self._server = side.fake.guild("Threads")
            self._settings["PARLEY_THREADS"] = f"discord:{self._server.id}"

    def environment(self) -> dict[str, str]:
        """What the operator has to set for them."""
        return self._settings

    def meet(self) -> AnyTalker:
        side = self._side
        talker = self._on_telegram(side.fake) if isinstance(side, TelegramSide) else self._on_discord(side.fake)
        side.crowd.talkers.append(talker)
        return talker

    def seen(self, room: Room) -> Seen:
        """Without stubs, and without what differs from guest to guest."""
        return tuple(_put(place, message) for place, message in _standing(room) if not self._is_stray(place, message))

    def strays(self, room: Room) -> int:
        return sum(self._is_stray(place, message) for place, message in _standing(room))

    def _is_stray(self, place: str, message: Said) -> bool:
        """A stub, where the bot may have left one."""
        return self._side.is_stub(message) and place == OWN_PLACE.get(self._kind.where, "")

    def _on_telegram(self, fake: FakeTelegram) -> AnyTalker:
        if self._shared:
            return Talker(*self._shared.pop(), False)
        number = next(self._numbers)
        person = fake.person(number, f"Guest{number}")
        if self._kind.where == "alone":
            return Talker(person, fake.private_chat(person), False)
        group = fake.group(person.name, person, forum=self._kind.where == "topic")
        if not group.forum:
            return Talker(person, group, False)
        here, _ = (fake.topic(group, name, by=person) for name in (HERE, NEXT_DOOR))
        return Talker(person, here, False)

    def _on_discord(self, fake: FakeDiscord) -> AnyTalker:
        number = next(self._numbers)
        person = fake.person(number, f"Guest{number}")
        match self._kind.where:
            case "alone":
                return Talker(person, fake.dm(person), False)
            case "threads":
                self._server.members.append(person.user)
                return Talker(person, self._server.channel(person.name), False)
            case _:
                return Talker(person, fake.guild(person.name, person).channel("general"), False)


def _pair(fake: FakeTelegram, number: int) -> tuple[Person, Chat]:
    person, other = fake.person(number, f"Guest{number}"), fake.person(number + SHARED_GROUPS, f"Other{number}")
    return person, fake.group(person.name, person, other)


def _standing(room: Room) -> Iterator[tuple[str, Said]]:
    """What the bot said in the room, place by place: also where it should have said nothing."""
    match room:
        case Topic():
            for message in room.home.from_bot:
                topic = room.home.topics.get(message.thread_id)
                yield (topic.name if topic is not None else "outside"), message
        case Channel(guild=Guild() as server):
            yield from (("", message) for message in room.from_bot)
            for thread in server.threads.values():
                yield from ((THREAD, message) for message in thread.from_bot if thread.parent is room)
        case _:
            yield from (("", message) for message in room.from_bot)


def _put(place: str, message: Said) -> str:
    text = _VARYING.sub("#", message.text)
    return f"{place}: {text}" if place else text
