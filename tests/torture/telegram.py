"""Telegram around the bot: slow and unreliable as asked, and its books."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

from tests.fakes.telegram import Chat, FakeTelegram, Message
from tests.torture.crowd import Room, Said, Tags
from tests.torture.records import Records, Row
from tests.torture.sides import Pace
from tests.torture.telegram_crowd import TelegramCrowd
from tests.torture.verdict import Verdict
from tests.torture.words import answered

LONGEST_DELAY = 0.04
FAULTS = ({"error": 500}, {"error": 502, "html": True}, {"cut": True})
FAULT_CHANCE = 0.03
SHOWN = frozenset({"sendMessage", "editMessageText", "deleteMessage"})
STUB_ENDS = ("…", "(moved up)")


class SlowTelegram(FakeTelegram):
    """Takes its time before and after each call's effect, so that deaths fall on both sides of it."""

    def __init__(self, *, token: str, seed: int) -> None:
        super().__init__(token=token, seed=seed)
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.delay = LONGEST_DELAY

    async def _call(self, request: web.Request) -> web.StreamResponse:
        try:
            await request.read()
        except ConnectionError:  # the bot died in the middle of its words
            return web.Response(status=400)
        await asyncio.sleep(self._random.uniform(0, self.delay / 2))
        response = await super()._call(request)
        await asyncio.sleep(self._random.uniform(0, self.delay / 2))
        return response


class TelegramSide:
    """A `Side`. Telegram keeps for the bot what it was not told to forget."""

    platform = "telegram"
    pace = Pace()
    greets = False

    def __init__(self, fake: SlowTelegram, crowd: TelegramCrowd) -> None:
        self.fake = fake
        self.crowd = crowd

    def environment(self) -> dict[str, str]:
        return {"TELEGRAM_TOKEN": self.fake.token, "TELEGRAM_API_URL": self.fake.url}

    async def greet(self) -> None:
        """Who writes for the first time while the bot is dead is found."""

    def break_network(self) -> None:
        """Polls fail too."""
        for method in ("*", "getUpdates"):
            for what in FAULTS:
                for after in (False, True):
                    self.fake.faults.add(method, after=after, chance=FAULT_CHANCE, times=None, **what)

    def mend_network(self) -> None:
        self.fake.faults.clear()

    def disturb(self, chance: random.Random) -> None:
        """There is no connection that lasts; `break_network` cuts the calls."""

    def signs(self) -> int:
        return len(self.fake.calls)

    def looks(self) -> int:
        return self.fake.updates.polls

    def shown(self) -> int:
        return sum(call.method in SHOWN for call in self.fake.calls)

    def unknown_sends(self) -> int:
        return sum(call.refused != "" and call.result is not None for call in self.fake.calls_of("sendMessage"))

    def waits(self, stored: Collection[str]) -> str:
        waiting = len(self.fake.updates.waiting)
        return f"{waiting} updates wait at Telegram" if waiting else ""

    def rooms(self) -> Iterable[Chat]:
        return self.fake.chats.values()

    def rows_of(self, message: Said, room: Room, records: Records) -> list[Row]:
        return records.written("telegram", room.id, message.id)

    def message_of(self, post: Row) -> tuple[Chat, Message | None]:
        chat = self.fake.chats[int(post["chat_id"])]
        return chat, chat.everything.get(int(post["ref_message"]))

    def is_stub(self, message: Said) -> bool:
        """A send cannot be repeated there, so it is made short of its text; who died after it leaves a stub."""
        return message.text.endswith(STUB_ENDS)

    def is_line(self, message: Said) -> bool:
        """What commands say there are posts as well. But a question is never edited: it is sent whole, and may be asked twice."""
        assert isinstance(message, Message)
        return message.force_reply

    def check(self, records: Records, verdict: Verdict) -> None:
        """What Telegram was allowed to forget is in the inbox (I4)."""
        verdict.problems += self.fake.violations
        verdict.again += sum(self.fake.updates.handed_out.values()) - len(self.fake.updates.handed_out)
        for update in self.fake.updates.log:
            body = update.get("message") or update.get("edited_message")
            subject = body["message_id"] if body is not None else update["callback_query"]["id"]
            chat = (body or update["callback_query"]["message"])["chat"]["id"]
            if f"telegram:{self.fake.bot.id}:{update['update_id']}:{subject}" not in records.events:
                verdict.lose(f"update {update['update_id']} was never stored", self.fake.chats[chat])
        for room in self.rooms():
            self._commands_once(room, verdict)

    def _commands_once(self, room: Chat, verdict: Verdict) -> None:
        """What a typed command says is said once, however often Telegram handed it out."""
        lines = [post for post in room.from_bot if not answered(post.text) and not self.is_stub(post)]
        said = Counter(line.reply_to.id for line in lines if line.reply_to is not None and line.reply_to.text.startswith("/"))
        for number, times in said.items():
            if times > 1:
                verdict.double(f"the command {room.everything[number].text} (message {number}) was carried out {times} times", room)


@asynccontextmanager
async def telegram(seed: int, names: Tags) -> AsyncIterator[TelegramSide]:
    """A fresh one."""
    async with SlowTelegram(token=f"{700_000_000 + seed % 1_000_000}:torture-opens-nothing", seed=seed) as fake:
        yield TelegramSide(fake, TelegramCrowd(fake, seed, names))
