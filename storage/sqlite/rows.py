"""Rows to dataclasses and back: the one place that knows how times, references and contents are stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.events import MessageRef, Place
from bot.messages import Message, Session, Turn, Usage
from bot.posts import Ask, Button, Content, File, OpenAsk, Post

Row = tuple[Any, ...]  # what sqlite3 gives: str, int, bytes or None by column, which only the schema can say

N = TypeVar("N", int, int | None)

_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST = 2**63 - 1


def to_stored(time: datetime) -> int:
    """Microseconds since 1970 in UTC. The time must be aware."""
    return (time - _START) // _MICROSECOND


def to_time(stored: int) -> datetime:
    return _START + timedelta(microseconds=stored)


def to_stored_or_none(time: datetime | None) -> int | None:
    return None if time is None else to_stored(time)


def to_time_or_none(stored: int | None) -> datetime | None:
    return None if stored is None else to_time(stored)


def fitting(number: N) -> N:
    """The nearest number that SQLite can hold: people type any, and no row has the outermost."""
    return number if number is None else max(-_LARGEST, min(number, _LARGEST))


def to_place(columns: Sequence[Any]) -> Place:
    return Place(*columns)


def to_ref(columns: Sequence[Any]) -> MessageRef | None:
    """From a message id and the four columns of its place."""
    return None if columns[0] is None else MessageRef(Place(*columns[1:]), columns[0])


def to_session(row: Row) -> Session:
    """From a row of `session_rows`."""
    session_id, user_id, title, started_at, source, persona, model, leaf, ended_at, deleted_at = row[:10]
    return Session(
        id=session_id,
        user_id=user_id,
        place=to_place(row[10:14]),
        title=title,
        started_at=to_time(started_at),
        title_source=source,
        persona=persona,
        model=model,
        leaf=leaf,
        ended_at=to_time_or_none(ended_at),
        deleted_at=to_time_or_none(deleted_at),
        titled_by=row[14],
    )


def to_message(row: Row, host: int | None = None) -> Message:
    """From a row of `message_rows`; with `host`, as the version that stands in the host's place."""
    message_id, session_id, parent_id, number, role, text, status, created_at, first_version, revises = row[:10]
    own_host, shows, last_leaf, author, quoted, user_id, model, finish, prompt_tokens, completion_tokens, estimated = row[10:21]
    return Message(
        id=message_id,
        session_id=session_id,
        parent_id=parent_id,
        number=number,
        role=role,
        text=text,
        status=status,
        created_at=to_time(created_at),
        first_version=first_version,
        revises=revises,
        host=host if host is not None else own_host,
        shows=shows,
        last_leaf=last_leaf,
        author=author,
        quoted=quoted,
        source=to_ref(row[21:26]),
        user_id=user_id,
        model=model,
        finish=finish,
        usage=None if prompt_tokens is None else Usage(prompt_tokens, completion_tokens, bool(estimated)),
    )


def to_turn(row: Row) -> Turn:
    """From a row of `turn_rows`."""
    turn_id, session_id, user_id, prompt_id, reply_id, received_at, status, attempts, error = row[:9]
    return Turn(
        id=turn_id,
        session_id=session_id,
        place=to_place(row[9:13]),
        user_id=user_id,
        prompt_id=prompt_id,
        reply_id=reply_id,
        received_at=to_time(received_at),
        status=status,
        attempts=attempts,
        error=error,
        reply_to=to_ref(row[13:18]),
    )


def to_post(row: Row) -> Post:
    """From a row of `post_rows`."""
    post_id, reply_id, ordinal, state, key, content, file, not_before = row[:8]
    return Post(
        id=post_id,
        reply_id=reply_id,
        ordinal=ordinal,
        place=to_place(row[8:12]),
        state=state,
        key=key,
        ref=to_ref(row[12:17]),
        content=to_content(content, file),
        reply_to=to_ref(row[17:22]),
        not_before=to_time_or_none(not_before),
        user_id=row[22],
    )


def to_ask(row: Row) -> OpenAsk:
    """From a row of `ask_rows`."""
    ask_id, user_id, command, reply_id, expires_at = row[:5]
    return OpenAsk(ask_id, to_place(row[5:9]), user_id, command, reply_id, to_time(expires_at))


def from_content(content: Content | None) -> tuple[str | None, bytes | None]:
    """JSON, and the bytes of the file beside it."""
    if content is None:
        return None, None
    file, ask = content.file, content.ask
    written = {
        "text": content.text,
        "buttons": [[[button.label, button.command, button.url] for button in row] for row in content.buttons],
        "file": [file.name, file.mime_type] if file else None,
        "audience": content.audience,
        "ask": [ask.command, ask.label, ask.prefill] if ask else None,
    }
    return json.dumps(written), file.data if file else None


def to_content(written: str | None, data: bytes | None) -> Content | None:
    if written is None:
        return None
    read = json.loads(written)
    return Content(
        text=read["text"],
        buttons=tuple(tuple(Button(*button) for button in row) for row in read["buttons"]),
        file=File(name=read["file"][0], mime_type=read["file"][1], data=data or b"") if read["file"] else None,
        audience=read["audience"],
        ask=Ask(*read["ask"]) if read["ask"] else None,
    )
