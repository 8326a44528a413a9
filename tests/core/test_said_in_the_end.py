"""A line that could not be stored when it was first decided about is said when the event comes again (S1)."""

from __future__ import annotations

import pytest

from bot.errors import DatabaseBlocked
from bot.events import Attachment, MessageReceived, MessageRef
from bot.replies import texts
from tests.core.talk import Talk

PICTURE = Attachment("photo", "image/jpeg", 1000, "", "file")


@pytest.mark.parametrize(("text", "line"), [("", texts.TEXT_ONLY), ("what is this?", texts.WORDS_ONLY)])
async def test_s1_a_line_is_not_lost_with_a_full_disk(talk: Talk, text: str, line: str) -> None:
    await talk.says("hello")
    event = MessageReceived(MessageRef(talk.place, "2"), talk.person, text, talk.clock.now(), "memory:2", attachments=(PICTURE,))
    apply = talk.store.apply

    async def full(*changes: object, **more: object) -> None:
        raise DatabaseBlocked("the disk is full")

    talk.store.apply = full  # type: ignore[method-assign]
    with pytest.raises(DatabaseBlocked):
        await talk.core.accept(event)
    talk.store.apply = apply  # type: ignore[method-assign]
    await talk.core.accept(event)
    await talk.settle()
    assert line in talk.texts()
