"""The store over SQLite: every method of the port as one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.changes import Change, ForgetUser, SetCursor
from bot.events import MessageRef, Place
from bot.found import Belongings, Found, Owed, SessionSummary, SessionTotals, Showing
from bot.messages import Account, Message, Session, Turn
from bot.posts import Post
from storage.sqlite import finding, forgetting, keeping, messages, owing, places, posts, sessions, turns
from storage.sqlite.applying import carry_out
from storage.sqlite.database import Database, DriverName
from storage.sqlite.rewriting import Rewriter
from storage.sqlite.rows import fitting


class SqliteStore:
    """Implements `bot.store.Store`. Made by the composition root, and closed by it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rewriter = Rewriter(database)

    @classmethod
    async def open(cls, path: Path | str, *, driver: DriverName = "aiosqlite", reserve: int = 0) -> SqliteStore:
        """Opens or makes the file; raises DatabaseRefused. `inline` runs without a thread, and `:memory:` without a file. `reserve` is the
        bytes that are kept for a full disk."""
        return cls(await Database.open(path, driver=driver, reserve=reserve))

    async def close(self) -> None:
        await self._database.close()

    async def apply(self, changes: Sequence[Change], *, key: str = "", at: datetime | None = None) -> None:
        accepted_at = at or datetime.now(UTC)

        def work(connection: sqlite3.Connection) -> None:
            if key:
                keeping.accept_key(connection, key, accepted_at)
            for change in changes:
                carry_out(change, connection)
            posts.date_contents(connection, accepted_at)

        await (self._database.write(work) if key else self._database.write_owed(work))
        if any(isinstance(change, ForgetUser) for change in changes):
            await self._rewriter.rewrite(asked=True)

    async def keep(self, cursors: Mapping[str, str]) -> None:
        def work(connection: sqlite3.Connection) -> None:
            for name, value in cursors.items():
                carry_out(SetCursor(name, value), connection)

        await self._database.write(work)

    async def recover(self) -> frozenset[int]:
        written = await self._database.write_owed(turns.recover_turns)
        await self._rewriter.rewrite()
        return written

    async def purge(self, before: datetime) -> int:
        erased = await self._database.write(lambda connection: keeping.purge(connection, before))
        await self._rewriter.rewrite()
        return erased

    async def find(
        self,
        place: Place,
        account_id: str,
        *,
        key: str = "",
        subject: MessageRef | None = None,
        post: MessageRef | None = None,
        shared: bool = True,
    ) -> Found:
        return await self._database.read(lambda connection: finding.find(connection, place, account_id, key, subject, post, shared))

    async def owed(self, session_id: str) -> Owed | None:
        return await self._database.read(lambda connection: owing.owed(connection, session_id))

    async def showing(self, reply_id: int) -> Showing:
        return await self._database.read(lambda connection: owing.showing(connection, fitting(reply_id)))

    async def message(self, message_id: int) -> Message | None:
        return await self._database.read(lambda connection: messages.message(connection, fitting(message_id)))

    async def session(self, session_id: str) -> Session | None:
        return await self._database.read(lambda connection: sessions.session(connection, session_id))

    async def sessions_like(self, user_id: int, prefix: str) -> Sequence[Session]:
        return await self._database.read(lambda connection: sessions.sessions_like(connection, fitting(user_id), prefix))

    async def sessions(self, user_id: int, words: Sequence[str], offset: int, limit: int) -> Sequence[SessionSummary]:
        return await self._database.read(
            lambda connection: sessions.sessions(connection, fitting(user_id), words, fitting(offset), fitting(limit))
        )

    async def short_id(self, session: Session) -> str:
        return await self._database.read(lambda connection: sessions.short_id(connection, session))

    async def totals(self, session: Session) -> SessionTotals:
        return await self._database.read(lambda connection: sessions.totals(connection, session))

    async def branch(self, leaf: int | None, limit: int, *, down_to: int = 1) -> Sequence[Message]:
        return await self._database.read(lambda connection: messages.branch(connection, fitting(leaf), fitting(limit), fitting(down_to)))

    async def nth(self, leaf: int | None, number: int) -> Message | None:
        return await self._database.read(lambda connection: messages.nth(connection, fitting(leaf), fitting(number)))

    async def versions(self, first_version: int) -> Sequence[Message]:
        return await self._database.read(lambda connection: messages.versions(connection, fitting(first_version)))

    async def newest_leaf(self, message_id: int) -> int:
        found = await self._database.read(lambda connection: messages.newest_leaf(connection, fitting(message_id)))
        return message_id if found is None else found

    async def on_branch(self, leaf: int | None, message_id: int) -> bool:
        return await self._database.read(lambda connection: messages.on_branch(connection, fitting(leaf), fitting(message_id)))

    async def turn_of(self, reply_id: int) -> Turn | None:
        return await self._database.read(lambda connection: turns.turn_of(connection, fitting(reply_id)))

    async def posts(self, reply_id: int) -> Sequence[Post]:
        return await self._database.read(lambda connection: posts.posts(connection, fitting(reply_id)))

    async def open_turns(self, session_id: str) -> Sequence[Turn]:
        return await self._database.read(lambda connection: turns.open_turns(connection, session_id))

    async def owing_sessions(self) -> Sequence[tuple[str, Place]]:
        return await self._database.read(turns.owing_sessions)

    async def unfinished_replies(self) -> Sequence[tuple[int, Place]]:
        return await self._database.read(posts.unfinished_replies)

    async def belongings(self, user_id: int) -> Belongings:
        return await self._database.read(lambda connection: forgetting.belongings(connection, fitting(user_id)))

    async def account_of(self, user_id: int, platform: str) -> Account | None:
        return await self._database.read(lambda connection: places.account_of(connection, fitting(user_id), platform))

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        return await self._database.read(lambda connection: keeping.cursors(connection, prefix))

    async def is_post(self, ref: MessageRef) -> bool:
        return await self._database.read(lambda connection: posts.is_post(connection, ref))

    async def last_id(self) -> int:
        return await self._database.read(keeping.last_id)
