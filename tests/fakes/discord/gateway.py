"""The gateway: who is let in, what goes out to which session, and the ways in which it goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from tests.fakes.discord.refusals import Json
from tests.fakes.discord.sessions import ACK, DISPATCH, HELLO, INVALID, RECONNECT, Line, Session, StartLimit

ROUND_TRIP = 0.05
"""Seconds until a heartbeat is acknowledged, as from a server far away. discord.py notes the time of a heartbeat, in a thread of its own,
only after it was sent: what is acknowledged at once is measured from the heartbeat before, and logged as that far behind."""


class Gateway:
    """Where events go out. Counts `identifies` and `resumes` (answered with RESUMED) and `refused_resumes`; `intents` are the last told.

    `heartbeat` is the interval in seconds; `acknowledges` False is a server that answers no heartbeat; `shuffles` makes a replay come in
    the wrong order; `heartbeats` counts those that came. `closed_with` lists the codes with which clients closed.
    """

    def __init__(self, *, heartbeat: float, ready: Callable[[Session], list[tuple[str, Json]]], admit: Callable[[Json], int]) -> None:
        self.heartbeat = heartbeat
        self.sessions: dict[str, Session] = {}
        self.lines: list[Line] = []
        self.start_limit = StartLimit()
        self.identifies = self.resumes = self.refused_resumes = self.heartbeats = 0
        self.intents = 0
        self.acknowledges = True
        self.accepts = True
        self.shuffles = False
        self.mute_newcomers = False
        self.resume_heals = False
        self.closed_with: list[int | None] = []
        self._ready, self._admit = ready, admit
        self._waiters: list[asyncio.Future[None]] = []

    # What a test does

    @property
    def connected(self) -> list[Session]:
        """The sessions that hear now."""
        return [line.session for line in self.lines if line.session is not None]

    async def wait_connected(self, timeout: float = 60.0) -> Session:  # noqa: ASYNC109
        """Waits until a session hears, after READY or RESUMED was sent."""
        async with asyncio.timeout(timeout):
            while not self.connected:
                waiter = asyncio.get_running_loop().create_future()
                self._waiters.append(waiter)
                await waiter
        return self.connected[-1]

    def dispatch(self, name: str, data: object = None, *, to: Callable[[Session], object | None] | None = None) -> None:
        """Tells every session the data, or what `to` gives for it, None for nothing. Lost when there is no session."""
        for session in list(self.sessions.values()):
            told = data if to is None else to(session)
            if told is not None:
                session.dispatch(name, told)

    def send_raw(self, name: str, data: object) -> None:
        """Sends any payload as an event, malformed ones too."""
        self.dispatch(name, data)

    def repeat_last(self, name: str = "MESSAGE_CREATE") -> None:
        """Sends the newest event of this name once more. AssertionError when there was none."""
        found = next((data for _, event, data in reversed(self._logged()) if event == name), None)
        assert found is not None, f"no {name} was sent"
        for session in self.sessions.values():
            session.dispatch(name, found)

    def _logged(self) -> list[tuple[int, str, object]]:
        return [entry for session in self.sessions.values() for entry in session.log]

    def cut(self) -> None:
        """Resets every socket; the sessions live on and can be resumed."""
        for line in list(self.lines):
            self._leave(line)
            line.cut()

    def reconnect(self) -> None:
        """Asks every client to come again (op 7)."""
        for line in self.lines:
            line.send(RECONNECT)

    def forget_session(self) -> None:
        """Forgets all sessions: who resumes is told op 9. Cut the sockets to make clients notice."""
        for line in self.lines:
            line.session = None
        self.sessions.clear()

    def invalidate(self, *, resumable: bool = False) -> None:
        """Tells every client op 9 at once."""
        lines = list(self.lines)
        if not resumable:
            self.forget_session()
        for line in lines:
            line.send(INVALID, resumable)

    def mute(self, *, newcomers: bool = False, resume_heals: bool = False) -> None:
        """The half-dead server: heartbeats are acknowledged, events are lost for ever. A session that identifies later hears again,
        unless `newcomers` are muted too; one that resumes only where `resume_heals`."""
        self.mute_newcomers, self.resume_heals = newcomers, resume_heals
        for session in self.sessions.values():
            session.muted = True

    def unmute(self) -> None:
        self.mute_newcomers = False
        for session in self.sessions.values():
            session.muted = False

    def silence(self) -> None:
        """Nothing more comes over the sockets that are open, no acknowledgement either; a RESUME over a new one replays it all."""
        for line in self.lines:
            line.silent = True

    async def close_with(self, code: int, reason: str = "") -> None:
        """Closes every socket with this code."""
        for line in list(self.lines):
            self._leave(line)
            await line.socket.close(code=code, message=reason.encode())

    async def shut(self) -> None:
        """For the end of the server."""
        self.cut()
        await asyncio.sleep(0)

    # What a client does

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One socket, from HELLO to its end."""
        if not self.accepts:
            return web.Response(status=503)
        socket = web.WebSocketResponse(autoping=True, timeout=0.2, max_msg_size=0)
        await socket.prepare(request)
        line = Line(request, socket)
        self.lines.append(line)
        line.send(HELLO, {"heartbeat_interval": int(self.heartbeat * 1000), "_trace": []})
        writer = asyncio.create_task(_write(line))
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT or not await self._hear(line, orjson.loads(message.data)):
                    break
        finally:
            self._ended(line)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer
        return socket

    def _ended(self, line: Line) -> None:
        code = line.socket.close_code
        self.closed_with.append(code)
        if line.session is not None and code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY):
            self.sessions.pop(line.session.id, None)
        self._leave(line)

    def _leave(self, line: Line) -> None:
        if line in self.lines:
            self.lines.remove(line)
        if line.session is not None and line.session.line is line:
            line.session.line = None

    async def _hear(self, line: Line, said: Json) -> bool:
        """Answers one payload; False ends the connection."""
        match said.get("op"):
            case 1:
                self.heartbeats += 1
                if self.acknowledges:
                    asyncio.get_running_loop().call_later(ROUND_TRIP, line.send, ACK)
            case 2:
                return await self._identify(line, said["d"])
            case 6:
                return await self._resume(line, said["d"])
        return True

    async def _identify(self, line: Line, data: Json) -> bool:
        code = self._admit(data)
        if not code and self.start_limit.remaining <= 0:
            code = 4004
        if code:
            await line.socket.close(code=code, message=b"refused")
            return False
        self.identifies += 1
        self.start_limit.remaining -= 1
        self.intents = int(data["intents"])
        session = Session(secrets.token_hex(16), self.intents, line)
        for name, event in self._ready(session):
            session.dispatch(name, event)
        session.muted = self.mute_newcomers
        self._forget_dead()
        self._join(line, session)
        return True

    def _forget_dead(self) -> None:
        """Sessions that nobody came back to are given up, the oldest first."""
        for session in [session for session in self.sessions.values() if session.line is None][:-3]:
            del self.sessions[session.id]

    async def _resume(self, line: Line, data: Json) -> bool:
        if code := self._admit({"token": data.get("token"), "intents": 0}):
            await line.socket.close(code=code, message=b"refused")
            return False
        session = self.sessions.get(str(data.get("session_id")))
        if session is None:
            self.refused_resumes += 1
            line.send(INVALID, False)
            return True
        self.resumes += 1
        session.muted = session.muted and not self.resume_heals
        if session.line is not None:
            old, session.line = session.line, None
            self._leave(old)
            old.cut()
        missed = [entry for entry in session.log if entry[0] > int(data.get("seq") or 0)]
        numbers = [seq for seq, _, _ in missed]
        for seq, (_, name, event) in zip(numbers, reversed(missed) if self.shuffles else missed, strict=True):
            line.send(DISPATCH, event, seq=seq, name=name)
        session.line = line
        session.seq += 1
        line.send(DISPATCH, {"_trace": []}, seq=session.seq, name="RESUMED")
        self._join(line, session)
        return True

    def _join(self, line: Line, session: Session) -> None:
        line.session, session.line = session, line
        self.sessions[session.id] = session
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)


async def _write(line: Line) -> None:
    while True:
        data = await line.outgoing.get()
        with contextlib.suppress(ConnectionError):
            await line.socket.send_str(data.decode())
