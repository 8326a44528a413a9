"""Lanes: jobs with the same key run one after the other, in the order in which they were put; jobs of different keys side by side.

The lane of a session is its actor, the lane of a place delivers the replies of commands there. A lane that has nothing to do is gone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from bot.events import Place

Job = Callable[[], Awaitable[None]]


class Lanes:
    """`failed` is called with whatever a job raises: a job knows how to end well, so that is a failure of the program."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._failed = failed
        self._queues: dict[str, deque[Job]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._places: dict[str, Place] = {}
        self._closed = False

    def put(self, key: str, job: Job, place: Place) -> None:
        """Runs the job after those that were put under the same key before; `place` is where people wait for it."""
        if self._closed:
            return
        queue = self._queues.get(key)
        if queue is not None:
            queue.append(job)
            return
        self._queues[key] = deque([job])
        self._places[key] = place
        task = asyncio.get_running_loop().create_task(self._run(key), name=f"lane {key}")
        self._tasks[key] = task
        task.add_done_callback(self._ended)

    async def close(self, seconds: float) -> None:
        """Takes no more jobs. Those that run have half of the time to come to their end, so that what a platform is just told is known;
        then they are ended, and waited for as long again at the most."""
        self._closed = True
        for queue in self._queues.values():
            queue.clear()
        if not self._tasks:
            return
        _, unfinished = await asyncio.wait(list(self._tasks.values()), timeout=seconds / 2)
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished, timeout=seconds / 2)

    async def idle(self, place: Place | None = None) -> None:
        """Returns when no lane has anything to do, or none that people in this place wait for."""
        while tasks := [task for key, task in self._tasks.items() if place is None or self._places[key] == place]:
            await asyncio.wait(tasks)

    async def _run(self, key: str) -> None:
        queue = self._queues[key]
        try:
            while queue:
                await queue.popleft()()
        finally:
            del self._queues[key]
            del self._tasks[key], self._places[key]

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)
