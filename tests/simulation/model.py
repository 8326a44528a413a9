"""The model: it names what it answers, at its own speed, and fails as models do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.errors import ModelError, ModelErrorKind
from bot.ports import AnswerStream, ChatMessage, Finish, ModelOptions, TextDelta
from bot.sessions.titles import TITLE_TOKENS
from tests.simulation.words import answer_to, speaker, tokens
from tests.simulation.world import World

FAILURES: tuple[ModelErrorKind, ...] = ("unreachable", "overloaded", "rate_limited", "empty", "malformed", "refused")
LENGTHS = {"briefly": (2, 4), "length": (40, 50)}
"""How many words are said to who asks for it so."""
OWED = (
    "SELECT m.text FROM turns t JOIN messages r ON r.id = t.reply_id JOIN messages m ON m.session_id = t.session_id"
    " WHERE t.status = 'streaming' AND r.status = 'open' AND m.role = 'user' AND m.status <> 'removed'"
)


class SimModel:
    """Implements bot.ports.Model. `trouble` is the chance that a call fails; `shared` are the tokens said in the shared place."""

    def __init__(self, world: World, trouble: float = 0.0) -> None:
        self._world = world
        self.trouble = trouble
        self.shared: set[str] = set()
        self.calls = 0

    def stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AnswerStream:
        return self._stream(messages, options)

    @asynccontextmanager
    async def _stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AsyncIterator[AsyncIterator[TextDelta | Finish]]:
        world = self._world
        assert world.life is not None
        await world.life.moment()
        self.calls += 1
        asked = tokens(messages[-1].text)
        if options.max_tokens == TITLE_TOKENS:
            yield self._pieces(f"about {' '.join(asked[:1])}", None)
            return
        self._read_along(messages, asked)
        owed = self._is_owed(asked)
        chance = world.chance
        await asyncio.sleep(chance.choice((0.05, 0.4, 2.0)))
        if not owed and not self._is_owed(asked):  # else it is about to be given up
            world.blame(f"I5: the model was asked for an answer to {asked[-1]}, and none was owed")
        fails = self.trouble > 0 and chance.random() < self.trouble
        if fails and chance.random() < 0.6:
            raise ModelError(chance.choice(FAILURES))
        length = chance.choice(LENGTHS.get(messages[-1].text.rpartition(" ")[2], (2, 5, 12, 60)))
        cut = chance.randrange(length) if fails else None
        text = answer_to(asked, self.calls, length)
        world.story.tell("model", f"begins a{self.calls} to {' '.join(asked)}, {length} words")
        yield self._pieces(text, cut)

    async def _pieces(self, text: str, cut: int | None) -> AsyncIterator[TextDelta | Finish]:
        """A few words at a time."""
        words = text.split(" ")
        pause = self._world.chance.choice((0.0, 0.1, 0.6))
        at = 0
        while at < len(words):
            if cut is not None and at >= cut:
                raise ModelError("interrupted")
            step = max(1, len(words) // 6)
            yield TextDelta((" " if at else "") + " ".join(words[at : at + step]))
            at += step
            await asyncio.sleep(pause)
        yield Finish("stop", None, "sim")

    def _is_owed(self, asked: list[str]) -> bool:
        return not asked or any(asked[-1] in tokens(text) for (text,) in self._world.disk.execute(OWED))

    def _read_along(self, messages: Sequence[ChatMessage], asked: list[str]) -> None:
        """Nobody's words stand in what is asked for somebody else (I10). In a shared place each message bears its speaker's name, and only
        what was said there stands among them."""
        world = self._world
        said = {token for message in messages[1:] for token in tokens(message.text)}
        shared = {token for token in said if token in self.shared}
        if shared and said - shared:
            world.blame(f"I10: what is asked for the shared place holds {sorted(said - shared)}, said elsewhere")
        if not shared and len({speaker(token) for token in said}) > 1:
            world.blame(f"I10: what the model is asked for {asked[-1:]} holds words of several people: {sorted(said)}")

    async def check(self) -> str:
        return "sim"

    async def close(self) -> None: ...
