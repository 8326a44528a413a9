"""One private chat on the loopback Bot API and an adapter that does not hold back, for the tests of single calls."""

from __future__ import annotations

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.limiter import Limits
from bot.events import MessageRef, Place
from tests.fakes.rig import FastClock, plain
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.telegram.rig import PLENTY, options_for


class Stage:
    """Ann's private chat, and an adapter that does not hold back."""

    def __init__(self, fake: FakeTelegram, folder: str, limits: Limits = PLENTY) -> None:
        self.fake = fake
        self.ann: Person = fake.person(1001, "Ann")
        self.chat: Chat = fake.private_chat(self.ann)
        self.home = Place("telegram", "1001")
        self.clock = FastClock()
        self.adapter = TelegramAdapter(options_for(fake, folder, call_timeout=1.5), self.clock, limits)

    async def send(self, text: str, place: Place | None = None, **fields: object) -> MessageRef:
        return await self.adapter.send(place or self.home, plain(text, **fields), key="k")


def place_of(chat: Chat, thread: int = 0) -> Place:
    return Place("telegram", str(chat.id), str(thread) if thread else "", "private" if chat.type == "private" else "group")
