"""A session that is brought back in the moment in which its grace ends (R3)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.messages import Session
from bot.replies import texts
from bot.sessions.purging import purge_now_and_then
from tests.core.talk import Talk


async def test_what_is_said_to_be_back_is_there(talk: Talk) -> None:
    """The purge comes between the look-up and what is decided."""
    await talk.says("one")
    await talk.says("/delete")
    like = talk.store.sessions_like

    async def slow(user_id: int, prefix: str) -> Sequence[Session]:
        found = await like(user_id, prefix)
        talk.clock.skipped += 100_000
        purging.append(asyncio.create_task(purge_now_and_then(talk.core._desk)))
        await asyncio.sleep(0.05)
        return found

    purging: list[asyncio.Task[None]] = []
    talk.store.sessions_like = slow  # type: ignore[method-assign]
    await talk.says("another", place=talk.place)
    await talk.presses(texts.UNDO)
    talk.store.sessions_like = like  # type: ignore[method-assign]
    await asyncio.sleep(0.05)
    purging[0].cancel()
    back = next(text for text in talk.texts() if text.endswith("is back."))
    ids = [session.id for session in await like((await _owner(talk)), "")]
    assert any(back.partition("#")[2][:4] == session_id[:4] for session_id in ids)


async def _owner(talk: Talk) -> int:
    found = await talk.store.find(talk.place, "7")
    assert found.account is not None
    return found.account.user_id
