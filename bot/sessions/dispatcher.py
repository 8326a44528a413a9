"""The core: takes events in, stores what is decided about them, and wakes who has something to do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from bot.changes import SetTurn
from bot.errors import AlreadySeen, Conflict, DatabaseBroken, StorageError
from bot.events import Author, Event, MessageRef, Place, PlaceChanged
from bot.models.tokens import Estimator
from bot.policy import Policy
from bot.ports import Adapter, Clock, Model
from bot.posts import Ask, Choice
from bot.rules.decision import Abort, Decision
from bot.sessions.admission import concerns_the_bot
from bot.sessions.cleaning import clean
from bot.sessions.context import Context
from bot.sessions.deliverer import Deliverer
from bot.sessions.desk import Desk, random_session_id
from bot.sessions.intake import Intake
from bot.sessions.lanes import Lanes
from bot.sessions.purging import purge_now_and_then
from bot.sessions.soundness import is_sound
from bot.sessions.suggestions import is_private, prompt_for, suggest
from bot.sessions.timers import Timers
from bot.sessions.titles import Titles
from bot.sessions.turn import TurnRunner
from bot.store import Store

log = logging.getLogger(__name__)

DECISION_TRIES = 5


class Dispatcher:
    """The conversation core (bot.ports.Core). `start` before the adapters run, `stop` after they have ended."""

    def __init__(
        self,
        store: Store,
        model: Model,
        adapters: Mapping[str, Adapter],
        policy: Policy,
        clock: Clock,
        *,
        new_session_id: Callable[[], str] = random_session_id,
    ) -> None:
        self._desk = Desk(store, adapters, policy, clock, new_session_id)
        self._estimator = Estimator()
        self._intake = Intake(self._desk, self._estimator)
        self._failure: asyncio.Future[BaseException] | None = None
        self._lanes = Lanes(self._fail)
        self._timers = Timers(self._fail)
        self._deliverer = Deliverer(self._desk, self._deliver_later)
        self._context = Context(store, policy, self._estimator)
        self._runner = TurnRunner(self._desk, model, self._context, self._estimator, self._deliverer)
        self._titles = Titles(self._desk, model)
        self._desk.last_tries.wake = self._wake
        self._caught_up: set[str] = set()

    async def start(self) -> None:
        """Takes up what the last life of the program left; nothing is answered before its platform has caught up."""
        self._failure = asyncio.get_running_loop().create_future()
        self._desk.under_way.add(await self._desk.store.recover())
        self._desk.ids.start_after(await self._desk.store.last_id())
        self._timers.start(purge_now_and_then(self._desk))

    async def failed(self) -> BaseException:
        """Waits until the core or the storage has failed for good, and says how."""
        assert self._failure is not None  # noqa: S101 - start() comes first
        return await asyncio.shield(self._failure)

    async def stop(self, grace: float = 1.0) -> None:
        """Parks what runs, so that it goes on after the restart, and ends within about `grace` seconds."""
        self._desk.stopping = True
        self._timers.cancel()
        try:
            async with asyncio.timeout(grace):  # while the disk is full nothing can be stored
                await self._park(grace / 2)
        except (TimeoutError, StorageError) as error:
            log.warning("what is under way could not be put down, and counts as tried: %s", str(error) or "the database takes nothing now")
        await self._lanes.close(grace / 2)

    async def _park(self, seconds: float) -> None:
        """Waits so long for the answers under way to be put down: one that is cut off would count as a failed attempt."""
        async with self._desk.lock:  # an outcome that is just being stored counts
            parked = list(self._desk.running.values())
            # At once for all: a worker that hangs in a call is cut off later, and must not count as a failed attempt.
            await self._desk.store.apply([SetTurn(running.turn.id, ("streaming",), "pending", started=-1) for running in parked])
            for running in parked:
                running.park()
        waits = [asyncio.ensure_future(running.ended.wait()) for running in parked]
        if waits:
            await asyncio.wait(waits, timeout=seconds)
        for wait in waits:
            wait.cancel()

    async def idle(self) -> None:
        """Returns when everything owed has been answered and delivered. For tests and tools."""
        await self._lanes.idle()

    async def accept(self, event: Event) -> str | None:
        """See bot.ports.Core."""
        if not is_sound(event):
            log.warning("an event is left out: it is no %s", type(event).__name__)
            return None
        if not concerns_the_bot(event):
            return None
        event = clean(event)
        async with self._desk.lock:
            try:
                decision = await self._decided(event)
            except DatabaseBroken as error:
                self._fail(error)
                raise
            self._take_effect(decision)
        return decision.line

    def _take_effect(self, decision: Decision) -> None:
        """What is stored is known to whoever works at it."""
        self._context.forget(decision.changes)
        self._desk.outdate(decision.changes)
        for abort in decision.abort:
            self._let_go(abort)
        self._set_going(decision)

    async def _decided(self, event: Event) -> Decision:
        """Decides and stores; where the ground has moved under the decision, decides again."""
        for attempt in range(DECISION_TRIES):
            decision = await self._intake.decide(event)
            if decision is None:
                return Decision()
            try:
                await self._desk.store.apply(decision.changes, key=event.key, at=self._desk.clock.now())
            except AlreadySeen:
                return Decision()
            except asyncio.CancelledError:  # the platform that told it ends; the transaction does not
                if await self._is_seen(event):
                    self._take_effect(decision)
                raise
            except Conflict:
                if attempt == DECISION_TRIES - 1:
                    raise
                continue
            return decision
        return Decision()

    async def _is_seen(self, event: Event) -> bool:
        place = event.place if isinstance(event, PlaceChanged) else event.ref.place
        return (await self._desk.store.find(place, "", key=event.key)).seen

    async def caught_up(self, platform: str) -> None:
        """See bot.ports.Core."""
        if platform in self._caught_up:
            return
        # What is stored already comes first in its lane, so that nobody sees the answer to a later message before it.
        async with self._desk.lock:  # what is decided from now on finds that answers are delivered
            replies = await self._desk.store.unfinished_replies()
            unfinished = [(reply_id, place) for reply_id, place in replies if place.platform == platform]
            messages = [await self._desk.store.message(reply_id) for reply_id, _ in unfinished]
            self._caught_up.add(platform)
            for (reply_id, place), message in zip(unfinished, messages, strict=True):
                self._deliver(reply_id, place, message.session_id if message else "")
        for session_id, place in await self._desk.store.owing_sessions():
            if place.platform == platform:
                self._wake(session_id, place)

    async def settled(self, place: Place) -> None:
        """See bot.ports.Core."""
        await self._lanes.idle(place)
        while await self._desk.last_tries.keep_waiting(place):
            await self._lanes.idle(place)

    async def suggest(self, author: Author, place: Place, option: str, prefix: str) -> Sequence[Choice]:
        """See bot.ports.Core."""
        return await suggest(self._desk.store, author, place, option, prefix)

    async def prompt_for(self, author: Author, place: Place, command: str, subject: MessageRef | None = None) -> Ask | None:
        """See bot.ports.Core."""
        return await prompt_for(self._desk.store, author, place, command, subject)

    async def is_private(self, place: Place, command: str) -> bool:
        """See bot.ports.Core."""
        return is_private(self._desk.adapters[place.platform].capabilities(place), self._desk.policy, place, command)

    async def knows(self, ref: MessageRef) -> bool:
        """See bot.ports.Core."""
        return await self._desk.store.is_post(ref)

    async def cursors(self, prefix: str) -> Mapping[str, str]:
        """See bot.ports.Core."""
        return await self._desk.store.cursors(prefix)

    async def keep(self, cursors: Mapping[str, str]) -> None:
        """See bot.ports.Core."""
        await self._desk.store.keep(cursors)

    def _let_go(self, abort: Abort) -> None:
        running = self._desk.let_go(abort.turn_id)
        if running is not None:
            running.release(abort.heir)

    def _set_going(self, decision: Decision) -> None:
        for delivery in decision.deliver:
            self._deliver(delivery.reply_id, delivery.place, delivery.session_id)
        for waking in decision.wake:
            self._wake(waking.session_id, waking.place)

    def _wake(self, session_id: str, place: Place) -> None:
        """Before its platform has caught up nothing is answered; whatever is owed then is found in the store."""
        if place.platform not in self._caught_up:
            return
        self._lanes.put(session_id, lambda: self._answer_next(session_id, place), place)

    def _deliver(self, reply_id: int, place: Place, session_id: str) -> None:
        if session_id and place.platform not in self._caught_up:
            return  # found in the store then, with what was to be shown before it
        key = session_id or f"{place.platform}:{place.chat_id}:{place.thread_id}"
        self._lanes.put(key, lambda: self._deliverer.deliver(reply_id, session_id), place)

    def _deliver_later(self, reply_id: int, place: Place, session_id: str, seconds: float) -> None:
        async def wait() -> None:
            await self._desk.clock.sleep(seconds)
            self._deliver(reply_id, place, session_id)

        self._timers.start(wait())

    async def _answer_next(self, session_id: str, place: Place) -> None:
        """Answers the oldest open turn of the session, once what waited on its platform is in."""
        owed = await self._desk.store.owed(session_id)
        if owed is None or self._desk.stopping:
            return
        platform = owed.turn.place.platform
        if platform not in self._caught_up or platform not in self._desk.adapters:
            return
        if not await self._runner.run(owed) or self._desk.stopping:
            return
        if owed.more:
            self._wake(session_id, place)
        else:
            self._titles.consider(owed.session, self._timers.start)

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, StorageError):  # whoever ends the process for it says in a line what is wrong
            log.critical("the core failed: %s", type(error).__name__, exc_info=error)
        if self._failure is not None and not self._failure.done():
            self._failure.set_result(error)
