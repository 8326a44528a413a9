"""One life of the bot: the core between its store, its model and its platforms, from the start to an orderly end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack

from bot.errors import StorageError
from bot.lag import Lag
from bot.policy import Policy
from bot.ports import Adapter, Clock, Model
from bot.process import Stop, beside
from bot.sessions.dispatcher import Dispatcher
from bot.store import Store
from bot.supervisor import Outcome, Restarts, keep

log = logging.getLogger(__name__)

GRACE = 1.0
"""Seconds that calls under way get at the end."""


async def serve(
    store: Store, model: Model, adapters: Sequence[Adapter], policy: Policy, clock: Clock, restarts: Restarts, stop: Stop
) -> int:
    """Runs until it is to stop, until every platform is done, or until the core cannot go on. Gives the exit status.

    Closes the adapters; the store and the model are the caller's.
    """
    stop.listen()
    dispatcher = Dispatcher(store, model, {adapter.platform: adapter for adapter in adapters}, policy, clock)
    lag = Lag()
    async with AsyncExitStack() as stack:
        stack.callback(lambda: log.info("%s", lag.figures()))
        stack.callback(beside(lag.watch(), "watching the event loop").cancel)
        for adapter in adapters:
            stack.push_async_callback(adapter.close)
        await dispatcher.start()
        stack.push_async_callback(dispatcher.stop, GRACE)
        runs = asyncio.gather(*(keep(adapter, dispatcher, clock, restarts) for adapter in adapters))
        failed = asyncio.ensure_future(dispatcher.failed())
        stopped = asyncio.ensure_future(stop.wait())
        ended = asyncio.Event()
        for future in (runs, failed, stopped):
            future.add_done_callback(lambda _: ended.set())
        try:
            await ended.wait()
            return _status(runs, failed)
        finally:
            for future in (runs, failed, stopped):
                future.cancel()
            await asyncio.gather(runs, failed, stopped, return_exceptions=True)


def _status(runs: asyncio.Future[list[Outcome]], failed: asyncio.Future[BaseException]) -> int:
    """What it comes to: 1 where somebody has to look, with a line that says at what."""
    error = failed.result() if failed.done() else runs.exception() if runs.done() else None
    match error:
        case StorageError():
            log.critical("Parley ends, as its database does not work: %s", error)
            return 1
        case BaseException():
            log.critical("Parley ends, as something inside it failed: %s", type(error).__name__, exc_info=error)
            return 1
    if runs.done() and "refused" in runs.result():
        log.critical("Parley ends, as no platform is left that it can run on")
        return 1
    return 0
