"""Telegram's flood limits as an option: token buckets for each chat and for all, with refusals counted."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tests.fakes.telegram.refusals import flood

COUNTED = frozenset(
    {
        "sendmessage",
        "senddocument",
        "sendphoto",
        "editmessagetext",
        "editmessagecaption",
        "editmessagemedia",
        "editmessagereplymarkup",
        "sendmessagedraft",
    }
)

SLACK = 0.05  # of a call: what the way here may shift


@dataclass(slots=True)
class Bucket:
    """So many at once, then `rate` a second."""

    rate: float
    size: float
    level: float | None = None
    at: float = 0.0
    closed_until: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until one more fits; 0 when it does now."""
        level = self.size if self.level is None else min(self.size, self.level + (now - self.at) * self.rate)
        self.level, self.at = level, now
        return max(self.closed_until - now, 0.0 if level >= 1 - SLACK else (1 - level) / self.rate)

    def take(self) -> None:
        if self.level is not None:
            self.level -= 1


@dataclass(slots=True)
class Limits:
    """None switches a limit off. After a refusal a chat stays closed for the time it was told."""

    private_per_second: float | None = 1.0
    private_burst: float = 3.0
    group_per_minute: float | None = 20.0
    overall_per_second: float | None = 30.0
    refused: int = 0
    _chats: dict[int, Bucket] = field(default_factory=dict)
    _all: Bucket | None = None

    def check(self, method: str, chat_id: int, now: float) -> None:
        """Takes one from the buckets; raises Refusal (429) when one is empty."""
        if method not in COUNTED:
            return
        buckets = [bucket for bucket in (self._chat(chat_id), self._overall()) if bucket is not None]
        wait = max((bucket.wait(now) for bucket in buckets), default=0.0)
        if wait > 0:
            self.refused += 1
            retry_after = max(1, math.ceil(wait))
            if buckets[0] is not self._all and buckets[0].wait(now) > 0:
                buckets[0].closed_until = now + retry_after
            raise flood(retry_after)
        for bucket in buckets:
            bucket.take()

    def _chat(self, chat_id: int) -> Bucket | None:
        bucket = self._chats.get(chat_id)
        if bucket is None:
            if chat_id > 0 and self.private_per_second is not None:
                bucket = Bucket(self.private_per_second, self.private_burst)
            elif chat_id < 0 and self.group_per_minute is not None:
                bucket = Bucket(self.group_per_minute / 60, self.group_per_minute)
            else:
                return None
            self._chats[chat_id] = bucket
        return bucket

    def _overall(self) -> Bucket | None:
        if self._all is None and self.overall_per_second is not None:
            self._all = Bucket(self.overall_per_second, self.overall_per_second)
        return self._all
