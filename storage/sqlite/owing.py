"""What answering and showing begin with: each all at once, in one transaction, since every transaction costs a hop into a thread."""

from __future__ import annotations

import sqlite3

from bot.found import Owed, Showing, Version
from bot.messages import Message
from storage.sqlite import messages, places, posts, sessions, turns

_MOST_PROMPTS = 50


def owed(connection: sqlite3.Connection, session_id: str) -> Owed | None:
    waiting = turns.open_turns(connection, session_id)
    session = sessions.session(connection, session_id) if waiting else None
    if session is None:
        return None
    first = waiting[0]
    return Owed(
        turn=first,
        session=session,
        more=len(waiting) > 1,
        posts=tuple(posts.posts(connection, first.reply_id)),
        shared=places.settings_of(connection, first.place).owner_id is not None,
    )


def showing(connection: sqlite3.Connection, reply_id: int) -> Showing:
    message = messages.message(connection, reply_id)
    shown = tuple(posts.posts(connection, reply_id))
    if message is None:
        return Showing(posts=shown, written_at=posts.written_at(connection, reply_id))
    prompts = tuple(messages.prompts_above(connection, message.parent_id, _MOST_PROMPTS))
    return Showing(
        message=message,
        turn=turns.turn_of(connection, reply_id),
        posts=shown,
        prompts=prompts,
        versions={each.first_version: _versions(connection, each) for each in (message, *prompts)},
    )


def _versions(connection: sqlite3.Connection, of: Message) -> tuple[Version, ...]:
    return tuple(messages.versions_of(connection, of.first_version))
