"""One answer, from the turn that owes it to the posts that show it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from bot.changes import AdvanceLeaf, Change, FillMessage, SetTurn
from bot.errors import AdapterError, Conflict, ModelError, PlaceUnavailable, StorageError
from bot.found import Owed
from bot.messages import FinishReason, MessageStatus, Session, Turn, TurnStatus, Usage
from bot.models.tokens import Estimator
from bot.ports import Model, ModelOptions
from bot.post_changes import DropPosts, MovePosts
from bot.replies.poster import Poster
from bot.replies.stream import ReplyStream
from bot.replies.target import Claim, Target
from bot.sessions.asking import Answer, Asking
from bot.sessions.context import Built, Context
from bot.sessions.deliverer import Deliverer
from bot.sessions.desk import Desk, Running
from bot.sessions.last_tries import MOST_ATTEMPTS
from bot.sessions.showing import GAVE_UP, LATE, WENT_WRONG, answer_content, heading_of

log = logging.getLogger(__name__)

LONGEST_TURN = 1800.0
"""Seconds after which a turn is given up, whatever its parts are waiting for (R6)."""


class TurnRunner:
    """Answers turns, one call for each; which turn is next, and that a session has one at a time, is its caller's business."""

    def __init__(self, desk: Desk, model: Model, context: Context, estimator: Estimator, deliverer: Deliverer) -> None:
        self._desk = desk
        self._model = model
        self._context = context
        self._estimator = estimator
        self._deliverer = deliverer

    async def run(self, owed: Owed) -> bool:
        """Answers the turn, unless a decision ended it before. False where it has to wait for another one's last try: its session is woken.

        Raises StorageError; every other trouble ends the turn with a line.
        """
        turn = owed.turn
        running, claim = Running(turn), Claim(self._desk.lock)
        if not self._desk.last_tries.begins(turn):
            return False
        try:
            with self._desk.claimed(turn.reply_id, claim):
                await self._run(running, claim, owed)
        finally:
            self._desk.let_go(turn.id)
            running.ended.set()
        return True

    async def _run(self, running: Running, claim: Claim, owed: Owed) -> None:
        turn = owed.turn
        target = Target(turn.place, turn.reply_to, since=turn.received_at, heading=await self._heading(turn))
        async with self._desk.lock:
            if self._desk.stopping:  # what runs is parked once; what begins after that would be cut off, and count as tried
                return
            try:
                await self._desk.store.apply((SetTurn(turn.id, ("pending",), "streaming", started=1),))
            except Conflict:
                return
            self._desk.running[turn.id] = running
        poster = self._deliverer.poster(turn.reply_id, target, owed.posts, claim)
        if turn.attempts >= MOST_ATTEMPTS:
            await self._end(running, poster, _failed(turn, GAVE_UP, ""))
        else:
            await self._answer(running, poster, owed)

    async def _heading(self, turn: Turn) -> str:
        capabilities = self._desk.adapters[turn.place.platform].capabilities(turn.place)
        return "" if capabilities.commands_seen else heading_of(await self._desk.store.showing(turn.reply_id), capabilities)

    async def _answer(self, running: Running, poster: Poster, owed: Owed) -> None:
        in_vain = self._deliverer.is_shut(owed.turn.place) and await self._is_refused(poster)
        outcome = _stopped(owed.turn, "") if in_vain else await self._asked(running, poster, owed)
        if not running.released:
            await self._end(running, poster, self._counted(running, outcome))
        if running.released:
            await self._let_go(running, poster)

    async def _is_refused(self, poster: Poster) -> bool:
        """Where nothing could be written lately the first post goes out before the model is asked, which costs something (P17)."""
        try:
            await poster.begin()
        except PlaceUnavailable:
            return True
        except AdapterError:
            return False
        return False

    async def _asked(self, running: Running, poster: Poster, owed: Owed) -> tuple[Change, ...]:
        """What the turn came to; of no meaning once it is released."""
        turn, session = owed.turn, owed.session
        stream = ReplyStream(self._desk.adapters[turn.place.platform], poster, self._desk.clock, lambda: self._reveal(running))

        def grow(text: str) -> None:
            running.text = text
            stream.update(text)

        options = ModelOptions(session.model or self._desk.policy.model, self._desk.policy.temperature, self._desk.policy.max_tokens)
        asking = Asking(self._model, self._desk.clock, options, grow)
        task: asyncio.Task[Answer] = asyncio.get_running_loop().create_task(asking.answer(lambda keep: self._build(running, owed, keep)))
        running.task = task
        if running.released:
            task.cancel()
        stream.open()
        unreachable = asyncio.ensure_future(stream.unreachable.wait())
        try:
            await asyncio.wait({task, unreachable}, timeout=LONGEST_TURN, return_when=asyncio.FIRST_COMPLETED)
            in_vain = stream.unreachable.is_set() and not task.done()
        finally:
            unreachable.cancel()
            task.cancel()
            await stream.close()
        if running.released:
            return ()
        return _stopped(turn, asking.text) if in_vain else self._outcome(turn, session, asking, task)

    async def _build(self, running: Running, owed: Owed, keep: float) -> Built:
        now = self._desk.clock.now()
        built = await self._context.build(owed.session, owed.turn.prompt_id, now, shared=owed.shared, keep=keep)
        running.prompt_tokens = self._estimator.calibrated(built.estimated, owed.session.model or self._desk.policy.model)
        return built

    async def _reveal(self, running: Running) -> bool:
        """Before the first word becomes visible: from here on, what arrives waits for its own turn."""
        async with self._desk.lock:
            if running.released:
                return False
            running.visible = True
            return True

    def _outcome(self, turn: Turn, session: Session, asking: Asking, task: asyncio.Task[Answer]) -> tuple[Change, ...]:
        """What the turn came to, as changes. This is the edge of a turn: whatever went wrong in it ends here."""
        if not task.done() or task.cancelled():
            return _failed(turn, "timeout", asking.text)
        error = task.exception()
        match error:
            case None:
                return self._complete(turn, session, task.result())
            case ModelError():
                log.warning("turn %d: the model gave no answer: %s", turn.id, error)
                wait = f" {error.retry_after:.0f}" if error.retry_after is not None else ""
                return _failed(turn, f"{error.kind}{wait}", asking.text)
            case StorageError():
                raise error
            case _:
                log.error("turn %d failed", turn.id, exc_info=error)
                return _failed(turn, WENT_WRONG, asking.text)

    def _counted(self, running: Running, outcome: tuple[Change, ...]) -> tuple[Change, ...]:
        """What broke off cost tokens all the same, by estimate: those of the prompt once a word had come."""
        return tuple(
            replace(change, usage=Usage(running.prompt_tokens, self._estimator.estimate(change.text), estimated=True))
            if isinstance(change, FillMessage) and change.usage is None and change.text
            else change
            for change in outcome
        )

    def _complete(self, turn: Turn, session: Session, answer: Answer) -> tuple[Change, ...]:
        model = session.model or self._desk.policy.model
        usage = answer.finish.usage
        if usage is None:
            prompt_tokens = self._estimator.calibrated(answer.context.estimated, model)
            usage = Usage(prompt_tokens, self._estimator.estimate(answer.text), estimated=True)
        else:
            self._estimator.observe(model, answer.context.estimated, usage.prompt_tokens)
        late = self._desk.clock.now() - turn.received_at >= self._desk.policy.late_after
        filled = _filled(turn, "complete", answer.text, answer.finish.reason)
        return _ended(turn, "complete", replace(filled, model=answer.finish.model or model, usage=usage), LATE if late else "")

    async def _end(self, running: Running, poster: Poster, changes: tuple[Change, ...]) -> None:
        """Stores the outcome with the posts it is owed, then finishes the posts. A decision that was quicker wins."""
        turn = running.turn
        async with self._desk.lock:
            if running.released:
                return
            try:
                await self._desk.store.apply((*changes, *poster.plan()))
            except Conflict:
                running.release(None)
                return
            self._desk.let_go(turn.id)
        content = answer_content(await self._desk.store.showing(turn.reply_id), poster.target.heading)
        await self._deliverer.attempt(poster, content, turn.session_id)

    async def _let_go(self, running: Running, poster: Poster) -> None:
        """The turn was ended or parked by a decision: posts that were placed meanwhile go to the heir, or away."""
        turn = running.turn
        if running.parked:
            return
        if running.heir is None:
            async with self._desk.lock:
                await self._desk.store.apply((DropPosts(turn.reply_id),))
            await self._deliverer.deliver(turn.reply_id, turn.session_id)
        elif running.heir != turn.reply_id:
            async with self._desk.lock:  # the heir may have been merged by now, and have an heir of its own
                await self._desk.store.apply((MovePosts(turn.reply_id, poster.claim.heir or running.heir),))


def _filled(turn: Turn, status: MessageStatus, text: str, finish: FinishReason = "") -> FillMessage:
    return FillMessage(turn.reply_id, text, status, finish)


def _ended(turn: Turn, status: TurnStatus, filled: FillMessage, error: str = "") -> tuple[Change, ...]:
    return (
        SetTurn(turn.id, ("streaming",), status, error=error),
        filled,
        AdvanceLeaf(turn.session_id, turn.prompt_id, turn.reply_id),
    )


def _stopped(turn: Turn, text: str) -> tuple[Change, ...]:
    """Nobody can read it there, so it costs no more tokens (P16)."""
    return _ended(turn, "stopped", _filled(turn, "stopped", text))


def _failed(turn: Turn, error: str, text: str) -> tuple[Change, ...]:
    return _ended(turn, "failed", _filled(turn, "failed", text), error)
