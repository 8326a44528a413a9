"""Who may call Telegram when: the flood limits as arithmetic on a given time, with no clock and no waiting of its own.

Telegram names its limits only roughly: one message a second in a private chat (short bursts pass), twenty a minute in a group,
thirty a second in all. What exceeds them is refused for seconds to minutes, so the adapter keeps them itself.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from adapters.telegram.buckets import ROUNDING, Bucket, Probes, Window
from bot.errors import RateLimited

Waits = Literal["final", "placeholder"]


@dataclass(frozen=True, slots=True)
class Limits:
    """`rate` is calls a second in the long run, `burst` calls at once; in groups `group_count` in any `group_window` seconds. The reserves
    are what previews leave free for what must arrive. A placeholder is served as if it had come `placeholder_delay` seconds later than
    it did: a delay and not a rank, so that nothing waits for ever. `probes` calls at once may go beyond `rate`, until one of them is
    refused; after that none for `probe_pause` seconds. Previews never do."""

    rate: float = 29.5
    burst: float = 28.0
    reserve: float = 24.0
    probes: int = 6
    probe_pause: float = 600.0
    private_rate: float = 1.0
    private_burst: float = 3.0
    private_reserve: float = 1.0
    private_interval: float = 1.05
    group_count: int = 20
    group_window: float = 60.5
    group_reserve: int = 4
    group_interval: float = 3.1
    placeholder_delay: float = 3.0
    previews: float = 18.0
    streaming_for: float = 6.0
    waits_at_most: float = 5.0
    waiting: int = 20_000
    chats: int = 10_000
    flood_window: float = 10.0
    flood_chats: int = 3


@dataclass(slots=True)
class Chat:
    """What is known of one chat: its last calls, until when it is closed by a 429, and who waits there."""

    calls: Bucket | Window
    closed_until: float = 0.0
    waiting: list[tuple[float, int]] = field(default_factory=list)  # (served from, ticket)
    version: int = 0


class Limiter:
    """`join` gives a ticket, `grants` says which may go now, `wake_in` when to ask again; `squeeze_in` is for what may be left out."""

    def __init__(self, limits: Limits = Limits(), now: float = 0.0) -> None:
        self._limits = limits
        self._all = Bucket(limits.rate, limits.burst, limits.burst, now)
        self._probes = Probes(limits.probes, limits.probe_pause)
        self._slow_until = now
        self._chats: OrderedDict[str, Chat] = OrderedDict()
        self._ready: list[tuple[float, int, str, int]] = []  # (served from, ticket, chat, version): its chat is open
        self._later: list[tuple[float, str, int]] = []  # (open at, chat, version): closed or used up
        self._tickets = count(1)
        self._waiting: set[int] = set()
        self._streams: OrderedDict[str, float] = OrderedDict()
        self._floods: deque[tuple[float, str]] = deque()

    def join(self, now: float, chat_id: str, kind: Waits) -> int:
        """A ticket for a call that must be made. Raises RateLimited where Telegram closed the chat for longer than one should wait
        for in memory, and where too many wait already."""
        chat = self._chat(now, chat_id)
        closed = chat.closed_until - now
        if closed > self._limits.waits_at_most or len(self._waiting) >= self._limits.waiting:
            raise RateLimited(max(closed, self._limits.waits_at_most))
        ticket = next(self._tickets)
        heapq.heappush(chat.waiting, (now + (self._limits.placeholder_delay if kind == "placeholder" else 0.0), ticket))
        self._waiting.add(ticket)
        self._line_up(now, chat_id, chat)
        if kind == "placeholder":
            self._streaming(now, chat_id)
        else:
            self._streams.pop(chat_id, None)
        return ticket

    def leave(self, ticket: int) -> None:
        """The call has ended, or the place in the queue is given up."""
        self._waiting.discard(ticket)
        self._probes.under_way.discard(ticket)

    def grants(self, now: float) -> list[int]:
        """The tickets whose calls may be made now, in order."""
        while self._later and self._later[0][0] <= now:
            _, chat_id, version = heapq.heappop(self._later)
            chat = self._chats[chat_id]
            if chat.version == version:
                self._line_up(now, chat_id, chat)
        granted: list[int] = []
        while self._ready and ((fits := self._overall(now) == 0.0) or self._probes.allowed(now)):
            _, _, chat_id, version = heapq.heappop(self._ready)
            chat = self._chats[chat_id]
            if chat.version != version:
                continue
            ticket = heapq.heappop(chat.waiting)[1]
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                self._count(now, chat, 1.0 if fits else 0.0)
                if not fits:
                    self._probes.under_way.add(ticket)
                granted.append(ticket)
            self._line_up(now, chat_id, chat)
        return granted

    def wake_in(self, now: float) -> float | None:
        """Seconds until `grants` may have something; None when nobody waits."""
        if not self._waiting:
            return None
        ready = self._overall(now) if self._ready else float("inf")
        if self._ready and self._probes.allowed(now):
            ready = 0.0
        later = self._later[0][0] - now if self._later else float("inf")
        return max(0.0, min(ready, later))

    def squeeze_in(self, now: float, chat_id: str) -> float:
        """0 when a preview may be sent now, and is counted; else the seconds until it is worth trying again."""
        chat = self._chat(now, chat_id)
        self._streaming(now, chat_id)
        wait = max(chat.closed_until - now, self._overall(now, 1.0 + self._limits.reserve))
        if isinstance(chat.calls, Window):
            wait = max(wait, chat.calls.wait(now, self._limits.group_reserve))
        else:
            wait = max(wait, chat.calls.wait(now, 1.0 + self._limits.private_reserve))
        if chat.waiting or self._ready:
            wait = max(wait, 1.0)
        if wait <= 0.0:
            self._count(now, chat)
        return max(0.0, wait)

    def has_room(self, now: float, chat_id: str) -> bool:
        """Whether a typing action may be sent, which counts for all chats together only."""
        known = self._chats.get(chat_id)
        if self._ready or (known is not None and known.closed_until > now) or self._overall(now, 3.0 + self._limits.reserve) > 0.0:
            return False
        self._all.level -= 1.0
        return True

    def flooded(self, now: float, chat_id: str, retry_after: float) -> None:
        """Telegram refused a call: that chat is closed for so long. When many chats are refused at once, all go slower for a while."""
        chat = self._chat(now, chat_id)
        chat.closed_until = max(chat.closed_until, now + retry_after)
        self._line_up(now, chat_id, chat)
        if self._probes.refused(now):
            self._overall(now)
            self._all.level = min(self._all.level, 0.0)
            return
        self._floods.append((now, chat_id))
        while self._floods[0][0] <= now - self._limits.flood_window:
            self._floods.popleft()
        if len({flooded for _, flooded in self._floods}) >= self._limits.flood_chats:
            self._overall(now)
            self._all.level = min(self._all.level, 0.0)
            self._slow_until = now + self._limits.flood_window

    def interval(self, now: float, chat_id: str) -> float:
        """The time between two previews in a chat with which all that stream now find room."""
        chat = self._chats.get(chat_id)
        base = self._limits.private_interval
        if chat_id.startswith("-"):
            base = self._limits.group_interval
            half = (self._limits.group_count - self._limits.group_reserve) // 2
            if chat is not None and isinstance(chat.calls, Window) and len(chat.calls.calls) > half:
                base = self._limits.group_window / (self._limits.group_count - self._limits.group_reserve)
        return max(base, self._live(now) / self._limits.previews)

    def _chat(self, now: float, chat_id: str) -> Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            self._forget(now)
            limits = self._limits
            calls: Bucket | Window
            if chat_id.startswith("-"):
                calls = Window(limits.group_count, limits.group_window)
            else:
                calls = Bucket(limits.private_rate, limits.private_burst, limits.private_burst, now)
            chat = self._chats[chat_id] = Chat(calls)
        else:
            self._chats.move_to_end(chat_id)
        return chat

    def _forget(self, now: float) -> None:
        """Drops the chat that was idle longest once there are too many, unless it is in use."""
        if len(self._chats) < self._limits.chats:
            return
        chat_id, chat = next(iter(self._chats.items()))
        if chat.waiting or chat.closed_until > now:
            self._chats.move_to_end(chat_id)
            return
        del self._chats[chat_id]
        self._ready = [entry for entry in self._ready if entry[2] != chat_id]
        self._later = [entry for entry in self._later if entry[1] != chat_id]
        heapq.heapify(self._ready)
        heapq.heapify(self._later)

    def _line_up(self, now: float, chat_id: str, chat: Chat) -> None:
        """Puts the chat where it belongs: among those whose first in line may go, or among those to look at later."""
        chat.version += 1
        while chat.waiting and chat.waiting[0][1] not in self._waiting:
            heapq.heappop(chat.waiting)
        if not chat.waiting:
            return
        wait = max(chat.closed_until - now, chat.calls.wait(now))
        if wait > ROUNDING:
            heapq.heappush(self._later, (now + wait, chat_id, chat.version))
        else:
            heapq.heappush(self._ready, (*chat.waiting[0], chat_id, chat.version))

    def _overall(self, now: float, needed: float = 1.0) -> float:
        self._all.rate = self._limits.rate / (2.0 if now < self._slow_until else 1.0)
        return self._all.wait(now, needed)

    def _count(self, now: float, chat: Chat, overall: float = 1.0) -> None:
        self._all.level -= overall
        if isinstance(chat.calls, Window):
            chat.calls.calls.append(now)
        else:
            chat.calls.level -= 1.0

    def _streaming(self, now: float, chat_id: str) -> None:
        self._streams[chat_id] = now
        self._streams.move_to_end(chat_id)

    def _live(self, now: float) -> int:
        """How many chats show a growing answer; with many of them each is heard of seldom."""
        since = now - max(self._limits.streaming_for, 2.5 * len(self._streams) / self._limits.previews)
        while self._streams and next(iter(self._streams.values())) < since:
            self._streams.popitem(last=False)
        return len(self._streams)
