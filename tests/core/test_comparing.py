"""The comparison of the core with the plain model sees a difference: else long conversations would prove nothing."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from storage.sqlite.store import SqliteStore
from tests.core.both import ANN, PRIVATE, Both
from tests.core.virtual import VirtualLoop

Bug = Callable[[Both], Coroutine[Any, Any, None]]


async def no_bug(both: Both) -> None: ...


async def another_text_stored(both: Both) -> None:
    await _execute(both.store, "UPDATE messages SET text = 'another' WHERE role = 'user'")


async def an_answer_is_lost(both: Both) -> None:
    await _execute(both.store, "UPDATE messages SET status = 'failed' WHERE role = 'assistant'")


async def another_session_is_current(both: Both) -> None:
    await _execute(both.store, "DELETE FROM current")


async def a_session_was_ended(both: Both) -> None:
    await _execute(both.store, "UPDATE sessions SET ended_at = 1")


async def an_answer_shown_twice(both: Both) -> None:
    chat = both.adapter.chats[PRIVATE]
    chat.append(chat[-1])


async def an_answer_not_shown(both: Both) -> None:
    both.adapter.chats[PRIVATE].clear()


async def _execute(store: SqliteStore, sql: str) -> None:
    await store._database.write(lambda connection: connection.execute(sql).rowcount)


BUGS: tuple[Bug, ...] = (
    another_text_stored,
    an_answer_is_lost,
    another_session_is_current,
    a_session_was_ended,
    an_answer_shown_twice,
    an_answer_not_shown,
)


def _compared(folder: Path, bug: Bug) -> None:
    """After one message and its answer."""

    async def both_talk() -> None:
        both = Both(folder / "parley.db")
        await both.start()
        try:
            await both.say(PRIVATE, ANN)
            await bug(both)
            await both.settle()
        finally:
            await both.core.stop(1.0)
            await both.store.close()

    loop = VirtualLoop()
    try:
        loop.run_until_complete(both_talk())
    finally:
        loop.close()


@pytest.mark.parametrize("bug", BUGS)
def test_a_difference_is_seen(bug: Bug, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        _compared(tmp_path, bug)


def test_where_there_is_none_none_is_seen(tmp_path: Path) -> None:
    _compared(tmp_path, no_bug)
