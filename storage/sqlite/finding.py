"""All that the store knows of one event, read in one transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from bot.events import MessageRef, Place
from bot.found import Found
from bot.messages import Message
from storage.sqlite import keeping, messages, places, posts, sessions, turns


def find(
    connection: sqlite3.Connection,
    place: Place,
    account_id: str,
    key: str,
    subject: MessageRef | None,
    post: MessageRef | None,
    shared: bool,
) -> Found:
    """Each part is one look-up by an index, whatever the size of the database."""
    settings = places.settings_of(connection, place)
    if not shared:
        settings = replace(settings, owner_id=None)
    account = places.account(connection, place.platform, account_id)
    person = account.user_id if account else None
    row = places.place_id(connection, place)
    session = sessions.current_session(connection, row, settings.owner_id or person)
    replied = posts.post_at(connection, places.place_id(connection, post.place), post.message_id) if post else None
    shown = messages.message(connection, replied.reply_id) if replied else None
    return Found(
        place=settings,
        account=account,
        session=session,
        leaf=messages.message(connection, session.leaf) if session else None,
        turns=tuple(turns.open_turns(connection, session.id)) if session else (),
        ask=posts.open_ask(connection, row, person),
        subject=_subject(connection, subject) if subject else None,
        post=replied,
        shown=shown,
        shown_session=sessions.session(connection, shown.session_id) if shown else None,
        seen=bool(key) and keeping.seen(connection, key),
    )


def _subject(connection: sqlite3.Connection, ref: MessageRef) -> Message | None:
    return messages.written_as(connection, places.place_id(connection, ref.place), ref.message_id)
