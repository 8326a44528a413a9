"""What is erased just while something is done about it (R3)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.events import MessageRef
from bot.messages import Session
from bot.post_changes import AddPost
from bot.posts import Post, post_key
from bot.replies import texts
from bot.sessions.purging import purge_now_and_then
from tests.core.talk import Talk, talking


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


async def test_what_a_command_goes_on_saying_while_it_is_purged_is_owed_no_more(tmp_path: Path) -> None:
    """The clock was set a day ahead in the middle of a long /help: the rows of its first posts are erased, and one more is added."""
    path = tmp_path / "parley.db"
    async with talking(path) as talk:
        await talk.says("/help")
        place, ids = talk.place, talk.core._desk.ids
        ref, key = MessageRef(place, talk.last.id), post_key(ids.next(), 3)
        await talk.store.apply((AddPost(Post(ids.next(), ids.next(), 3, place, "placed", key, ref)),))
        assert len(await talk.store.unfinished_replies()) == 1
    async with talking(path) as talk:
        await talk.settle()
        assert list(await talk.store.unfinished_replies()) == []


async def _owner(talk: Talk) -> int:
    found = await talk.store.find(talk.place, "7")
    assert found.account is not None
    return found.account.user_id
