"""The updates that wait for the bot: true offset semantics of getUpdates, and delivery to a webhook until it says 2xx."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
import orjson

from tests.fakes.telegram.params import Json
from tests.fakes.telegram.refusals import BY_SET_WEBHOOK, TWO_POLLERS, WEBHOOK_SET, Refusal

DEFAULT_OFF = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
BATCH = 100
LONGEST_POLL = 50.0
FUTURE = 10  # an offset further than this behind the newest update is not believed


@dataclass(frozen=True, slots=True)
class Trouble:
    """What becomes of a post: it does not reach the bot; or it does, and its 200 is lost, or waited for only `patience` seconds."""

    reaches: bool = False
    patience: float = 0.0


@dataclass(slots=True)
class Webhook:
    """Where updates are posted to, `max_connections` at a time: more than one overtake each other."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_date: int = 0


@dataclass(slots=True)
class Updates:
    """One bot's queue. `log` keeps all there were, `handed_out` counts how often each left, `confirmed` keeps the ids the bot confirmed.
    `polled` is set at each call of getUpdates; clear it to wait for the next. Posts that fail are made again after `webhook_pause` seconds,
    in their order, and given up after `webhook_timeout`. `front` is where the operator's web server, which ends TLS, passes posts on to
    (as http://127.0.0.1:8080); `trouble` is asked before each post."""

    next_id: int = 100_000_001
    waiting: deque[Json] = field(default_factory=deque)
    log: list[Json] = field(default_factory=list)
    allowed: frozenset[str] | None = None
    webhook: Webhook | None = None
    webhook_pause: float = 0.2
    webhook_timeout: float = 60.0
    front: str = ""
    trouble: Callable[[], Trouble | None] = lambda: None
    handed_out: dict[int, int] = field(default_factory=dict)
    confirmed: list[int] = field(default_factory=list)
    last_poll: float = 0.0
    polls: int = 0
    polled: asyncio.Event = field(default_factory=asyncio.Event)
    _poll: asyncio.Future[None] | None = None
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _delivery: asyncio.Task[None] | None = None
    _in_hand: set[int] = field(default_factory=set)
    _patience: set[asyncio.Timeout] = field(default_factory=set)

    def wanted(self, kind: str) -> bool:
        return kind not in DEFAULT_OFF if self.allowed is None else kind in self.allowed

    def allow(self, kinds: Sequence[str] | None) -> None:
        """None keeps what was set; an empty list means the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def add(self, kind: str, body: Json) -> int:
        """Queues an update; returns its id, or 0 when the bot does not want this kind."""
        if not self.wanted(kind):
            return 0
        update_id, self.next_id = self.next_id, self.next_id + 1
        update = {"update_id": update_id, kind: body}
        self.log.append(update)
        self.repeat(update)
        return update_id

    def repeat(self, update: Json) -> None:
        """Queues an update as it is, also one with an id that was there before."""
        self.waiting.append(update)
        self._arrived.set()
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:  # noqa: ASYNC109
        """getUpdates. Raises Refusal (409) for a second poller or beside a webhook."""
        self.polls += 1
        self.polled.set()
        self.last_poll = time.monotonic()
        if self.webhook is not None:
            raise Refusal(409, WEBHOOK_SET)
        self.end_poll(TWO_POLLERS)
        self._confirm(offset)
        if not self.waiting and timeout > 0:
            await self._wait(min(timeout, LONGEST_POLL))
        batch = [update for update in self.waiting if offset <= 0 or update["update_id"] >= offset or offset > self.next_id + FUTURE]
        batch = batch[: max(1, min(limit, BATCH))]
        for update in batch:
            self.handed_out[update["update_id"]] = self.handed_out.get(update["update_id"], 0) + 1
        return batch

    async def _wait(self, timeout: float) -> None:  # noqa: ASYNC109
        mine = self._poll = asyncio.get_running_loop().create_future()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await mine
        finally:
            if self._poll is mine:
                self._poll = None

    def end_poll(self, why: str) -> None:
        """Ends the poll under way with a 409."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(Refusal(409, why))
        self._poll = None

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.waiting) > -offset:
                self.confirmed.append(self.waiting.popleft()["update_id"])
        elif 0 < offset <= self.next_id + FUTURE:
            kept = [update for update in self.waiting if update["update_id"] >= offset]
            if len(kept) < len(self.waiting):
                self.confirmed += [update["update_id"] for update in self.waiting if update["update_id"] < offset]
                self.waiting = deque(kept)

    def drop(self) -> None:
        """drop_pending_updates."""
        self.waiting.clear()

    async def set_webhook(self, webhook: Webhook | None) -> None:
        """Starts or ends delivery by post."""
        await self.close()
        self.webhook = webhook
        if webhook is not None:
            self.end_poll(BY_SET_WEBHOOK)
            self._delivery = asyncio.create_task(self._deliver(webhook))

    async def _deliver(self, webhook: Webhook) -> None:
        async with aiohttp.ClientSession() as client, asyncio.TaskGroup() as connections:
            for _ in range(webhook.max_connections):
                connections.create_task(self._deliver_on(client, webhook))

    async def _deliver_on(self, client: aiohttp.ClientSession, webhook: Webhook) -> None:
        """One connection: always the oldest update that is on no other one."""
        while True:
            update = next((update for update in self.waiting if id(update) not in self._in_hand), None)
            if update is None:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            self._in_hand.add(id(update))
            try:
                taken = await self._post(client, webhook, update)
            finally:
                self._in_hand.discard(id(update))
            if taken:
                self._forget(update)
            else:
                await asyncio.sleep(self.webhook_pause)

    def _forget(self, update: Json) -> None:
        self.confirmed.append(update["update_id"])
        place = next((place for place, other in enumerate(self.waiting) if other is update), None)
        if place is not None:
            del self.waiting[place]

    async def _post(self, client: aiohttp.ClientSession, webhook: Webhook, update: Json) -> bool:
        trouble = self.trouble()
        if trouble is not None and not trouble.reaches:
            problem = "Wrong response from the webhook: 502 Bad Gateway"
        else:
            problem = await self._problem_of(client, webhook, update, (trouble and trouble.patience) or self.webhook_timeout)
            if trouble is not None and not problem:
                problem = "Connection reset by peer"
        if problem:
            webhook.last_error, webhook.last_error_date = problem, int(time.time())
        return not problem

    async def _problem_of(self, client: aiohttp.ClientSession, webhook: Webhook, update: Json, seconds: float) -> str:
        """Makes the post; "" where it was answered by 2xx."""
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        url = f"{self.front}{urlsplit(webhook.url).path}" if self.front else webhook.url
        patience = asyncio.timeout(seconds)
        self._patience.add(patience)
        self.handed_out[update["update_id"]] = self.handed_out.get(update["update_id"], 0) + 1
        try:
            async with patience, client.post(url, data=orjson.dumps(update), headers=headers) as response:
                return "" if response.status // 100 == 2 else f"Wrong response from the webhook: {response.status} {response.reason}"
        except TimeoutError:
            return "Read timeout expired"
        except aiohttp.ClientConnectorError:
            self.handed_out[update["update_id"]] -= 1  # nobody was there to take it
            return "Connection refused"
        except (aiohttp.ClientError, OSError) as error:
            return f"Connection failed: {type(error).__name__}"
        finally:
            self._patience.discard(patience)

    def give_up(self) -> int:
        """Waits no longer for the posts under way, as after a minute without an answer: the bot may have taken them, and gets them again.
        Returns how many there were."""
        under_way = [patience for patience in self._patience if not patience.expired()]
        for patience in under_way:
            patience.reschedule(0.0)
        return len(under_way)

    async def close(self) -> None:
        """Ends delivery to a webhook."""
        task, self._delivery = self._delivery, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
