"""The whole house in one process: the real SDKs against a loopback Telegram and a loopback model, on a real database file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.options import TelegramOptions
from bot.sessions.dispatcher import Dispatcher
from bot.supervisor import Outcome
from storage.sqlite.store import SqliteStore
from tests.fakes.openai_server import FakeOpenAI, prompts
from tests.fakes.telegram import Call, FakeTelegram
from tests.fakes.telegram.chats import Chat, Topic
from tests.fakes.telegram.people import Person
from tests.whole.plan import KEY, LIMITS, LONGEST, POLICY, WHOLE, Held, Plan, QuickClock, living, until

__all__ = [
    "KEY",
    "LIMITS",
    "POLICY",
    "WHOLE",
    "Held",
    "House",
    "Plan",
    "QuickClock",
    "asked",
    "on_telegram",
    "parley",
    "says",
    "until",
    "writes",
]


@dataclass(slots=True)
class House:
    """What a test talks to: people and their chats, the model's server, and the parts of Parley."""

    telegram: FakeTelegram
    openai: FakeOpenAI
    core: Dispatcher
    store: SqliteStore
    adapter: TelegramAdapter
    ann: Person
    chat: Chat
    receiving: asyncio.Task[Outcome]

    async def taken(self) -> None:
        """Waits until what was sent has been fetched; answers may still be on their way."""
        async with asyncio.timeout(LONGEST):
            while self.telegram.updates.waiting:
                await asyncio.sleep(0.01)

    async def settle(self, place: Chat | Topic | None = None) -> None:
        """Waits until what was sent has been fetched, decided, answered and shown."""
        async with asyncio.timeout(LONGEST):
            await self.taken()
            await self.core.idle()


def on_telegram(path: Path, telegram: FakeTelegram, plan: Plan) -> TelegramAdapter:
    options = TelegramOptions(
        telegram.token,
        telegram.url,
        lock_folder=str(path.parent),
        poll_timeout=2,
        poll_grace=plan.poll_grace,
        call_timeout=plan.call_timeout,
    )
    return TelegramAdapter(options, plan.outside, plan.limits)


@asynccontextmanager
async def parley(path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan | None = None) -> AsyncIterator[House]:
    """One life of Parley on the database at `path`."""
    plan = plan or Plan()
    adapter = on_telegram(path, telegram, plan)
    ann = telegram.person(1001, "Ann")
    async with living(path, openai, [adapter], plan) as life:
        yield House(telegram, openai, life.core, life.store, adapter, ann, telegram.private_chat(ann), life.receiving["telegram"])


async def says(house: House, text: str) -> None:
    await house.ann.says(house.chat, text)
    await house.settle()


def asked(house: House) -> list[str]:
    return prompts(house.openai.requests[-1].body)[1:]


def writes(telegram: FakeTelegram) -> list[Call]:
    return [call for call in telegram.calls if call.method in ("sendMessage", "editMessageText")]
