"""Telegram as the scenarios see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from tests.benchmarks.platforms import Home, Limited, Platform, Seat
from tests.fakes.telegram import FakeTelegram, Limits, Message

TOKEN = "123456:benchmark-token-that-opens-nothing-0000"
FIRST_PERSON = 1001
OVERALL = 30.0
_LIMITS: dict[Limited, Callable[[], Limits | None]] = {
    "no": lambda: None,
    "chats": lambda: Limits(overall_per_second=None),
    "all": lambda: Limits(overall_per_second=OVERALL),
}


class TelegramServer:
    """A chat takes one message a second, three at once; all together 30 a second."""

    def __init__(self, limited: Limited) -> None:
        self._limits = _LIMITS[limited]()
        self._fake = FakeTelegram(token=TOKEN, limits=self._limits)
        self._fake.listener = self._look
        self.listener: Callable[[str], None] = lambda text: None
        self.ready = self._fake.updates.polled

    async def __aenter__(self) -> Self:
        await self._fake.__aenter__()
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        await self._fake.__aexit__(None, None, None)

    @property
    def ready_at(self) -> float:
        return self._fake.calls_of("getUpdates")[0].at

    @property
    def refused(self) -> int:
        return self._limits.refused if self._limits is not None else 0

    @property
    def environment(self) -> dict[str, str]:
        return {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": self._fake.url}

    def seat(self, number: int) -> Seat:
        person = self._fake.person(FIRST_PERSON + number, f"Person {number}")
        chat = self._fake.private_chat(person)
        return Seat(lambda text: person.says(chat, text), chat.transcript)

    def crowd(self, count: int) -> list[Seat]:
        return [self.seat(number) for number in range(count)]

    def _look(self, message: Message) -> None:
        if message.by_bot:
            self.listener(message.text)


def home(number: int) -> Home:
    """A private chat has the id of its person."""
    return Home(str(FIRST_PERSON + number), str(FIRST_PERSON + number))


TELEGRAM = Platform(
    name="telegram",
    title="Telegram",
    ready="first getUpdates",
    overall=OVERALL,
    baseline="tests.benchmarks.baseline_telegram",
    server=TelegramServer,
    home=home,
)
