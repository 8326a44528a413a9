"""What the gateway remembers: sockets that are open, and sessions with the numbered log of events that RESUME replays."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

import orjson
from aiohttp import web

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
GUILDS, MEMBERS, PRESENCES, GUILD_MESSAGES, DIRECT_MESSAGES, CONTENT = 1 << 0, 1 << 1, 1 << 8, 1 << 9, 1 << 12, 1 << 15
KEPT = 20_000  # events that a session remembers


@dataclass(slots=True, eq=False)
class Line:
    """A connected socket; what is to be sent waits in a queue, so that nobody waits for a client."""

    request: web.Request
    socket: web.WebSocketResponse
    outgoing: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    session: Session | None = None
    silent: bool = False

    def send(self, op: int, data: object = None, *, seq: int | None = None, name: str | None = None) -> None:
        if self.silent:
            return
        self.outgoing.put_nowait(orjson.dumps({"op": op, "d": data, "s": seq, "t": name}))

    def cut(self) -> None:
        """Resets the TCP connection."""
        if self.request.transport is not None:
            self.request.transport.abort()


@dataclass(slots=True, eq=False)
class Session:
    """What the gateway knows of one client that identified itself."""

    id: str
    intents: int
    line: Line | None = None
    seq: int = 0
    muted: bool = False
    log: deque[tuple[int, str, object]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def dispatch(self, name: str, data: object) -> None:
        if self.muted:
            return
        self.seq += 1
        self.log.append((self.seq, name, data))
        if self.line is not None:
            self.line.send(DISPATCH, data, seq=self.seq, name=name)


@dataclass(slots=True)
class StartLimit:
    """How many IDENTIFYs are left, as GET /gateway/bot tells it. `reset_after` is in milliseconds."""

    total: int = 1000
    remaining: int = 1000
    reset_after: int = 86_400_000
    max_concurrency: int = 1
