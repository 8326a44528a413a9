"""Many people on both platforms, and what they do besides writing: long lists, titles, and sessions that they delete for good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic

from tests.fakes.discord import FakeDiscord
from tests.fakes.telegram import FakeTelegram
from tests.torture.crowd import Crowd, M, P, R, Tags, Talker
from tests.torture.discord_crowd import DiscordCrowd
from tests.torture.telegram_crowd import TelegramCrowd
from tests.torture.words import answered, tags

DELETERS = 0.1
"""The share of people who delete their sessions now and then."""
IN_A_ROOM = 3
TITLE = "about this and that"


class Deleters(Generic[P, R, M]):
    """People who write, wait for the answer, and delete their session now and then, so that nothing of it is stored in the end. What they
    wrote is held against the chat alone."""

    def __init__(self, crowd: Crowd[P, R, M], rooms: Sequence[tuple[P, R]]) -> None:
        self._crowd = crowd
        self.talkers: list[Talker[P, R, M]] = [Talker(person, room, steady=True) for person, room in rooms]
        self.rooms = {id(room) for _, room in rooms}
        self.deleted = 0

    async def do(self) -> None:
        talker = self._crowd.random.choice(self.talkers)
        if self._crowd.random.random() < 0.25 and talker.messages and not unanswered(talker):
            self.deleted += 1
            await self._crowd.command(talker, "delete")
        else:
            await self._crowd.says(talker)

    def problems(self) -> list[str]:
        """What of theirs has no answer."""
        return [f"lost: {unanswered(talker)} of {talker.person.name} have no answer" for talker in self.talkers if unanswered(talker)]


def unanswered(talker: Talker[P, R, M]) -> list[str]:
    """By what stands in the chat."""
    named = {tag for post in talker.chat.from_bot for tag in answered(post.text)}
    failures = sum(not answered(post.text) for post in talker.chat.from_bot)
    missing = [tag for message in talker.messages if (tag := tags(message.text)[0]) not in named]
    return missing if len(missing) > failures else []


class ManyOnTelegram(TelegramCrowd):
    """`people` in private chats, and a group for every eighth where there are groups."""

    def __init__(self, fake: FakeTelegram, seed: int, names: Tags, people: int, *, groups: bool) -> None:
        Crowd.__init__(self, seed, names)
        everybody = [fake.person(1000 + number, f"Person{number}") for number in range(people)]
        few = max(1, round(people * DELETERS))
        self.deleters = Deleters(self, [(person, fake.private_chat(person)) for person in everybody[:few]])
        others = everybody[few:]
        self.talkers = [Talker(person, fake.private_chat(person), number % 3 == 0) for number, person in enumerate(others)]
        for first in range(0, max(8, people) if groups else 0, 8):
            members = [others[(first + place) % len(others)] for place in range(IN_A_ROOM)]
            group = fake.group(f"Group {first // 8}", *members)
            self.talkers += [Talker(person, group, number == 0) for number, person in enumerate(members)]
        _more(self)

    async def do(self) -> None:
        await (self.deleters.do() if self.random.random() < DELETERS else super().do())


class ManyOnDiscord(DiscordCrowd):
    """`people` in direct messages, and a channel for every eighth."""

    def __init__(self, fake: FakeDiscord, seed: int, names: Tags, people: int) -> None:
        super().__init__(fake, seed, names)
        few = max(1, round(people * DELETERS))
        ours = [fake.person(5000 + number, f"Somebody{number}") for number in range(few)]
        self.deleters = Deleters(self, [(person, fake.dm(person)) for person in ours])
        more = [fake.person(3000 + number, f"Many{number}") for number in range(max(IN_A_ROOM, people - few - len(self.talkers)))]
        self.talkers += [Talker(person, fake.dm(person), number % 3 == 0) for number, person in enumerate(more)]
        server = fake.guild("Many", *more)
        for first in range(0, people, 8):
            channel = server.channel(f"channel-{first // 8}")
            members = [more[(first + place) % len(more)] for place in range(IN_A_ROOM)]
            self.talkers += [Talker(person, channel, number == 0) for number, person in enumerate(members)]
        _more(self)

    async def greet(self) -> None:
        await super().greet()
        for talker in self.deleters.talkers:
            await self.says(talker)

    async def do(self) -> None:
        await (self.deleters.do() if self.random.random() < DELETERS else super().do())


def _more(crowd: Crowd[P, R, M]) -> None:
    """Commands that only look, or name something."""

    def giving(name: str, text: str = "") -> Callable[[Talker[P, R, M]], Awaitable[None]]:
        async def give(talker: Talker[P, R, M]) -> None:
            await crowd.command(talker, name, text)

        return give

    crowd.deeds |= {
        "/history": (3, giving("history")),
        "/sessions": (2, giving("sessions")),
        "/help": (1, giving("help")),
        "/title": (1, giving("title", TITLE)),
    }
