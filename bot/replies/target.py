"""Where a reply is shown and for whom, and the claim on its posts of whoever brings them in line."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.events import MessageRef, Place

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a reply is shown, to what it replies, and for whose eyes.

    An answer stands under the `heading`, Markdown that is not the model's. Posts and replies with ids up to `inherited` are from an earlier
    life of the program, which may have sent them after `since`.
    """

    place: Place
    reply_to: MessageRef | None = None
    audience: str = ""
    since: datetime = LONG_AGO
    inherited: int = 0
    heading: str = ""


@dataclass(slots=True, eq=False)
class Claim:
    """On the posts of a reply, while they are brought in line with it. A decision made meanwhile, under the `lock`, may have `outdated`
    what is being shown, have given the posts to another reply, the `heir`, or have `dropped` them."""

    lock: asyncio.Lock
    outdated: bool = False
    dropped: bool = False
    heir: int | None = None

    @property
    def wanted(self) -> bool:
        """Whether the posts are to show something, after it had been decided that they are to go."""
        return self.heir is not None or (self.outdated and not self.dropped)
