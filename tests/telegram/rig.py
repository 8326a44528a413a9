"""What the Telegram tests stand on: options of an adapter before the loopback Bot API, and limits."""

from __future__ import annotations

from dataclasses import replace

from adapters.telegram.limiter import Limits
from adapters.telegram.options import TelegramOptions
from tests.fakes.telegram import FakeTelegram

PLENTY = Limits(rate=1e6, burst=1e6, private_rate=1e6, private_burst=1e6, group_count=10**6)
STRICT = Limits(probes=0)
"""No calls beyond the overall rate: what they do has tests of its own."""


def options_for(fake: FakeTelegram, folder: str, **changes: object) -> TelegramOptions:
    base = TelegramOptions(token=fake.token, api_url=fake.url, lock_folder=folder, poll_timeout=2, poll_grace=2.0, call_timeout=2.0)
    return replace(base, **changes)  # type: ignore[arg-type]
