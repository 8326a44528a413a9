"""Discord's rate limits as an option: a bucket for each route and channel, one for all, told in headers, with refusals counted."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tests.fakes.discord.params import Call
from tests.fakes.discord.refusals import Refusal, limited

COUNTED = ("create message", "edit message", "followup", "edit original", "edit followup")


@dataclass(slots=True)
class Window:
    """So many in a stretch of seconds that begins with the first."""

    size: int
    seconds: float
    used: int = 0
    ends: float = 0.0

    def at(self, now: float) -> Window:
        if now >= self.ends:
            self.used, self.ends = 0, now + self.seconds
        return self


@dataclass(slots=True)
class Limits:
    """`per_channel` calls in `seconds` for each channel (or webhook) and kind of call, `overall` a second; None switches one off.

    `html` makes the global refusal Cloudflare's page. `refused` counts refusals.
    """

    per_channel: int | None = 5
    seconds: float = 5.0
    overall: int | None = 50
    html: bool = False
    refused: int = 0
    _windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    _all: Window | None = None

    def check(self, call: Call) -> dict[str, str]:
        """Takes one; returns the headers for the answer. Raises Refusal (429) when there is none left."""
        now = time.monotonic()
        if self.overall is not None and "/{token}" not in call.route:  # what comes by an interaction's token is not counted
            everything = self._all = (self._all or Window(self.overall, 1.0)).at(now)
            if everything.used >= everything.size:
                self.refused += 1
                refusal = limited(round(everything.ends - now, 3), everywhere=True)
                refusal.extra["html"] = self.html
                raise refusal
            everything.used += 1
        if self.per_channel is None or call.name not in COUNTED:
            return {}
        window = self._windows.setdefault(
            (call.name, call.ids[0] + "".join(call.ids[1:2] if "webhooks" in call.route else ())), Window(0, 0.0)
        )
        window.size, window.seconds = self.per_channel, self.seconds
        window.at(now)
        if window.used >= window.size:
            self.refused += 1
            refusal = limited(round(window.ends - now, 3))
            refusal.extra["headers"] = self._headers(call, window, now)
            raise refusal
        window.used += 1
        return self._headers(call, window, now)

    def _headers(self, call: Call, window: Window, now: float) -> dict[str, str]:
        left = max(0.0, window.ends - now)
        return {
            "X-RateLimit-Limit": str(window.size),
            "X-RateLimit-Remaining": str(window.size - window.used),
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": call.name.replace(" ", "-"),
        }


def plain(refusal: Refusal) -> tuple[dict[str, str], bool]:
    """What of a refusal is no JSON: its headers, and whether it is a page."""
    headers = refusal.extra.pop("headers", {})
    return headers, bool(refusal.extra.pop("html", False))
