"""Telegram behind the core's port: who receives, who sends and how long they live. The work itself is in the files beside this one."""

from __future__ import annotations

import logging
from datetime import datetime

from telegram import Bot, User
from telegram.error import InvalidToken, RetryAfter, TelegramError

from adapters.calls.backoff import Backoff
from adapters.calls.flights import Flights
from adapters.telegram.admins import Admins
from adapters.telegram.capabilities import capabilities_of
from adapters.telegram.captions import with_room_for_files
from adapters.telegram.errands import noticed
from adapters.telegram.errors import seconds, translated
from adapters.telegram.events import Reader
from adapters.telegram.gate import Gate
from adapters.telegram.intake import Intake
from adapters.telegram.limiter import Limits
from adapters.telegram.menu import set_menu
from adapters.telegram.options import TelegramOptions
from adapters.telegram.poller import Poller
from adapters.telegram.presence import Presence
from adapters.telegram.reading import PLATFORM, Identity
from adapters.telegram.render import render
from adapters.telegram.request import AiohttpRequest
from adapters.telegram.sending import Sender
from adapters.telegram.webhook import Webhook
from bot.errors import BotError, TokenRefused
from bot.events import Attachment, MessageRef, Place
from bot.ports import Capabilities, Clock, Core, Verdict
from bot.posts import Content, Part
from bot.token_lock import token_lock

_log = logging.getLogger(__name__)

CLOSE_WITHIN = 1.0


class TelegramAdapter:
    """Implements bot.ports.Adapter. `run` may be called again after it ended."""

    platform = PLATFORM

    def __init__(self, options: TelegramOptions, clock: Clock, limits: Limits = Limits()) -> None:  # noqa: B008 - it is frozen
        # The library's own log lines hold the token (in addresses) and people's words (in parameters) at DEBUG.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        options.check()
        self._options = options
        self._clock = clock
        self._calls = AiohttpRequest(options.call_timeout)
        self._polls = AiohttpRequest(options.poll_timeout + options.poll_grace, connections=2)
        url = options.api_url.rstrip("/")
        self._bot = Bot(options.token, f"{url}/bot", f"{url}/file/bot", request=self._calls, get_updates_request=self._polls)
        self._flights = Flights()
        self._gate = Gate(clock, limits)
        self._sender = Sender(self._bot, self._gate, self._flights, clock)
        self._admins = Admins(self._administrators, clock, self._flights)
        self._me: Identity | None = None
        self._receiver: Poller | Webhook | None = None

    def capabilities(self, place: Place) -> Capabilities:
        return capabilities_of(place, self._gate.interval(place.chat_id), self._me.username if self._me is not None else "")

    def private_place(self, author_id: str) -> Place | None:
        """A private chat has the person's id. A group that speaks for its anonymous admins has none."""
        return None if author_id.startswith("-") else Place(PLATFORM, author_id)

    @property
    def heard_at(self) -> float | None:
        """When Telegram was last heard of, in the clock's monotonic seconds; None before it was. For the health page."""
        return self._receiver.heard_at if self._receiver is not None else None

    async def run(self, core: Core) -> None:
        """Receives until cancelled. Raises TokenRefused, SecondInstance, and AdapterError when a new start is needed."""
        with token_lock(PLATFORM, self._options.token, self._options.lock_folder):
            self._me = await self._introduced()
            self._flights.errand(noticed(set_menu(self._bot), "menu"))
            intake = Intake(core, self._reader(self._me), self._clock, self._flights, self._toast)
            presence = Presence(core, self._me, self._clock)
            if self._options.webhook_url:
                webhook = self._receiver = Webhook(self._bot, self._options, self._clock, intake, presence)
                await webhook.run(core)
            else:
                poller = self._receiver = Poller(self._bot, self._polls, self._options, self._clock, intake, presence)
                await poller.run(core)

    def render(self, content: Content) -> tuple[Part, ...]:
        return with_room_for_files(render(content))

    async def send(
        self,
        place: Place,
        part: Part,
        *,
        reply_to: MessageRef | None = None,
        via: MessageRef | None = None,
        audience: str = "",
        key: str,
        tried_since: datetime | None = None,
        preview: bool = False,
    ) -> MessageRef:
        """`via`, `audience`, `key` and `tried_since` are for platforms that know such things."""
        return await self._sender.send(place, part, reply_to, preview)

    async def edit(self, ref: MessageRef, part: Part, *, via: MessageRef | None = None, preview: bool = False) -> None:
        await self._sender.edit(ref, part, preview)

    async def delete(self, ref: MessageRef) -> None:
        await self._sender.delete(ref)

    async def typing(self, place: Place) -> None:
        await self._sender.typing(place)

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        return await self._sender.fetch(attachment, limit)

    async def check(self) -> list[tuple[Verdict, str]]:
        """Lines for `parley check`. Never raises."""
        try:
            me = await self._bot.get_me()
            webhook = await self._bot.get_webhook_info()
        except TelegramError as error:
            return [("fail", f"Telegram: {_plain(translated(error, Place(PLATFORM, '')))}")]
        lines = [("ok", f"Telegram: the token is that of @{me.username}"), _privacy(me), _topics(me)]
        if webhook.url and webhook.url != self._options.webhook_url:
            whose = "it will be taken away, since this bot polls" if not self._options.webhook_url else "it will be replaced"
            lines.append(("ok", f"Telegram: a webhook to another address is set; {whose}"))
        return lines

    async def close(self) -> None:
        """Calls under way get a second to end."""
        await self._flights.drain(CLOSE_WITHIN)
        await self._gate.close()
        await self._calls.shutdown()
        await self._polls.shutdown()

    def _reader(self, me: Identity) -> Reader:
        return Reader(me, self._admins.is_admin, self._options.bare_commands)

    async def _introduced(self) -> Identity:
        """Who the bot is. Without a network at start it goes on asking."""
        backoff = Backoff()
        while True:
            try:
                me = await self._bot.get_me()
            except InvalidToken:
                raise TokenRefused("Telegram does not accept the token; copy it again from @BotFather") from None
            except RetryAfter as error:
                await self._clock.sleep(seconds(error))
            except TelegramError as error:
                wait = backoff.next()
                _log.warning("telegram: getMe failed (%s); again in %.1f s", type(error).__name__, wait)
                await self._clock.sleep(wait)
            else:
                return Identity(me.id, me.username or "", me.first_name)

    async def _toast(self, query_id: str, line: str) -> object:
        return await self._bot.answer_callback_query(query_id, text=line or None, show_alert=False)

    async def _administrators(self, chat_id: str) -> frozenset[str]:
        return frozenset(str(member.user.id) for member in await self._bot.get_chat_administrators(int(chat_id)))


def _plain(error: BotError) -> str:
    return "the token is refused; copy it again from @BotFather" if isinstance(error, TokenRefused) else "no connection to the Bot API"


def _privacy(me: User) -> tuple[Verdict, str]:
    if me.can_read_all_group_messages:
        return "ok", "Telegram: privacy mode is off; in groups the bot is sent every message, and answers when addressed"
    return "ok", "Telegram: privacy mode is on; in groups the bot sees commands, mentions and replies to it, which is all it needs"


def _topics(me: User) -> tuple[Verdict, str]:
    return "ok", f"Telegram: topics in private chats are {'on' if me.has_topics_enabled else 'off'}"
