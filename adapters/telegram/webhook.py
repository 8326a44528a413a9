"""The other way to receive: Telegram posts each update here, and forgets it only when it gets its 200, which is after it was stored."""

from __future__ import annotations

import hmac
import logging
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError

from adapters.calls.backoff import Backoff
from adapters.telegram.errors import seconds
from adapters.telegram.events import ALLOWED_UPDATES
from adapters.telegram.intake import Intake
from adapters.telegram.options import TelegramOptions
from adapters.telegram.presence import NOTED_EVERY, Presence
from adapters.telegram.reading import PLATFORM
from bot.errors import TokenRefused
from bot.ports import Clock, Core

_log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
HEADER = "X-Telegram-Bot-Api-Secret-Token"
LOOK_AGAIN = 0.5
CATCH_UP_WITHIN = 30.0


class Webhook:
    """Receives until cancelled, on the host and port of the options. Whoever does not know the secret gets a 403 and nothing else."""

    def __init__(self, bot: Bot, options: TelegramOptions, clock: Clock, intake: Intake, presence: Presence) -> None:
        self._bot = bot
        self._options = options
        self._clock = clock
        self._intake = intake
        self._presence = presence
        self.heard_at = clock.monotonic()

    async def run(self, core: Core) -> None:
        """Raises TokenRefused; OSError when the port is taken."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_post(urlsplit(self._options.webhook_url).path or "/", self._post)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._options.webhook_host, self._options.webhook_port).start()
            await self._announce()
            await self._presence.heard()
            await self._catch_up()
            await core.caught_up(PLATFORM)
            while True:  # no posts are no news, so that it lives is what counts
                await self._clock.sleep(NOTED_EVERY.total_seconds())
                await self._presence.heard()
        finally:
            await runner.cleanup()

    async def _post(self, request: web.Request) -> web.Response:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._options.webhook_secret.encode()):
            return web.Response(status=403)
        body = await request.read()  # a larger body than MAX_BODY is a 413
        self.heard_at = self._clock.monotonic()
        try:
            raw: object = orjson.loads(body)
        except orjson.JSONDecodeError:
            raw = None  # counted as unreadable; to refuse it would only bring it back
        await self._intake.take(raw)
        return web.Response()

    async def _announce(self) -> None:
        """Tells Telegram where to post, for as long as it takes."""
        backoff = Backoff()
        while True:
            try:
                await self._bot.set_webhook(
                    self._options.webhook_url,
                    allowed_updates=list(ALLOWED_UPDATES),
                    max_connections=1,  # Posts side by side overtake each other, and a chat's messages would change places.
                    secret_token=self._options.webhook_secret,
                    drop_pending_updates=False,
                )
            except InvalidToken:
                raise TokenRefused("Telegram does not accept the token; copy it again from @BotFather") from None
            except RetryAfter as error:
                await self._clock.sleep(seconds(error))
            except TelegramError as error:
                _log.warning("telegram: setWebhook failed (%s)", type(error).__name__)
                await self._clock.sleep(backoff.next())
            else:
                return

    async def _catch_up(self) -> None:
        """Waits, but not for long, until nothing is left of what came before."""
        until = self._clock.monotonic() + CATCH_UP_WITHIN
        while self._clock.monotonic() < until:
            try:
                if (await self._bot.get_webhook_info()).pending_update_count == 0:
                    return
            except TelegramError as error:
                _log.info("telegram: getWebhookInfo failed (%s)", type(error).__name__)
            await self._clock.sleep(LOOK_AGAIN)
