"""A better title for a young session, made by the model when the session is idle; without one, the first words stay."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine

from bot.changes import SetTitle
from bot.errors import DatabaseBroken, ModelError, StorageError
from bot.messages import Message, Session
from bot.ports import ChatMessage, Model, ModelOptions, TextDelta
from bot.sessions.desk import Desk

log = logging.getLogger(__name__)

IDLE = 3.0
"""Seconds of quiet before the model is asked."""
TITLE_TOKENS = 20
LONGEST = 60
EXCERPT = 1000
INSTRUCTION = (
    "Give this conversation a title of at most six words, in its own language. Answer with the title alone, without quotation marks."
)


class Titles:
    """Asks once for each session, after its first turn; what fails is left without a word, as nobody asked for it."""

    def __init__(self, desk: Desk, model: Model) -> None:
        self._desk = desk
        self._model = model

    def consider(self, session: Session, start: Callable[[Coroutine[None, None, None]], None]) -> None:
        """Starts the making of a title where one is wanted."""
        if self._desk.policy.titles and session.title_source == "words":
            start(self._make(session.id))

    async def _make(self, session_id: str) -> None:
        store = self._desk.store
        await self._desk.clock.sleep(IDLE)
        session = await store.session(session_id)
        if session is None or session.title_source != "words" or session.deleted_at or await store.open_turns(session_id):
            return
        branch = await store.branch(session.leaf, 4)
        if len(branch) != 2 or branch[-1].number != 2 or branch[-1].status != "complete":  # noqa: PLR2004 - the first turn
            return
        try:
            title = await self._ask(session, branch[0], branch[1])
            async with self._desk.lock:  # what the title is made of may have been erased meanwhile
                if title and await store.branch(branch[1].id, 2) == branch:
                    await store.apply((SetTitle(session_id, title, "model"),))
        except DatabaseBroken:
            raise
        except (ModelError, StorageError) as error:
            log.info("no title was made: %s", error)

    async def _ask(self, session: Session, prompt: Message, answer: Message) -> str:
        said = f"{prompt.text[:EXCERPT]}\n\n{answer.text[:EXCERPT]}"
        messages = [ChatMessage("system", INSTRUCTION), ChatMessage("user", said)]
        options = ModelOptions(session.model or self._desk.policy.model, self._desk.policy.temperature, TITLE_TOKENS)
        text = ""
        async with self._model.stream(messages, options) as stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    text += event.text
        line = text.strip().splitlines()[0] if text.strip() else ""
        return line.strip(" \"'*#“”«».")[:LONGEST].strip()
