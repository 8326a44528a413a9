"""Telegram that posts its updates to the bot: what is posted fails, comes again, and waits while nobody listens."""

from __future__ import annotations

import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.fakes.telegram.faults import POST
from tests.torture.crowd import Tags
from tests.torture.records import Records
from tests.torture.sides import Pace
from tests.torture.telegram import FAULT_CHANCE, TelegramSide, telegram
from tests.torture.verdict import Verdict

ADDRESS = "https://parley.example.org/telegram"
SECRET = "torture-lets-nobody-else-post-here"
TRIED_AGAIN = 0.02
GIVEN_UP = (0.002, 0.01)
"""Seconds after which Telegram waits no longer for a 200: sometimes before the event is stored, sometimes after."""
ANNOUNCED = ("setWebhook", "getWebhookInfo")


class WebhookSide(TelegramSide):
    """The same Telegram, and the web server in front of the bot."""

    # A bot that finds a backlog looks again after half a second, and answers nobody before that.
    pace = Pace(longest=0.4, patient=1.5, patience=0.3)

    def __init__(self, side: TelegramSide, port: int) -> None:
        super().__init__(side.fake, side.crowd)
        self._port = port
        self.fake.updates.front = f"http://127.0.0.1:{port}"
        self.fake.updates.webhook_pause = TRIED_AGAIN

    def environment(self) -> dict[str, str]:
        own = {
            "TELEGRAM_WEBHOOK_URL": ADDRESS,
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
            "TELEGRAM_WEBHOOK_LISTEN": f"127.0.0.1:{self._port}",
        }
        return super().environment() | own

    def break_network(self) -> None:
        """Posts do not arrive, or their 200 is lost, or is not waited for."""
        super().break_network()
        self.fake.faults.add(POST, chance=2 * FAULT_CHANCE, times=None, error=502)
        self.fake.faults.add(POST, chance=3 * FAULT_CHANCE, times=None, cut=True, after=True)
        for seconds in GIVEN_UP:
            self.fake.faults.add(POST, chance=2 * FAULT_CHANCE, times=None, slow=seconds, after=True)

    def disturb(self, chance: random.Random) -> None:
        """Telegram loses its patience."""
        self.fake.updates.give_up()

    def looks(self) -> int:
        """A start says where to post, and asks what still waits."""
        return sum(len(self.fake.calls_of(method)) for method in ANNOUNCED)

    def check(self, records: Records, verdict: Verdict) -> None:
        super().check(records, verdict)
        if self.fake.updates.polls:
            verdict.problems.append(f"the bot polled {self.fake.updates.polls} times beside its webhook")


@asynccontextmanager
async def telegram_by_webhook(seed: int, names: Tags) -> AsyncIterator[TelegramSide]:
    """A fresh one. Its port is held all the time, so that nobody else gets it while the bot is dead; the bot may still listen on it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        async with telegram(seed, names) as side:
            yield WebhookSide(side, held.getsockname()[1])
